//! Building a tool from its source: where no prebuilt one is to be had.

use std::path::Path;

use super::Tool;
use crate::command::{cargo, path_with, watch};
use crate::failure::{Failure, Outcome};
use crate::progress::{self, note, say};
use crate::workspace::Workspace;

/// These programs run for seconds and are compiled for minutes, so they are compiled as fast as cargo can.
const QUICK: [(&str, &str); 5] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_INCREMENTAL", "0"),
];

/// Builds all of `missing` in one target folder, so that what they share is compiled once.
pub(super) fn install(workspace: &Workspace, missing: &[Tool]) -> Outcome {
    let built = workspace.tools().join("build");
    for tool in missing {
        let what = format!("{} {} from source", tool.crate_name, tool.version);
        let why = "cargo install into target/tools, once; 1 to 2 minutes on 2 cores";
        progress::step(&what, why, || build(workspace, &built, tool))?;
    }
    // Hundreds of megabytes that nothing reads again. After a failure they stay: the next attempt goes on from there.
    let _ = std::fs::remove_dir_all(&built);
    Ok(())
}

fn build(workspace: &Workspace, built: &Path, tool: &Tool) -> Outcome {
    let end = match cargo_install(workspace, built, tool, true)? {
        // A published lock file can name a release that was taken back, or that a mirror of the registry does not have.
        End::Unresolved(reason) => {
            note(&format!("not with the lock file it was published with, but with the newest dependencies that fit: {reason}"));
            cargo_install(workspace, built, tool, false)?
        }
        end => end,
    };
    let program = tool.crate_name;
    match end {
        End::Installed if tool.is_in(&workspace.tools_bin()) => Ok(()),
        End::Installed => Err(Failure::from(format!("{program} was installed but does not answer as version {}", tool.version))),
        End::Unresolved(reason) => Err(Failure::from(format!("{program} cannot be installed: {reason}"))),
        End::Failed => Err(Failure::from(format!("{program} could not be built; cargo's own output above says why"))),
    }
}

/// How one attempt ended.
enum End {
    Installed,
    /// Before anything was compiled; cargo's first line on it.
    Unresolved(String),
    /// Later; everything cargo said has been shown.
    Failed,
}

fn cargo_install(workspace: &Workspace, built: &Path, tool: &Tool, locked: bool) -> Outcome<End> {
    let mut command = cargo(&workspace.root);
    command.args(["install", "--force", "--root"]).arg(workspace.tools());
    command.arg(format!("{}@{}", tool.crate_name, tool.version)).args(locked.then_some("--locked"));
    command.env("CARGO_TARGET_DIR", built).envs(QUICK);
    // Or cargo would advise to put the folder on PATH, which is not wanted here.
    command.env("PATH", path_with(&[workspace.tools_bin()])?);
    let mut compiled = false;
    let mut first_error = None;
    let status = watch(&mut command, |line| {
        compiled |= line.contains("Compiling ");
        if !compiled && line.contains("error") {
            first_error.get_or_insert_with(|| line.trim_start_matches("error: ").to_owned());
        }
        let worth_showing = compiled || (first_error.is_none() && !line.contains("Downloaded "));
        if worth_showing {
            say(line);
        }
    })?;
    Ok(match first_error {
        _ if status.success() => End::Installed,
        Some(reason) if !compiled => End::Unresolved(reason),
        _ => End::Failed,
    })
}
