//! Whether `pkg/` is what the sources would give: two content hashes, of what went in and of what came out.

use std::path::{Path, PathBuf};

use crate::failure::{Doing, Outcome};
use crate::tools;
use crate::workspace::Workspace;

/// Everything that a build reads. `xtask/src/build` is in it because it decides what is put where.
const SOURCES: [&str; 15] = [
    "src",
    "npm",
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    ".cargo",
    "README.md",
    "docs",
    "CHANGELOG.md",
    "xtask/src/build",
    "xtask/src/links.rs",
    "xtask/tools/shrink.mjs",
    "xtask/tools/bundle.mjs",
    "LICENSE-MIT",
    "LICENSE-APACHE",
];
/// Settings from outside that change what the compiler makes.
const SETTINGS: [&str; 2] = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"];
const STAMP: &str = "target/staging.stamp";

/// The hash of everything that a build reads.
pub(super) fn inputs(workspace: &Workspace) -> Outcome<String> {
    let mut hash = Hash::new();
    for source in SOURCES {
        hash.add_path(&workspace.root, &workspace.at(source))?;
    }
    for setting in SETTINGS {
        hash.add(setting.as_bytes());
        hash.add(std::env::var_os(setting).unwrap_or_default().as_encoded_bytes());
    }
    hash.add(tools::fingerprint(workspace)?.as_bytes());
    Ok(hash.text())
}

/// Whether `pkg/` was made from these inputs and has not been touched since.
pub(super) fn is_current(workspace: &Workspace, inputs: &str) -> bool {
    let wanted = outputs(workspace).map(|outputs| format!("{inputs} {outputs}"));
    let found = std::fs::read_to_string(workspace.at(STAMP));
    matches!((wanted, found), (Ok(wanted), Ok(found)) if wanted == found)
}

/// Remembers that `pkg/`, as it is now, was made from these inputs.
pub(super) fn write(workspace: &Workspace, inputs: &str) -> Outcome {
    let text = format!("{inputs} {}", outputs(workspace)?);
    std::fs::write(workspace.at(STAMP), text).doing(|| format!("write {STAMP}"))
}

fn outputs(workspace: &Workspace) -> Outcome<String> {
    let mut hash = Hash::new();
    hash.add_path(&workspace.root, &workspace.at("pkg"))?;
    Ok(hash.text())
}

/// FNV-1a, 64 bits: it only has to notice an edit.
struct Hash(u64);

impl Hash {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        // The length first: otherwise moving a byte from one file's end to the next file's start would go unseen.
        for byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// A file's name and content, or those of everything in a folder; a path that is not there counts as such.
    fn add_path(&mut self, root: &Path, path: &Path) -> Outcome {
        let reading = || format!("read {}", path.display());
        self.add(path.strip_prefix(root).unwrap_or(path).as_os_str().as_encoded_bytes());
        if path.is_dir() {
            let entries = std::fs::read_dir(path).doing(reading)?;
            let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            inside.sort();
            for entry in inside.iter().filter(|entry| !entry.ends_with("node_modules")) {
                self.add_path(root, entry)?;
            }
        } else if path.is_file() {
            self.add(&std::fs::read(path).doing(reading)?);
        }
        Ok(())
    }

    fn text(&self) -> String {
        format!("{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(parts: &[&[u8]]) -> String {
        let mut hash = Hash::new();
        parts.iter().for_each(|part| hash.add(part));
        hash.text()
    }

    #[test]
    fn a_byte_that_moves_from_one_part_to_the_next_is_seen() {
        assert_ne!(hash_of(&[b"ab", b"c"]), hash_of(&[b"a", b"bc"]));
        assert_eq!(hash_of(&[b"ab", b"c"]), hash_of(&[b"ab", b"c"]));
    }

    #[test]
    fn a_renamed_file_is_seen() -> Result<(), Box<dyn std::error::Error>> {
        let root = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        std::fs::create_dir_all(root.join("in"))?;
        std::fs::write(root.join("in/a"), "text")?;
        let hash = || -> Result<String, Box<dyn std::error::Error>> {
            let mut hash = Hash::new();
            hash.add_path(&root, &root.join("in")).map_err(|failure| failure.to_string())?;
            Ok(hash.text())
        };
        let before = hash()?;
        assert_eq!(hash()?, before);
        std::fs::rename(root.join("in/a"), root.join("in/b"))?;
        assert_ne!(hash()?, before);
        std::fs::remove_dir_all(&root)?;
        Ok(())
    }
}
