//! Version numbers, and the places in this repository that fix them.

use std::fmt;

/// Three numbers, compared in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl Version {
    /// The first version in a program's answer: `wasm-pack 0.15.1`, `v20.19.0`, `wasm-opt version 132 (version_132)`.
    pub(crate) fn find_in(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        // A pre-release or build suffix says nothing that is asked here.
        let core = word.split(['-', '+']).next()?;
        let mut numbers = core.split('.').map(str::parse::<u32>);
        let version = Self(numbers.next()?.ok()?, numbers.next().unwrap_or(Ok(0)).ok()?, numbers.next().unwrap_or(Ok(0)).ok()?);
        numbers.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The version of `package` that a Cargo.lock has settled on.
pub(crate) fn locked(cargo_lock: &str, package: &str) -> Option<Version> {
    let name = format!("name = \"{package}\"");
    let mut lines = cargo_lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Version::parse(version)
}

/// The version under `[workspace.package]` of a Cargo.toml, as it is written there.
pub(crate) fn of_workspace(cargo_toml: &str) -> Option<&str> {
    cargo_toml
        .lines()
        .skip_while(|line| line.trim() != "[workspace.package]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| line.strip_prefix("version")?.trim_start().strip_prefix('=')?.trim().strip_prefix('"'))
        .and_then(|rest| rest.split('"').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_version_in_what_programs_print() {
        assert_eq!(Version::find_in("wasm-pack 0.15.1\n"), Some(Version(0, 15, 1)));
        assert_eq!(Version::find_in("v20.19.0"), Some(Version(20, 19, 0)));
        assert_eq!(Version::find_in("wasm-opt version 132 (version_132)"), Some(Version(132, 0, 0)));
        assert_eq!(Version::find_in("wasm-bindgen 0.2.130 (abcdef0)"), Some(Version(0, 2, 130)));
        assert_eq!(Version::find_in("v22.0.0-nightly1"), Some(Version(22, 0, 0)));
        assert_eq!(Version::find_in("not found"), None);
        assert_eq!(Version::find_in("1.2.3.4"), None);
    }

    #[test]
    fn versions_are_ordered_number_by_number() {
        assert!(Version(20, 9, 9) < Version(20, 19, 0));
        assert!(Version(21, 0, 0) > Version(20, 19, 0));
    }

    #[test]
    fn reads_a_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked(lock, "wasm-bindgen"), Some(Version(0, 2, 130)));
        assert_eq!(locked(lock, "wasm-bindgen-futures"), Some(Version(0, 4, 80)));
        assert_eq!(locked(lock, "wasm"), None);
    }

    #[test]
    fn reads_the_workspace_version_and_no_other() {
        let manifest = "[package]\nversion = \"9.9.9\"\n[workspace.package]\nedition = \"2024\"\nversion = \"0.1.0\"\n";
        assert_eq!(of_workspace(manifest), Some("0.1.0"));
        assert_eq!(of_workspace("[workspace.package]\nedition = \"2024\"\n[package]\nversion = \"9.9.9\"\n"), None);
    }
}
