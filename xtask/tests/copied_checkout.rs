//! The commands work on the checkout that they are called in, wherever they were compiled.

use std::error::Error;
use std::path::Path;
use std::process::Command;

/// A checkout, as far as `release-notes` reads one.
fn checkout(folder: &Path, version: &str) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder.join("xtask"))?;
    std::fs::write(folder.join("xtask/Cargo.toml"), "")?;
    std::fs::write(folder.join("Cargo.toml"), format!("[workspace.package]\nversion = \"{version}\"\n"))?;
    std::fs::write(folder.join("CHANGELOG.md"), format!("# Changelog\n\n## {version} - 2026-01-31\n\n- copied\n"))?;
    Ok(())
}

fn notes(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.args(["release-notes", "v7.7.7"]).output()?;
    Ok(String::from_utf8(output.stdout)?)
}

#[test]
fn a_copied_checkout_is_the_one_that_is_read() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("copied-checkout");
    checkout(&folder, "7.7.7")?;
    let xtask = env!("CARGO_BIN_EXE_xtask");

    let by_cargo = notes(Command::new(xtask).env("CARGO_MANIFEST_DIR", folder.join("xtask")))?;
    assert_eq!(by_cargo, "- copied\n", "cargo names the folder");

    let by_hand = notes(Command::new(xtask).env_remove("CARGO_MANIFEST_DIR").current_dir(folder.join("xtask")))?;
    assert_eq!(by_hand, "- copied\n", "called without cargo, the current folder counts");
    Ok(())
}
