//! `cargo xtask bench NAME`: measurements that print figures side by side. None of them is a test: machines are noisy, and some take minutes.

use crate::build;
use crate::command::run;
use crate::failure::{Failure, Outcome};
use crate::node;
use crate::simulator;
use crate::workspace::Workspace;

/// Where they are, each a module of that name.
const FOLDER: &str = "tests/bench";

/// What a bench runs beside the package.
enum Beside {
    /// Other clients.
    Peers,
    Simulator,
    /// workerd, which is among the packages of the tests.
    Workerd,
}

struct Bench {
    name: &'static str,
    beside: &'static [Beside],
}

const BENCHES: &[Bench] = &[
    Bench { name: "import", beside: &[] },
    Bench { name: "faults", beside: &[Beside::Peers, Beside::Simulator] },
    Bench { name: "gateway", beside: &[Beside::Workerd, Beside::Simulator] },
    Bench { name: "polling", beside: &[Beside::Peers] },
];

/// The names of all benches.
pub(crate) fn names() -> Vec<&'static str> {
    BENCHES.iter().map(|bench| bench.name).collect()
}

/// Builds the package, then measures.
pub(crate) fn run_it(workspace: &Workspace, name: &str) -> Outcome {
    let Some(bench) = BENCHES.iter().find(|bench| bench.name == name) else {
        return Err(Failure::from(format!("there is no such bench; there are: {}", names().join(", "))));
    };
    build::run(workspace)?;
    for beside in bench.beside {
        match beside {
            Beside::Peers => node::install(
                &workspace.at(FOLDER).join("peers"),
                "the clients to compare with",
                "npm install in tests/bench/peers, 26 MB; a few seconds",
            ),
            Beside::Simulator => simulator::build_as_step(workspace),
            Beside::Workerd => node::install_for_tests(workspace),
        }?;
    }
    run(node::node(&workspace.root).arg(format!("{FOLDER}/{name}.mjs")).env("SIMULATOR", workspace.simulator()))
}
