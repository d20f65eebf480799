//! `cargo xtask build`: makes `pkg/`, the npm package, and does nothing where it is up to date.

mod assemble;
mod stamp;
mod text;

use crate::command::{capture, command, watch};
use crate::failure::{Doing, Failure, Outcome};
use crate::node;
use crate::progress::{self, note, say};
use crate::tools;
use crate::workspace::{PACKAGE, Workspace};

/// What wasm-pack prints before it runs wasm-opt; without wasm-opt it goes on without a word of failure.
const OPTIMISING: &str = "Optimizing wasm binaries";
/// What it prints that is of no use here: its staging folder is not the package, and it may not look for newer versions of itself.
const BESIDE_THE_POINT: [&str; 2] = ["ready to publish", "failed to get wasm-pack version"];

/// Makes `pkg/` what the sources say.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let inputs = stamp::inputs(workspace)?;
    if stamp::is_current(workspace, &inputs) {
        progress::title("pkg/ is up to date");
        return Ok(());
    }
    tools::ensure(workspace)?;
    progress::step("pkg/, the npm package", "wasm-pack and wasm-opt; about a minute the first time, then seconds", || {
        wasm_pack(workspace)?;
        shrink(workspace)?;
        assemble::modules(workspace)?;
        assemble::package(workspace)?;
        bundle(workspace)?;
        note(&assemble::sizes(workspace)?);
        stamp::write(workspace, &inputs)
    })
}

fn wasm_pack(workspace: &Workspace) -> Outcome {
    let path = tools::path(workspace)?;
    let version = capture(command("wasm-opt", &workspace.root).arg("--version").env("PATH", &path))?;
    note(version.trim());
    let mut wasm_pack = command("wasm-pack", &workspace.root);
    wasm_pack
        .args(["build", "--target", "web", "--release", "--no-pack", "--no-gitignore", "--mode", "no-install"])
        .args(["--out-name", "core", "--out-dir", assemble::STAGING])
        .env("PATH", &path);
    let staging = workspace.at(assemble::STAGING);
    if staging.exists() {
        // Snippets of an earlier version would stay.
        std::fs::remove_dir_all(&staging).doing(|| format!("empty {}", staging.display()))?;
    }
    let mut optimised = false;
    let status = watch(&mut wasm_pack, |line| {
        optimised |= line.contains(OPTIMISING);
        if !BESIDE_THE_POINT.iter().any(|words| line.contains(words)) {
            say(line);
        }
    })?;
    if !status.success() {
        return Err(Failure::from(format!("wasm-pack could not build {PACKAGE} ({status}); its output above says why")));
    }
    if !optimised {
        return Err(Failure::from("wasm-pack did not run wasm-opt: remove target/tools and run this again"));
    }
    Ok(())
}

/// Takes out what no user can use: see shrink.mjs, which says what and why.
fn shrink(workspace: &Workspace) -> Outcome {
    script(workspace, "xtask/tools/shrink.mjs", &[assemble::STAGING])
}

/// Puts the package's JavaScript together: see bundle.mjs.
fn bundle(workspace: &Workspace) -> Outcome {
    script(workspace, "xtask/tools/bundle.mjs", &[assemble::MODULES, assemble::PKG])
}

/// Runs one of the build's own programs. It finds its libraries from the folder that the tools were installed into.
fn script(workspace: &Workspace, program: &str, folders: &[&str]) -> Outcome {
    let said = capture(
        node::node(&tools::npm_folder(workspace))
            .arg(workspace.at(program))
            .args(folders.iter().map(|folder| workspace.at(folder)))
            .env("PATH", tools::path(workspace)?),
    )?;
    note(said.trim());
    Ok(())
}
