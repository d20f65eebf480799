//! `cargo xtask bench NAME`: measurements that print figures side by side. None of them is a test: machines are noisy.

use crate::build;
use crate::command::run;
use crate::failure::{Doing, Failure, Outcome};
use crate::node;
use crate::workspace::Workspace;

/// Where they are, each a module of that name.
const FOLDER: &str = "tests/bench";

/// Builds the package, then measures.
pub(crate) fn run_it(workspace: &Workspace, name: &str) -> Outcome {
    let names = names(workspace)?;
    if !names.iter().any(|known| known == name) {
        return Err(Failure::from(format!("there is no such bench; there are: {}", names.join(", "))));
    }
    build::run(workspace)?;
    run(node::node(&workspace.root).arg(format!("{FOLDER}/{name}.mjs")))
}

fn names(workspace: &Workspace) -> Outcome<Vec<String>> {
    let entries = std::fs::read_dir(workspace.at(FOLDER)).doing(|| format!("read {FOLDER}"))?;
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".mjs")?.to_owned())).collect();
    names.sort();
    Ok(names)
}
