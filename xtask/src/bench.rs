//! `cargo xtask bench NAME`: measurements that print figures side by side. None of them is a test: machines are noisy, and some take minutes.

use crate::build;
use crate::command::run;
use crate::failure::{Failure, Outcome};
use crate::node;
use crate::simulator;
use crate::workspace::Workspace;

/// Where they are, each a module of that name.
const FOLDER: &str = "tests/bench";

struct Bench {
    name: &'static str,
    /// Whether it runs other clients beside this package.
    with_peers: bool,
    with_simulator: bool,
    /// It runs workerd, which is among the packages of the tests.
    with_workerd: bool,
}

const BENCHES: &[Bench] = &[
    Bench { name: "import", with_peers: false, with_simulator: false, with_workerd: false },
    Bench { name: "faults", with_peers: true, with_simulator: true, with_workerd: false },
    Bench { name: "gateway", with_peers: false, with_simulator: true, with_workerd: true },
    Bench { name: "polling", with_peers: true, with_simulator: false, with_workerd: false },
];

/// Builds the package, then measures.
pub(crate) fn run_it(workspace: &Workspace, name: &str) -> Outcome {
    let Some(bench) = BENCHES.iter().find(|bench| bench.name == name) else {
        let names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        return Err(Failure::from(format!("there is no such bench; there are: {}", names.join(", "))));
    };
    build::run(workspace)?;
    if bench.with_peers {
        node::install(
            &workspace.at(FOLDER).join("peers"),
            "the clients to compare with",
            "npm install in tests/bench/peers, 26 MB; a few seconds",
        )?;
    }
    if bench.with_workerd {
        node::install_for_tests(workspace)?;
    }
    if bench.with_simulator {
        simulator::build_as_step(workspace)?;
    }
    run(node::node(&workspace.root).arg(format!("{FOLDER}/{name}.mjs")).env("SIMULATOR", workspace.simulator()))
}
