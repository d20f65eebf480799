//! The tests of the project in the order they run: what is quick to fail comes first.

use std::path::{Path, PathBuf};

use super::needs::{CONSUMERS, Need, Prepared};
use crate::browser::Engine;
use crate::command::{cargo, command, run, run_unseen, watch};
use crate::failure::{Doing, Failure, Outcome};
use crate::progress::{note, say};
use crate::workspace::{PACKAGE, WASM};
use crate::{node, package, simulator, size, tools};

/// One test, by name.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) needs: &'static [Need],
    pub(super) run: fn(&Prepared<'_>) -> Outcome,
}

const STRICT: &str = "-Dwarnings";
/// One test file for each engine that the behaviours run in.
const ENGINES: &str = "tests/engines";
const TEST: &str = ".test.mjs";

pub(super) const STEPS: &[Step] = &[
    Step { name: "fmt", about: "rustfmt finds nothing to change", needs: &[], run: fmt },
    Step { name: "clippy", about: "clippy on all Rust, no warnings", needs: &[], run: clippy },
    Step { name: "clippy-wasm", about: "clippy on the crate as WebAssembly", needs: &[Need::Tools], run: clippy_wasm },
    Step { name: "docs", about: "rustdoc on all Rust, no warnings", needs: &[], run: docs },
    Step { name: "docs-wasm", about: "rustdoc on the crate as WebAssembly", needs: &[Need::Tools], run: docs_wasm },
    Step { name: "native", about: "Rust tests on this machine", needs: &[], run: native },
    Step {
        name: "wasm",
        about: "Rust tests as WebAssembly in headless Chromium",
        needs: &[Need::Tools, Need::Simulator, Need::Browser(Engine::Chromium)],
        run: wasm,
    },
    Step {
        name: "types",
        about: "tsc on the public types and the checked JavaScript",
        needs: &[Need::Node, Need::Package, Need::Tarball, Need::TestPackages, Need::PageServer],
        run: types,
    },
    Step {
        name: "package",
        about: "the tarball that npm publishes: its files, publint, are-the-types-wrong",
        needs: &[Need::Node, Need::Package, Need::Tarball, Need::TestPackages],
        run: packaged,
    },
    Step { name: "crate", about: "the crate as cargo would publish it, built from that", needs: &[Need::Tools], run: crate_as_published },
    Step {
        name: "size",
        about: "each entry within its budget, and README's table of them",
        needs: &[Need::Node, Need::Package],
        run: budget,
    },
    Step {
        name: "node",
        about: "the package in Node.js",
        needs: &[Need::Node, Need::Package, Need::TestPackages, Need::Simulator],
        run: |prepared| folder(prepared, "tests/node"),
    },
    // Apart from the others, whose timing it would disturb.
    Step {
        name: "leaks",
        about: "what a hundred thousand waits leave behind, in Node.js and in a page in Chromium",
        needs: &[Need::Node, Need::Package, Need::TestPackages, Need::Simulator, Need::Browser(Engine::Chromium)],
        run: |prepared| folder(prepared, "tests/leaks"),
    },
    Step {
        name: "workerd",
        about: "the package in workerd, the runtime of Cloudflare Workers",
        needs: &[Need::Node, Need::Package, Need::TestPackages, Need::Simulator],
        run: |prepared| folder(prepared, "tests/workerd"),
    },
    Step {
        name: "gateway",
        about: "the gateway in Node.js and workerd, and what is tried on it",
        needs: &[Need::Node, Need::Package, Need::TestPackages, Need::Simulator],
        run: |prepared| folder(prepared, "tests/gateway"),
    },
    Step {
        name: "deno",
        about: "the package in Deno, allowed to reach one host",
        needs: &[Need::Node, Need::Package, Need::TestPackages, Need::Simulator],
        run: |prepared| engine(prepared, "deno"),
    },
    Step {
        name: "bun",
        about: "the package in Bun",
        needs: &[Need::Node, Need::Package, Need::TestPackages, Need::Simulator],
        run: |prepared| engine(prepared, "bun"),
    },
    Step {
        name: "chromium",
        about: "the package in a page in Chromium, and in one that is really hidden, frozen or offline",
        needs: &[Need::Node, Need::Package, Need::TestPackages, Need::Simulator, Need::Browser(Engine::Chromium)],
        // One after the other: each has timing that the other would disturb.
        run: |prepared| engine(prepared, "chromium").and_then(|()| folder(prepared, "tests/lifecycle")),
    },
    Step {
        name: "firefox",
        about: "the package in a page in Firefox",
        needs: &[Need::Node, Need::Package, Need::TestPackages, Need::Simulator, Need::Browser(Engine::Firefox)],
        run: |prepared| engine(prepared, "firefox"),
    },
    Step {
        name: "webkit",
        about: "the package in a page in WebKitGTK",
        needs: &[Need::Node, Need::Package, Need::TestPackages, Need::Simulator, Need::Browser(Engine::WebKit)],
        run: |prepared| engine(prepared, "webkit"),
    },
    Step {
        name: "consumers",
        about: "the packed package in every runtime, bundler and browser",
        needs: &[Need::Node, Need::Package, Need::Tarball, Need::TestPackages, Need::Consumers, Need::Simulator, Need::Browsers],
        run: consumers,
    },
    Step {
        name: "docs-code",
        about: "every code block of the documentation: compiled in strict mode, and run",
        needs: &[
            Need::Node,
            Need::Package,
            Need::Tarball,
            Need::TestPackages,
            Need::Consumers,
            Need::Simulator,
            Need::Browser(Engine::Chromium),
        ],
        run: docs_code,
    },
    Step {
        name: "page",
        about: "the demo page in headless Chromium, served by its Worker in workerd",
        needs: &[Need::Node, Need::Package, Need::TestPackages, Need::PageServer, Need::Simulator, Need::Browser(Engine::Chromium)],
        run: |prepared| folder(prepared, "tests/page"),
    },
];

