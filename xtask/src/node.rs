//! Node and npm: checked, never installed, because a person has their own way of having them.

use std::path::Path;
use std::process::Command;

use crate::command::{command, on_path, run, version_of};
use crate::failure::{Doing, Failure, Outcome};
use crate::progress;
use crate::version::Version;
use crate::workspace::Workspace;

const NODE: Version = Version(20, 19, 0);
const NPM: Version = Version(9, 0, 0);

/// Node in `directory`.
pub(crate) fn node(directory: &Path) -> Command {
    command("node", directory)
}

/// Fails with one clear line unless Node and npm are there and new enough.
pub(crate) fn check() -> Outcome {
    enough("Node.js", version_of("node"), NODE)?;
    enough("npm", version_of(npm_program()), NPM)
}

/// npm in `directory`, without its news about itself.
pub(crate) fn npm(directory: &Path) -> Command {
    let mut npm = command(npm_program(), directory);
    npm.env("NPM_CONFIG_UPDATE_NOTIFIER", "false");
    npm
}

fn enough(name: &str, found: Option<Version>, least: Version) -> Outcome {
    match found {
        Some(version) if version >= least => Ok(()),
        Some(version) => {
            Err(Failure::from(format!("{name} {version} is too old: install {least} or newer from https://nodejs.org/ and run this again")))
        }
        None => Err(Failure::from(format!(
            "{name} is missing: install Node.js {NODE} or newer, which brings npm, from https://nodejs.org/ and run this again"
        ))),
    }
}

/// Installs what the lock file in `from` names into `folder`, which is made where it is missing: the sources stay as they are.
pub(crate) fn install_apart(from: &Path, folder: &Path, what: &str, why: &str) -> Outcome {
    std::fs::create_dir_all(folder).doing(|| format!("create {}", folder.display()))?;
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        let source = from.join(file);
        std::fs::copy(&source, folder.join(file)).doing(|| format!("copy {}", source.display()))?;
    }
    install(folder, what, why)
}

/// Installs the packages that tests and benches run with.
pub(crate) fn install_for_tests(workspace: &Workspace) -> Outcome {
    install(
        &workspace.at("tests"),
        "packages for the tests",
        "npm install in tests/: TypeScript, workerd, Deno, Bun and what drives the browsers; about a minute",
    )
}

/// Installs exactly what the lock file in `folder` names, unless that is what is there already.
pub(crate) fn install(folder: &Path, what: &str, why: &str) -> Outcome {
    let lock = folder.join("package-lock.json");
    let wanted = std::fs::read(&lock).doing(|| format!("read {}", lock.display()))?;
    let stamp = folder.join("node_modules/.installed-from");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    progress::step(what, why, || {
        // Not `npm ci`, which refuses a lock file without the entries of other platforms: a registry may not have carried those.
        run(npm(folder).args(["install", "--no-save", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]))?;
        std::fs::create_dir_all(folder.join("node_modules")).doing(|| "create node_modules".into())?;
        std::fs::write(&stamp, &wanted).doing(|| format!("write {}", stamp.display()))
    })
}

fn npm_program() -> std::path::PathBuf {
    // On Windows npm is a script that only its full name starts.
    if cfg!(windows) { "npm.cmd".into() } else { on_path("npm").unwrap_or_else(|| "npm".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_version_is_needed() {
        assert!(enough("Node.js", Some(Version(20, 19, 0)), NODE).is_ok());
        let old = enough("Node.js", Some(Version(18, 20, 1)), NODE).map_err(|failure| failure.to_string());
        assert!(old.is_err_and(|sentence| sentence.contains("18.20.1 is too old")));
        let none = enough("npm", None, NPM).map_err(|failure| failure.to_string());
        assert!(none.is_err_and(|sentence| sentence.starts_with("npm is missing")));
    }

    #[test]
    fn lock_files_name_no_registry() -> Result<(), Box<dyn std::error::Error>> {
        let workspace = Workspace::here().map_err(|failure| failure.to_string())?;
        for lock in [
            "tests/package-lock.json",
            "www/package-lock.json",
            "tests/bench/peers/package-lock.json",
            "tests/packaging/package-lock.json",
            "xtask/tools/package-lock.json",
        ] {
            let text = workspace.read(lock).map_err(|failure| failure.to_string())?;
            assert!(!text.contains("\"resolved\""), "{lock} installs from whichever registry the reader has; see the .npmrc beside it");
        }
        Ok(())
    }
}
