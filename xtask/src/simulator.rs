//! The simulator: built beside other work, run under a key made for one run.

use std::hash::{BuildHasher, RandomState};
use std::process::{Child, Stdio};

use crate::command::{cargo, command, run};
use crate::failure::{Doing, Failure, Outcome};
use crate::progress;
use crate::server::Server;
use crate::workspace::Workspace;

/// A build of the simulator that goes on while something else is done.
pub(crate) struct Building(Child);

/// Starts the build, unseen; `Building::finish` says how it went.
pub(crate) fn start_building(workspace: &Workspace) -> Outcome<Building> {
    let mut build = build_command(workspace);
    build.arg("--quiet").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    build.spawn().map(Building).doing(|| "start cargo".into())
}

impl Building {
    /// Waits for the end. After a failure the same build is run again in sight, so that its reasons are seen.
    pub(crate) fn finish(mut self, workspace: &Workspace) -> Outcome {
        let ended = self.0.try_wait().doing(|| "watch cargo".into())?;
        if ended.is_none() {
            progress::title("the simulator (cargo build, under way since the start; under a minute the first time)");
        }
        let status = self.0.wait().doing(|| "wait for cargo".into())?;
        if status.success() { Ok(()) } else { build(workspace) }
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        // Does nothing once it has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Builds it in sight.
pub(crate) fn build(workspace: &Workspace) -> Outcome {
    run(&mut build_command(workspace))
}

/// Starts it on a free port of this machine; only who has `key` is answered.
pub(crate) fn start(workspace: &Workspace, key: &str) -> Outcome<Server> {
    let program = workspace.simulator();
    if !program.is_file() {
        return Err(Failure::from(format!("cargo built no simulator at {}", program.display())));
    }
    let mut simulator = command(program, &workspace.root);
    Server::start("simulator", simulator.args(["--port", "0", "--until-stdin-closes"]).env("SIMULATOR_KEY", key))
}

/// A key for one run: unlike any other, and of no use anywhere else.
pub(crate) fn fresh_key() -> String {
    // RandomState is seeded by the operating system.
    format!("demo-{:016x}{:016x}", RandomState::new().hash_one(0), RandomState::new().hash_one(1))
}

/// In the development profile: it starts soonest, and speed is not what a simulator is for.
fn build_command(workspace: &Workspace) -> std::process::Command {
    let mut build = cargo(&workspace.root);
    build.args(["build", "--package", "simulator"]);
    build
}

/// Builds it with a title, where nothing else is being built at the same time.
pub(crate) fn build_as_step(workspace: &Workspace) -> Outcome {
    progress::step("the simulator", "cargo build; it plays the service; under a minute the first time", || build(workspace))
}

#[cfg(test)]
mod tests {
    use super::fresh_key;

    #[test]
    fn keys_differ() {
        assert_ne!(fresh_key(), fresh_key());
        assert_eq!(fresh_key().len(), "demo-".len() + 32);
    }
}
