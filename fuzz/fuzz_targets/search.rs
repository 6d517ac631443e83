#![no_main]

use libfuzzer_sys::fuzz_target;
use mybackpain_fuzz::targets;

fuzz_target!(|input: &[u8]| {
    let _ = targets::search(input).map(mybackpain_fuzz::answer);
});
