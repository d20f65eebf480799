//! Scenarios of many waits at one client, made up from bytes, and a model in plain code that checks each step of the machine.
//!
//! The world has the two clocks, a page, a few tasks, and a driver for each wait that does what the real one does: it obeys the machine, gives
//! a look up at its limit, and tells the others when one is over. The bytes choose who enters on which terms, what each look meets, how the
//! time goes on (timers that are late, machines that sleep, clocks that are set) and who has had enough. [`rules`] says what one wait may do,
//! [`shared`] what all may do together.

mod drive;
mod made;
mod rules;
mod shared;
mod world;

/// What instants since the epoch lose on their way through an f64.
const EPSILON_MS: f64 = 0.01;

/// Plays what the bytes say, and panics where a rule is broken.
pub(crate) fn play(bytes: &[u8]) {
    world::World::new(bytes).play();
}
