//! The system's package manager, where it may be used without a question.

use std::path::Path;

use super::Engine;
use crate::command::{capture, command, on_path, run};
use crate::failure::{Failure, Outcome};

/// apt-get, and how it may be called.
pub(super) struct Apt<'a> {
    call: Vec<&'static str>,
    directory: &'a Path,
}

impl<'a> Apt<'a> {
    /// How apt-get may be called here: as root, or through a sudo that asks nothing.
    pub(super) fn here(directory: &'a Path) -> Option<Self> {
        on_path("apt-get")?;
        let is_root = capture(command("id", directory).arg("-u")).is_ok_and(|id| id.trim() == "0");
        let call = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
        if is_root {
            return Some(Self { call: call.to_vec(), directory });
        }
        capture(command("sudo", directory).args(["-n", "true"])).ok()?;
        Some(Self { call: ["sudo", "-n"].into_iter().chain(call).collect(), directory })
    }

    /// Installs all of these, or fails.
    pub(super) fn install(&self, packages: &[&str]) -> Outcome {
        let attempt = || self.run(&["install", "--yes", "--no-install-recommends"], packages);
        if has_package_lists() && attempt().is_ok() {
            return Ok(());
        }
        self.run(&["update"], &[])?;
        attempt()
    }

    fn run(&self, arguments: &[&str], packages: &[&str]) -> Outcome {
        let [program, rest @ ..] = self.call.as_slice() else {
            return Err(Failure::from("no apt-get"));
        };
        run(command(program, self.directory).args(rest).arg("--quiet").args(arguments).args(packages))
    }
}

/// A bare image comes without them; apt-get then knows no package at all.
fn has_package_lists() -> bool {
    std::fs::read_dir("/var/lib/apt/lists")
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().contains("_Packages")))
}

/// Whether the system's packages of that name are the browser: in Debian and what descends from it. In Ubuntu, though, `chromium` is a snap,
/// which needs more than apt-get, and there is no `firefox-esr`.
pub(super) fn has(engine: Engine, os_release: &str) -> bool {
    let value = |key: &str| {
        let line = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_default().trim_matches('"').to_owned()
    };
    let is = |name: &str| value("ID") == name || value("ID_LIKE").split_whitespace().any(|like| like == name);
    is("debian") && (!is("ubuntu") || engine == Engine::WebKit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installs_only_where_the_package_is_a_package() {
        let chromium = |os_release| has(Engine::Chromium, os_release);
        assert!(chromium("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n"));
        assert!(chromium("ID=raspbian\nID_LIKE=debian\n"));
        assert!(!chromium("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n"));
        assert!(!chromium("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!chromium("ID=fedora\n"));
        assert!(!chromium(""));
        assert!(has(Engine::WebKit, "NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n"));
    }
}
