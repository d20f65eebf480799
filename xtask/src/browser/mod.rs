//! The browsers that tests run in: found, or installed where the system's package manager may be used without a question.

mod apt;
mod programs;

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::progress;
use apt::Apt;
pub(crate) use programs::Engine;
use programs::Program;

/// A browser whose programs have all been found on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    programs: Vec<(&'static str, PathBuf)>,
}

impl Browser {
    /// Its programs, under the names of the environment variables by which the tests know them.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        self.programs.iter().map(|(variable, path)| (*variable, path.as_path()))
    }

    fn find(engine: Engine) -> Outcome<Option<Self>> {
        let mut programs = Vec::new();
        for program in engine.programs() {
            match program.find()? {
                Some(path) => programs.push((program.variable, path)),
                None => return Ok(None),
            }
        }
        Ok(Some(Self { programs }))
    }
}

/// Finds the browser, or installs it; `others` are wanted later in the same run, and what they lack comes with it.
pub(crate) fn ensure(engine: Engine, others: &[Engine], directory: &Path) -> Outcome<Browser> {
    if let Some(browser) = Browser::find(engine)? {
        return Ok(browser);
    }
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let Some(apt) = Apt::here(directory).filter(|_| apt::has(engine, &release)) else {
        return Err(Failure::from(cannot_install(engine, &release)));
    };
    let others = others.iter().copied().filter(|other| apt::has(*other, &release));
    let wanted = lacking(&[engine].into_iter().chain(others).collect::<Vec<_>>())?;
    let what = format!("{} by apt-get", wanted.join(", "));
    progress::step(&what, "the browser tests run in them; about a minute", || {
        // What one of the others needs may not be there to be had.
        apt.install(&wanted).or_else(|_| apt.install(&lacking(&[engine])?))
    })?;
    Browser::find(engine)?.ok_or_else(|| Failure::from(cannot_install(engine, &release)))
}

/// The packages of the programs that these browsers lack.
fn lacking(engines: &[Engine]) -> Outcome<Vec<&'static str>> {
    let mut packages = Vec::new();
    for Program { package, .. } in missing(engines)? {
        if !packages.contains(package) {
            packages.push(*package);
        }
    }
    Ok(packages)
}

fn missing(engines: &[Engine]) -> Outcome<Vec<&'static Program>> {
    let mut missing = Vec::new();
    for program in engines.iter().flat_map(|engine| engine.programs()) {
        if program.find()?.is_none() {
            missing.push(program);
        }
    }
    Ok(missing)
}

fn cannot_install(engine: Engine, os_release: &str) -> String {
    let names = |name: fn(&Program) -> &'static str, between: &str| engine.programs().iter().map(name).collect::<Vec<_>>().join(between);
    let how = if apt::has(engine, os_release) {
        format!("run `sudo apt-get install {}`", names(|program| program.package, " "))
    } else {
        format!("install {}, or name what there is in {}", engine.described(), names(|program| program.setting, ", "))
    };
    format!("these tests need {}, which cannot be installed from here: {how}", engine.described())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_in_one_line_what_to_do() {
        assert!(cannot_install(Engine::Chromium, "ID=debian").contains("apt-get install chromium chromium-driver"));
        assert!(cannot_install(Engine::WebKit, "ID=debian").ends_with("apt-get install webkit2gtk-driver libwebkit2gtk-4.1-0 xvfb`"));
        assert!(cannot_install(Engine::Chromium, "").contains("CHROMEDRIVER"));
        assert!(cannot_install(Engine::Firefox, "").contains("FIREFOX"));
        assert!(Engine::ALL.iter().all(|engine| cannot_install(*engine, "").lines().count() == 1));
    }

    #[test]
    fn a_variable_belongs_to_one_program() {
        let mut variables: Vec<&str> = Engine::ALL.iter().flat_map(|engine| engine.programs()).map(|program| program.variable).collect();
        variables.sort_unstable();
        assert!(variables.is_sorted_by(|one, next| one < next));
    }
}
