//! Where things are.

use std::path::{Path, PathBuf};

use crate::failure::{Doing, Failure, Outcome};
use crate::version::{self, Version};

/// The npm package, the crate, and so the name of everything that is published.
pub(crate) const PACKAGE: &str = "nanobanana-task";

/// The compilation target of the package.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// This clone.
pub(crate) struct Workspace {
    /// The folder that holds the workspace's Cargo.toml.
    pub(crate) root: PathBuf,
}

impl Workspace {
    /// The workspace that this tool was called in.
    ///
    /// Cargo names the tool's folder at run time. A name from compile time would stay the original's in
    /// a copied checkout.
    pub(crate) fn here() -> Outcome<Self> {
        let root = match std::env::var_os("CARGO_MANIFEST_DIR") {
            Some(own) => Path::new(&own).parent().map(Path::to_owned),
            None => checkout_above(&std::env::current_dir().doing(|| "read the current folder".to_owned())?),
        };
        Ok(Self { root: root.ok_or("this is no checkout: call `cargo xtask` in one")? })
    }

    /// A path inside the workspace.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The text of a file of the workspace.
    pub(crate) fn read(&self, path: &str) -> Outcome<String> {
        std::fs::read_to_string(self.at(path)).doing(|| format!("read {path}"))
    }

    /// Where this project's own tools go: inside target/, so that removing it leaves nothing behind.
    pub(crate) fn tools(&self) -> PathBuf {
        self.at("target/tools")
    }

    /// Where wasm-pack, wasm-bindgen and its test runner go.
    pub(crate) fn tools_bin(&self) -> PathBuf {
        self.tools().join("bin")
    }

    /// Where cargo puts what it builds.
    pub(crate) fn cargo_target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.at("target"), |folder| self.root.join(folder))
    }

    /// The simulator's binary, once `cargo build -p simulator` has run.
    pub(crate) fn simulator(&self) -> PathBuf {
        self.cargo_target().join("debug").join(format!("simulator{}", std::env::consts::EXE_SUFFIX))
    }

    /// The version of wasm-bindgen that the crate is built with: the command line tool must be the very same.
    pub(crate) fn wasm_bindgen(&self) -> Outcome<Version> {
        version::locked(&self.read("Cargo.lock")?, "wasm-bindgen")
            .ok_or_else(|| Failure::from("Cargo.lock names no wasm-bindgen; run `cargo update --workspace`"))
    }

    /// The version that the package is published under.
    pub(crate) fn version(&self) -> Outcome<String> {
        let manifest = self.read("Cargo.toml")?;
        version::of_workspace(&manifest)
            .map(str::to_owned)
            .ok_or_else(|| Failure::from("Cargo.toml has no version under [workspace.package]"))
    }
}

/// The nearest folder, from `folder` upwards, that holds this tool.
fn checkout_above(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|above| above.join("xtask/Cargo.toml").is_file()).map(Path::to_owned)
}
