//! Other programs: finding them, starting them, and saying plainly how they ended.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::failure::{Doing, Failure, Outcome};
use crate::progress::say;
use crate::version::Version;

/// The API key of a demo against the real service. Only the page server is ever given it: see `demo`.
pub(crate) const API_KEY: &str = "NANOBANANA_API_KEY";

/// A command that runs in `directory` and cannot see the API key.
pub(crate) fn command(program: impl AsRef<OsStr>, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory).env_remove(API_KEY);
    command
}

/// The cargo that started this tool, so that a build inside it uses the same toolchain.
pub(crate) fn cargo(directory: &Path) -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), directory)
}

/// Runs to the end with the terminal's own input and output.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let name = name_of(command);
    let status = command.status().doing(|| format!("start {name}"))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::from(format!("{name} failed ({status}); its own output above says why")))
}

/// Runs to the end and hands over what it says on standard error, line by line, to be shown or not.
pub(crate) fn watch(command: &mut Command, mut line: impl FnMut(&str)) -> Outcome<ExitStatus> {
    let name = name_of(command);
    if std::io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command.stderr(Stdio::piped()).spawn().doing(|| format!("start {name}"))?;
    if let Some(stderr) = child.stderr.take() {
        for bytes in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            line(&String::from_utf8_lossy(&bytes));
        }
    }
    child.wait().doing(|| format!("wait for {name}"))
}

/// Runs to the end unseen and gives its standard output; its standard error becomes the failure.
pub(crate) fn capture(command: &mut Command) -> Outcome<String> {
    let name = name_of(command);
    let output = command.stdin(Stdio::null()).output().doing(|| format!("start {name}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::from(format!("{name} failed ({}): {}", output.status, said.trim())))
}

/// Runs to the end unseen, and shows what it said only where it failed.
pub(crate) fn run_unseen(command: &mut Command) -> Outcome {
    let name = name_of(command);
    let output = command.stdin(Stdio::null()).output().doing(|| format!("start {name}"))?;
    if output.status.success() {
        return Ok(());
    }
    for said in [&output.stdout, &output.stderr] {
        say(String::from_utf8_lossy(said).trim_end());
    }
    Err(Failure::from(format!("{name} failed ({}); its own output above says why", output.status)))
}

/// What `program --version` answers, if it can be run at all.
pub(crate) fn version_of(program: impl AsRef<OsStr>) -> Option<Version> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    Version::find_in(&String::from_utf8_lossy(&output.stdout))
}

/// The first executable of that name on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(&file)).find(|file| file.is_file())
}

/// PATH with some folders put before what is already there.
pub(crate) fn path_with(first: &[PathBuf]) -> Outcome<OsString> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let folders = first.iter().cloned().chain(std::env::split_paths(&old));
    std::env::join_paths(folders).map_err(|error| Failure::from(format!("cannot put the tools on PATH: {error}")))
}

fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()];
    words.extend(command.get_args().take(2).map(|word| word.to_string_lossy().into_owned()));
    format!("`{}`", words.join(" "))
}
