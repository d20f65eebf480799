//! The commands of this repository, run as `cargo xtask <command>`. They install what is missing and say what they do.

mod bench;
mod browser;
mod build;
mod command;
mod demo;
mod failure;
mod fuzz;
mod links;
mod node;
mod package;
mod progress;
mod release;
mod server;
mod simulator;
mod size;
mod test;
mod tools;
mod version;
mod workspace;

use std::process::ExitCode;

use failure::{Failure, Outcome};
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask <command>

  demo [--port N]   build what is missing and serve the demo page; no key and no account are needed
  test [NAME...]    run every test of the project, or those of these names; `test --list` names them
  build             make pkg/, the npm package
  package           pack it into the tarball that npm publishes, and check which files are in it
  bench NAME        measure, and print the figures side by side: import, faults, gateway, polling
  fuzz [TARGET]     make up replies and scenarios by the million and check what comes of them: reply, wait, slow; --runs N, --seed N;
                    with a finding's file after TARGET, run that one and tell what happens
  release-notes TAG what CHANGELOG.md says on the version of that tag, which has to be the one in Cargo.toml
  size              what the package weighs; with --check, fail over tests/size-budget.json; with --readme, write README's table

Settings, all optional, as environment variables:
  NANOBANANA_API_KEY    demo: ask the real service with this key instead of the simulator
  NANOBANANA_BASE_URL   demo: the real service's address, where it is another
  XTASK_MIRROR          where prebuilt tools are fetched, in place of https://github.com; `off` builds them from source
  CHROME, CHROMEDRIVER  test: the browser and its driver, where they are not found by themselves; and likewise
                        FIREFOX; WEBKIT_DRIVER, WEBKIT_BROWSER, XVFB; DENO; BUN
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match obey(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nerror: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn obey(words: &[&str]) -> Outcome {
    let workspace = Workspace::here()?;
    match words {
        [] | ["help" | "--help" | "-h"] => {
            progress::say(USAGE);
            Ok(())
        }
        ["build"] => build::run(&workspace),
        ["package"] => package::run(&workspace),
        ["demo"] => demo::run(&workspace, None),
        ["demo", "--port", port] => demo::run(&workspace, Some(demo::port(port)?)),
        ["test", "--list"] => {
            test::list();
            Ok(())
        }
        ["test", names @ ..] => test::run(&workspace, names),
        ["bench", name] => bench::run_it(&workspace, name),
        ["fuzz", words @ ..] => fuzz::run(&workspace, words),
        ["release-notes", tag] => release::notes(&workspace, tag),
        ["size"] => size::run_it(&workspace, None),
        ["size", flag @ ("--check" | "--readme")] => size::run_it(&workspace, Some(flag)),
        other => Err(Failure::from(format!("`{}` is no command here\n\n{USAGE}", other.join(" ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the usage lists after the colon of the command's line.
    fn listed(command: &str) -> Option<&'static str> {
        let line = USAGE.lines().find(|line| line.starts_with(command))?;
        let (_, names) = line.rsplit_once(": ")?;
        names.split(';').next()
    }

    #[test]
    fn the_usage_names_every_bench() {
        assert_eq!(listed("  bench NAME"), Some(bench::names().join(", ").as_str()));
    }

    #[test]
    fn the_usage_names_every_fuzz_target() {
        assert_eq!(listed("  fuzz [TARGET]"), Some(fuzz::names().join(", ").as_str()));
    }
}
