#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| aloud_fuzz::run(aloud_fuzz::targets::wrapped, octets));
