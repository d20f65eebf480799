//! `cargo xtask size`: what the package weighs, and whether that is still within the budget.

use crate::build;
use crate::command::run;
use crate::failure::Outcome;
use crate::node;
use crate::workspace::Workspace;

/// Builds, then prints the table; `--check` fails over the budget, `--readme` writes the table into README.md.
pub(crate) fn run_it(workspace: &Workspace, flag: Option<&str>) -> Outcome {
    build::run(workspace)?;
    measure(workspace, flag)
}

/// Prints the table of the package as it is.
pub(crate) fn measure(workspace: &Workspace, flag: Option<&str>) -> Outcome {
    // Node has both compressors built in.
    run(node::node(&workspace.root).arg("xtask/size.mjs").args(flag))
}
