#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mybackpain_fuzz::targets;

static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    folder.keep().join("page.md")
});

fuzz_target!(|input: &[u8]| targets::front_matter(&FILE, input));
