//! Long replies of any kind: none takes longer to read than its length explains.

#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::replies::play_long(bytes));
