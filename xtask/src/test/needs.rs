//! What the steps stand on: made at the first step that needs it, once in a run.

use std::time::{Duration, Instant};

use crate::browser::{self, Browser};
use crate::failure::{Failure, Outcome};
use crate::package::{self, Tarball};
use crate::workspace::Workspace;
use crate::{build, node, simulator, tools};

/// Where the packed package is tried, from the workspace's root.
pub(super) const CONSUMERS: &str = "target/packaging";

/// One thing that has to be there before a step can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Node and npm, new enough.
    Node,
    /// Rust's WebAssembly target, wasm-pack, wasm-bindgen with its test runner, wasm-opt.
    Tools,
    /// `pkg/`, up to date.
    Package,
    /// The tarball of `pkg/`, for a step that has named `Package` before it.
    Tarball,
    /// The simulator's binary.
    Simulator,
    /// What tests/package-lock.json names.
    TestPackages,
    /// What tests/packaging/package-lock.json names: bundlers and runtimes.
    Consumers,
    /// Chromium with chromedriver.
    Browser,
}

/// What is there already, what could not be had, and how long that took.
pub(super) struct Prepared<'a> {
    pub(super) workspace: &'a Workspace,
    met: Vec<(Need, Result<(), String>)>,
    tarball: Option<Tarball>,
    browser: Option<Browser>,
    time: Duration,
}

impl<'a> Prepared<'a> {
    pub(super) fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, met: Vec::new(), tarball: None, browser: None, time: Duration::ZERO }
    }

    /// Makes sure of all of `needs`; the error says which one could not be had, and why.
    pub(super) fn all(&mut self, needs: &[Need]) -> Result<(), String> {
        needs.iter().try_for_each(|need| self.one(*need))
    }

    /// How long everything took together.
    pub(super) fn time(&self) -> Duration {
        self.time
    }

    /// The tarball, for a step that has named it among its needs.
    pub(super) fn tarball(&self) -> Outcome<&Tarball> {
        self.tarball.as_ref().ok_or_else(|| Failure::from("the step has not asked for the tarball"))
    }

    /// The browser, for a step that has named it among its needs.
    pub(super) fn browser(&self) -> Outcome<&Browser> {
        self.browser.as_ref().ok_or_else(|| Failure::from("the step has not asked for a browser"))
    }

    fn one(&mut self, need: Need) -> Result<(), String> {
        if let Some((_, outcome)) = self.met.iter().find(|(known, _)| *known == need) {
            return outcome.clone();
        }
        let started = Instant::now();
        let outcome = self.prepare(need).map_err(|failure| failure.to_string());
        self.time += started.elapsed();
        self.met.push((need, outcome.clone()));
        outcome
    }

    fn prepare(&mut self, need: Need) -> Outcome {
        match need {
            Need::Node => node::check(),
            Need::Tools => tools::ensure(self.workspace),
            Need::Package => build::run(self.workspace),
            Need::Tarball => {
                self.tarball = Some(package::pack(self.workspace)?);
                Ok(())
            }
            Need::Simulator => simulator::build_as_step(self.workspace),
            Need::TestPackages => node::install(
                &self.workspace.at("tests"),
                "packages for the tests",
                "npm install in tests/: TypeScript, workerd and what drives the browser; under a minute",
            ),
            Need::Consumers => node::install_apart(
                &self.workspace.at("tests/packaging"),
                &self.workspace.at(CONSUMERS),
                "bundlers and runtimes that the package is tried in",
                "npm install into target/packaging, 1 GB; about a minute",
            ),
            Need::Browser => {
                self.browser = Some(browser::ensure(&self.workspace.root)?);
                Ok(())
            }
        }
    }
}
