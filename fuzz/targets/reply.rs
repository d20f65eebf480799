//! Replies of any kind, and stored handles: what is read of them is sound, and no secret comes out.

#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::replies::play(bytes));
