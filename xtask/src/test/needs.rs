//! What the steps stand on: made at the first step that needs it, once in a run.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::browser::{self, Browser, Engine};
use crate::failure::{Failure, Outcome};
use crate::package::{self, Tarball};
use crate::progress::note;
use crate::workspace::Workspace;
use crate::{build, demo, node, simulator, tools};

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
    /// What www/package-lock.json names: what serves and deploys the demo page.
    PageServer,
    /// What tests/packaging/package-lock.json names: bundlers and runtimes.
    Consumers,
    /// A browser and what drives it.
    Browser(Engine),
    /// As many browsers as can be had, for a step that says itself which of them it misses.
    Browsers,
}

/// What is there already, what could not be had, and how long that took.
pub(super) struct Prepared<'a> {
    pub(super) workspace: &'a Workspace,
    met: Vec<(Need, Result<(), String>)>,
    tarball: Option<Tarball>,
    /// Of all steps of this run.
    engines: Vec<Engine>,
    browsers: Vec<Browser>,
    time: Duration,
}

impl<'a> Prepared<'a> {
    /// For steps that need `wanted` between them.
    pub(super) fn new(workspace: &'a Workspace, wanted: impl Iterator<Item = Need>) -> Self {
        let engines = wanted.flat_map(|need| match need {
            Need::Browser(engine) => vec![engine],
            Need::Browsers => Engine::ALL.to_vec(),
            _ => Vec::new(),
        });
        let engines = engines.collect();
        Self { workspace, met: Vec::new(), tarball: None, engines, browsers: Vec::new(), time: Duration::ZERO }
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

    /// The programs of all browsers that are there by now, as environment variables.
    pub(super) fn browsers(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        self.browsers.iter().flat_map(Browser::variables)
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
            Need::TestPackages => node::install_for_tests(self.workspace),
            Need::PageServer => demo::install_server(self.workspace),
            Need::Consumers => node::install_apart(
                &self.workspace.at("tests/packaging"),
                &self.workspace.at(CONSUMERS),
                "bundlers and runtimes that the package is tried in",
                "npm install into target/packaging, 1.4 GB; about a minute",
            ),
            Need::Browser(engine) => {
                self.browsers.push(browser::ensure(engine, &self.engines, &self.workspace.root)?);
                Ok(())
            }
            Need::Browsers => {
                for engine in Engine::ALL {
                    if let Err(reason) = self.one(Need::Browser(engine)) {
                        note(&reason);
                    }
                }
                Ok(())
            }
        }
    }
}
