#![no_main]

use libfuzzer_sys::fuzz_target;
use mybackpain_fuzz::targets;

fuzz_target!(|input: &[u8]| {
    let _ = targets::cookie(input).map(mybackpain_fuzz::answer);
});