fn fmt(prepared: &Prepared<'_>) -> Outcome {
    run(cargo(&prepared.workspace.root).args(["fmt", "--all", "--check"]))
}

fn clippy(prepared: &Prepared<'_>) -> Outcome {
    run(cargo(&prepared.workspace.root).args(["clippy", "--workspace", "--all-targets", "--", STRICT]))
}

fn clippy_wasm(prepared: &Prepared<'_>) -> Outcome {
    run(cargo(&prepared.workspace.root).args(["clippy", "--package", PACKAGE, "--target", WASM, "--all-targets", "--", STRICT]))
}

fn docs(prepared: &Prepared<'_>) -> Outcome {
    run(cargo(&prepared.workspace.root).args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", STRICT))
}

fn docs_wasm(prepared: &Prepared<'_>) -> Outcome {
    run(cargo(&prepared.workspace.root).args(["doc", "--package", PACKAGE, "--target", WASM, "--no-deps"]).env("RUSTDOCFLAGS", STRICT))
}

fn native(prepared: &Prepared<'_>) -> Outcome {
    run(cargo(&prepared.workspace.root).args(["test", "--workspace"]))
}

fn wasm(prepared: &Prepared<'_>) -> Outcome {
    let workspace = prepared.workspace;
    let key = simulator::fresh_key();
    // Its address and key are compiled into the tests, so it has to be there before they are built.
    let simulator = simulator::start(workspace, &key)?;
    run(cargo(&workspace.root)
        .args(["test", "--package", PACKAGE, "--target", WASM, "--test", "web"])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", tools::test_runner(workspace))
        .envs(prepared.browsers())
        .env("SIMULATOR_URL", &simulator.url)
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
        .env("SIMULATOR_KEY", &key))
}

/// Two compilers read the public types as a user's project does: from the tarball, by the package's name and its exports. The older one
/// is the oldest that knows the resolution of bundlers.
fn types(prepared: &Prepared<'_>) -> Outcome {
    let workspace = prepared.workspace;
    package::unpack(prepared.tarball()?, &workspace.at("tests/types/node_modules").join(PACKAGE))?;
    for (folder, compilers) in [("tests/types", ["typescript"].as_slice()), ("tests/types/public", &["typescript", "typescript-older"])] {
        for configuration in files(&workspace.at(folder), |name| name.starts_with("tsconfig") && name.ends_with(".json"))? {
            for compiler in compilers {
                let tsc = workspace.at("tests/node_modules").join(compiler).join("bin/tsc");
                let shown = configuration.strip_prefix(&workspace.root).unwrap_or(&configuration).display();
                run(node::node(&workspace.root).arg(&tsc).arg("--noEmit").arg("--project").arg(&configuration))?;
                note(&format!("{shown}, {compiler}: no errors"));
            }
        }
    }
    folder(prepared, "tests/types")
}

fn packaged(prepared: &Prepared<'_>) -> Outcome {
    let (workspace, tarball) = (prepared.workspace, prepared.tarball()?);
    note(&package::described(workspace, tarball)?);
    package::check_files(workspace, tarball)?;
    package::check_links(workspace, tarball)?;
    let checks: [(&str, &[&str]); 2] = [
        ("publint/src/cli.js", &["run", "--strict"]),
        // The wasm is no module and has no types; whether it is found is for the tests that load it.
        ("@arethetypeswrong/cli/dist/index.js", &["--profile=esm-only", "--no-definitely-typed", "--exclude-entrypoints=core.wasm"]),
    ];
    for (program, arguments) in checks {
        let program = workspace.at("tests/node_modules").join(program);
        run_unseen(node::node(&workspace.root).arg(program).args(arguments).arg(&tarball.path))?;
    }
    note("publint and are-the-types-wrong: nothing to say");
    Ok(())
}

fn consumers(prepared: &Prepared<'_>) -> Outcome {
    let workspace = prepared.workspace;
    run(node::node(&workspace.root)
        .arg("tests/packaging/run.mjs")
        .args([&prepared.tarball()?.path, &workspace.at(CONSUMERS)])
        .env("SIMULATOR", workspace.simulator())
        .envs(prepared.browsers()))
}

fn docs_code(prepared: &Prepared<'_>) -> Outcome {
    let workspace = prepared.workspace;
    run(node::node(&workspace.root)
        .args(["--test", "--test-reporter=spec"])
        .args(files(&workspace.at("tests/docs"), |name| name.ends_with(TEST))?)
        .env("TARBALL", &prepared.tarball()?.path)
        .env("TOOLS", workspace.at(CONSUMERS))
        .env("SIMULATOR", workspace.simulator())
        .envs(prepared.browsers()))
}

/// Not `cargo publish --dry-run`, which does the same but refuses where a mirror stands in for crates.io. As WebAssembly the build asks
/// for the JavaScript modules that the crate imports, too. What cargo warns of would be public with the crate.
fn crate_as_published(prepared: &Prepared<'_>) -> Outcome {
    let mut warnings = Vec::new();
    for target in [[].as_slice(), &["--target", WASM]] {
        let mut package = cargo(&prepared.workspace.root);
        package.args(["package", "--package", PACKAGE, "--allow-dirty"]).args(target);
        let status = watch(&mut package, |line| {
            say(line);
            if line.contains("warning") {
                warnings.push(line.to_owned());
            }
        })?;
        if !status.success() {
            return Err(Failure::from(format!("cargo could not package the crate ({status}); its output above says why")));
        }
    }
    if warnings.is_empty() { Ok(()) } else { Err(Failure::from(format!("cargo warns: {}", warnings.join("; ")))) }
}

fn budget(prepared: &Prepared<'_>) -> Outcome {
    size::measure(prepared.workspace, Some("--check"))
}

/// The behaviours in one engine, which has a file of its own.
fn engine(prepared: &Prepared<'_>, name: &str) -> Outcome {
    suite(prepared, &[prepared.workspace.at(ENGINES).join(format!("{name}{TEST}"))])
}

fn folder(prepared: &Prepared<'_>, folder: &str) -> Outcome {
    suite(prepared, &files(&prepared.workspace.at(folder), |name| name.ends_with(TEST))?)
}

/// Files for Node's own test runner. The tests start what servers and browsers they need themselves.
fn suite(prepared: &Prepared<'_>, tests: &[PathBuf]) -> Outcome {
    let workspace = prepared.workspace;
    run(command("node", &workspace.root)
        .args(["--test", "--test-reporter=spec"])
        .args(tests)
        .env("SIMULATOR", workspace.simulator())
        .envs(prepared.browsers()))
}

/// The files of a folder whose names fit. None at all is a failure: a suite that is not there has not passed.
fn files(folder: &Path, fits: impl Fn(&str) -> bool) -> Outcome<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).doing(|| format!("read {}", folder.display()))?;
    let mut found: Vec<PathBuf> =
        entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(&fits)).map(|entry| entry.path()).collect();
    found.sort();
    if found.is_empty() {
        return Err(Failure::from(format!("{} has no tests", folder.display())));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STEPS.len());
    }

    #[test]
    fn every_engine_has_a_step() -> Result<(), String> {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name(ENGINES);
        for file in files(&tests, |name| name.ends_with(TEST)).map_err(|failure| failure.to_string())? {
            let name = file.file_name().unwrap_or_default().to_string_lossy().replace(TEST, "");
            assert!(STEPS.iter().any(|step| step.name == name), "{name}");
        }
        Ok(())
    }

    #[test]
    fn a_suite_without_tests_has_not_passed() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(files(here, |name| name == "Cargo.toml").is_ok_and(|found| found.len() == 1));
        assert!(files(here, |name| name.ends_with(".test.mjs")).is_err());
        assert!(files(&here.join("nowhere"), |_| true).is_err());
    }
}
