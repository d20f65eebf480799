//! The programs that the build needs, in the versions it needs, below target/tools: the reader's own machine stays as it is.
//!
//! Each is looked for in this order: below target/tools, on PATH, as its project's prebuilt release, and last from source.

mod prebuilt;
mod source;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::command::{capture, command, on_path, path_with, run, version_of};
use crate::failure::{Doing, Failure, Outcome};
use crate::node;
use crate::progress;
use crate::version::Version;
use crate::workspace::{WASM, Workspace};

const WASM_PACK: Version = Version(0, 15, 1);
const CARGO_FUZZ: Version = Version(0, 13, 2);

/// A program written in Rust that is taken prebuilt or built here.
struct Tool {
    crate_name: &'static str,
    version: Version,
    programs: &'static [&'static str],
}

impl Tool {
    /// Whether every program of it is in `folder`, runs, and is of the right version.
    fn is_in(&self, folder: &Path) -> bool {
        self.programs.iter().all(|program| version_of(folder.join(program)) == Some(self.version))
    }

    fn is_on_path(&self) -> bool {
        self.programs.iter().all(|program| on_path(program).and_then(version_of) == Some(self.version))
    }
}

/// The tools with their versions; wasm-bindgen's is read where the crate's is fixed.
fn tools(workspace: &Workspace) -> Outcome<[Tool; 2]> {
    Ok([
        Tool {
            crate_name: "wasm-bindgen-cli",
            version: workspace.wasm_bindgen()?,
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        },
        Tool { crate_name: "wasm-pack", version: WASM_PACK, programs: &["wasm-pack"] },
    ])
}

/// Everything that decides what the tools are, as text: part of what a build is a function of.
pub(crate) fn fingerprint(workspace: &Workspace) -> Outcome<String> {
    let versions = tools(workspace)?.map(|tool| format!("{} {}", tool.crate_name, tool.version));
    Ok(format!("{}\n{}", versions.join("\n"), workspace.read("xtask/tools/package-lock.json")?))
}

/// Makes sure that all of them are there, and installs what is missing.
pub(crate) fn ensure(workspace: &Workspace) -> Outcome {
    node::check()?;
    wasm_target(workspace)?;
    rust_tools(workspace)?;
    wasm_opt(workspace)
}

/// Makes sure that cargo-fuzz is there, which `cargo xtask fuzz` alone needs.
pub(crate) fn fuzzer(workspace: &Workspace) -> Outcome {
    let tool = Tool { crate_name: "cargo-fuzz", version: CARGO_FUZZ, programs: &["cargo-fuzz"] };
    if tool.is_in(&workspace.tools_bin()) || tool.is_on_path() { Ok(()) } else { source::install(workspace, &[tool]) }
}

/// PATH with the tools first, for wasm-pack, which looks for the others there.
pub(crate) fn path(workspace: &Workspace) -> Outcome<OsString> {
    path_with(&[workspace.tools_bin(), npm_folder(workspace).join("node_modules/.bin")])
}

/// wasm-bindgen's test runner: ours, or the one on PATH that `ensure` found to be right.
pub(crate) fn test_runner(workspace: &Workspace) -> PathBuf {
    let own = workspace.tools_bin().join("wasm-bindgen-test-runner");
    if own.is_file() { own } else { on_path("wasm-bindgen-test-runner").unwrap_or(own) }
}

fn rust_tools(workspace: &Workspace) -> Outcome {
    let bin = workspace.tools_bin();
    let mut missing: Vec<Tool> = tools(workspace)?.into_iter().filter(|tool| !tool.is_in(&bin) && !tool.is_on_path()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    std::fs::create_dir_all(&bin).doing(|| format!("create {}", bin.display()))?;
    prebuilt::fetch(workspace, &mut missing)?;
    if missing.is_empty() {
        return Ok(());
    }
    source::install(workspace, &missing)
}

fn wasm_target(workspace: &Workspace) -> Outcome {
    let sysroot = capture(command("rustc", &workspace.root).args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).is_dir() {
        return Ok(());
    }
    if on_path("rustup").is_none() {
        return Err(Failure::from(format!(
            "this Rust has no {WASM} target and there is no rustup to add it: install Rust from https://rustup.rs/"
        )));
    }
    progress::step("Rust's standard library for WebAssembly", "rustup target add; about 10 seconds", || {
        run(command("rustup", &workspace.root).args(["target", "add", WASM]))
    })
}

/// Where npm's packages for the build are.
pub(crate) fn npm_folder(workspace: &Workspace) -> PathBuf {
    workspace.tools().join("npm")
}

/// wasm-opt comes from npm, where one package serves every platform. wasm-pack takes the one that it finds on PATH.
fn wasm_opt(workspace: &Workspace) -> Outcome {
    let (from, folder) = (workspace.at("xtask/tools"), npm_folder(workspace));
    node::install_apart(&from, &folder, "wasm-opt", "npm install into target/tools: it makes the wasm smaller; about 10 seconds")
}
