//! `cargo xtask size`: what the package weighs, and whether that is still within the budget.

use crate::build;
use crate::command::run;
use crate::failure::Outcome;
use crate::node;
use crate::workspace::Workspace;

/// Builds, then prints the table; with `check` a weight over the budget is a failure.
pub(crate) fn run_it(workspace: &Workspace, check: bool) -> Outcome {
    build::run(workspace)?;
    measure(workspace, check)
}

/// Prints the table of the package as it is.
pub(crate) fn measure(workspace: &Workspace, check: bool) -> Outcome {
    // Node has both compressors built in.
    run(node::node(&workspace.root).arg("xtask/size.mjs").args(check.then_some("--check")))
}
