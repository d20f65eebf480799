//! Scenarios of many waits, each step checked by the model that the property tests use.

#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::model::play(bytes));
