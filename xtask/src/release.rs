//! One version: Cargo.toml names it, and the tag, CHANGELOG.md and everything else have to agree.

use crate::failure::{Failure, Outcome};
use crate::progress::say;
use crate::workspace::Workspace;

/// Prints what CHANGELOG.md has to say on the version of `tag`, which has to be the one in Cargo.toml.
pub(crate) fn notes(workspace: &Workspace, tag: &str) -> Outcome {
    let changelog = workspace.read("CHANGELOG.md")?;
    say(notes_of(tag, &workspace.version()?, &changelog)?);
    Ok(())
}

fn notes_of<'a>(tag: &str, version: &str, changelog: &'a str) -> Outcome<&'a str> {
    if tag.strip_prefix('v') != Some(version) {
        return Err(Failure::from(format!("the tag is {tag}, but Cargo.toml has version {version}: its tag is v{version}")));
    }
    let section = sections(changelog).find(|section| section.version == version);
    let section = section
        .ok_or_else(|| Failure::from(format!("CHANGELOG.md has no section `## {version} - YYYY-MM-DD`: `## Unreleased` becomes it")))?;
    if !is_date(section.date) {
        return Err(Failure::from(format!(
            "CHANGELOG.md has `{}` where the day of release belongs: `## {version} - YYYY-MM-DD`",
            section.date
        )));
    }
    if section.text.is_empty() {
        return Err(Failure::from(format!("CHANGELOG.md says nothing on {version}")));
    }
    Ok(section.text)
}

/// What is below one heading of the second level: `## 1.2.3 - 2026-01-31`, or `## Unreleased`.
struct Section<'a> {
    version: &'a str,
    date: &'a str,
    text: &'a str,
}

fn sections(changelog: &str) -> impl Iterator<Item = Section<'_>> {
    changelog.split("\n## ").skip(1).map(|section| {
        let (heading, text) = section.split_once('\n').unwrap_or((section, ""));
        let (version, date) = heading.split_once(" - ").unwrap_or((heading, ""));
        Section { version: version.trim(), date: date.trim(), text: text.trim() }
    })
}

fn is_date(text: &str) -> bool {
    let digits = |part: Option<&str>, count| part.is_some_and(|part| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit()));
    let mut parts = text.split('-');
    digits(parts.next(), 4) && digits(parts.next(), 2) && digits(parts.next(), 2) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str =
        "# Changelog\n\n## Unreleased\n\n- new\n\n## 0.2.0 - 2026-01-31\n\n### Added\n\n- more\n\n## 0.1.0 - soon\n\n- first\n";

    fn told(tag: &str, version: &str) -> Result<&'static str, String> {
        notes_of(tag, version, CHANGELOG).map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_notes_are_the_section_of_the_tags_version() {
        assert_eq!(told("v0.2.0", "0.2.0"), Ok("### Added\n\n- more"));
    }

    #[test]
    fn a_tag_a_version_and_a_section_that_differ_are_told() {
        assert!(told("v0.2.1", "0.2.0").is_err_and(|sentence| sentence.contains("its tag is v0.2.0")));
        assert!(told("0.2.0", "0.2.0").is_err());
        assert!(told("v0.3.0", "0.3.0").is_err_and(|sentence| sentence.contains("`## Unreleased` becomes it")));
        assert!(told("v0.1.0", "0.1.0").is_err_and(|sentence| sentence.contains("`soon`")));
        assert!(notes_of("v1.0.0", "1.0.0", "\n## 1.0.0 - 2026-01-31\n").is_err());
    }

    #[test]
    fn one_version_everywhere() -> Result<(), Box<dyn std::error::Error>> {
        let workspace = Workspace::here().map_err(|failure| failure.to_string())?;
        let read = |path: &str| workspace.read(path).map_err(|failure| failure.to_string());
        let version = workspace.version().map_err(|failure| failure.to_string())?;

        let changelog = read("CHANGELOG.md")?;
        let newest = sections(&changelog).next().ok_or("CHANGELOG.md has no section")?;
        let is_dated = newest.version == version && is_date(newest.date);
        assert!(newest.version == "Unreleased" || is_dated, "CHANGELOG.md begins with `## {}`", newest.version);
        if newest.version == "Unreleased" {
            let dated = format!("## {version} - 2026-01-31");
            let released = changelog.replacen("## Unreleased", &dated, 1);
            assert!(notes_of(&format!("v{version}"), &version, &released).is_ok(), "what HACKING.md says makes release notes");
        }

        for member in ["nanobanana-task", "simulator", "xtask"] {
            let locked = read("Cargo.lock")?.contains(&format!("name = \"{member}\"\nversion = \"{version}\"\n"));
            assert!(locked, "Cargo.lock: {member} has the version in Cargo.toml; any cargo command brings it there");
        }
        for manifest in ["simulator/Cargo.toml", "xtask/Cargo.toml"] {
            assert!(read(manifest)?.contains("\nversion.workspace = true\n"), "{manifest} takes the workspace's version");
        }
        assert!(read("npm/package.json")?.contains("\n  \"version\": \"0.0.0\",\n"), "npm/package.json leaves its version to the build");
        Ok(())
    }

    /// The lines of every workflow, with the file's name.
    fn workflow_lines() -> Result<Vec<(String, String)>, Box<dyn std::error::Error>> {
        let workspace = Workspace::here().map_err(|failure| failure.to_string())?;
        let mut lines = Vec::new();
        for file in std::fs::read_dir(workspace.at(".github/workflows"))? {
            let path = file?.path();
            let text = std::fs::read_to_string(&path)?;
            lines.extend(text.lines().map(|line| (path.display().to_string(), line.trim().to_owned())));
        }
        Ok(lines)
    }

    #[test]
    fn workflows_name_actions_by_commit() -> Result<(), Box<dyn std::error::Error>> {
        let mut actions = 0;
        for (file, line) in workflow_lines()? {
            let Some((_, action)) = line.split_once("uses: ") else { continue };
            let commit = action.split_once('@').map_or("", |(_, version)| version.split(' ').next().unwrap_or_default());
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{file}: {action} may be moved");
            actions += 1;
        }
        assert!(actions > 0);
        Ok(())
    }

    #[test]
    fn nothing_is_built_beside_the_token_of_the_crates_registry() -> Result<(), Box<dyn std::error::Error>> {
        let lines = workflow_lines()?;
        let publishes = lines.iter().filter(|(_, line)| line.contains("cargo publish") && !line.contains("--dry-run"));
        let publishes: Vec<&str> = publishes.map(|(_, line)| line.as_str()).filter(|line| !line.starts_with('#')).collect();
        assert_eq!(publishes, ["- run: cargo publish --no-verify --package nanobanana-task"]);
        assert!(lines.iter().any(|(_, line)| line == "- run: cargo publish --dry-run --package nanobanana-task"), "it is built before");
        Ok(())
    }
}
