//! `cargo xtask fuzz`: libFuzzer makes up replies and scenarios, guided by what code they reach, and the tests' own models check what comes
//! of each. From the same seed it goes the same way.

use std::path::{Path, PathBuf};

use crate::command::{cargo, path_with, watch};
use crate::failure::{Doing, Failure, Outcome};
use crate::progress::{note, say, title};
use crate::tools;
use crate::workspace::Workspace;

/// Each with the longest input that it is given, and the share of the runs that it gets: one of `slow` reads megabytes.
const TARGETS: [(&str, &str, u64); 3] = [("reply", "-max_len=2000", 1), ("wait", "-max_len=400", 1), ("slow", "-max_len=100", 500)];
/// Five million of `reply` and of `wait` are ten million together; 5 to 10 minutes each.
const RUNS: u64 = 5_000_000;
const SEED: u64 = 1;
/// Replies as the API sends them, to begin with.
const REPLIES: &str = "tests/fixtures/replies.jsonl";
/// How many scenarios there are to begin with, and how long they are.
const SCENARIOS: u64 = 100;
const SCENARIO_LENGTH: u64 = 400;
/// How libFuzzer tells how often it ran a target.
const EXECUTED: &str = "stat::number_of_executed_units:";

/// The targets' names.
pub(crate) fn names() -> Vec<&'static str> {
    TARGETS.iter().map(|(name, ..)| *name).collect()
}

/// Fuzzes the targets that are named, or all, or shows what a finding's file does.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> Outcome {
    let asked = Asked::read(words)?;
    tools::fuzzer(workspace)?;
    let mut done = Vec::new();
    for (target, longest, share) in TARGETS.into_iter().filter(|(target, ..)| asked.target.is_none_or(|asked| asked == *target)) {
        if let Some(file) = asked.file {
            return libfuzzer(workspace, target, &[PathBuf::from(file)], &[]).map(|_| ());
        }
        let runs = asked.runs.div_ceil(share);
        title(&format!("fuzz {target}: {runs} runs from the seed {}", asked.seed));
        let (seeds, found) = (folder(workspace, "seeds", target)?, folder(workspace, "found", target)?);
        begin(workspace, target, &seeds)?;
        let flags = [&format!("-runs={runs}"), &format!("-seed={}", asked.seed), longest, "-timeout=10", "-print_final_stats=1"];
        done.push(format!(
            "{target}: {} executions from the seed {}, no finding",
            libfuzzer(workspace, target, &[found, seeds], &flags)?,
            asked.seed
        ));
    }
    title("summary");
    done.iter().for_each(|line| note(line));
    Ok(())
}

/// What is asked for.
#[derive(Debug, PartialEq)]
struct Asked<'a> {
    target: Option<&'a str>,
    file: Option<&'a str>,
    runs: u64,
    seed: u64,
}

impl<'a> Asked<'a> {
    fn read(words: &[&'a str]) -> Outcome<Self> {
        let mut asked = Self { target: None, file: None, runs: RUNS, seed: SEED };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut number = || {
                let given = words.next().and_then(|number| number.replace('_', "").parse().ok());
                given.ok_or_else(|| Failure::from(format!("{word} takes a number")))
            };
            match *word {
                "--runs" => asked.runs = number()?,
                "--seed" => asked.seed = number()?,
                target if asked.target.is_none() && TARGETS.iter().any(|(known, ..)| *known == target) => asked.target = Some(target),
                file if asked.target.is_some() && asked.file.is_none() && Path::new(file).is_file() => asked.file = Some(file),
                other => {
                    let known = names().join(", ");
                    return Err(Failure::from(format!("`{other}` is neither a target ({known}) nor after one a finding's file")));
                }
            }
        }
        Ok(asked)
    }
}

/// An empty folder for a target.
fn folder(workspace: &Workspace, name: &str, target: &str) -> Outcome<PathBuf> {
    let folder = target_folder(workspace).join(name).join(target);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).doing(|| format!("create {}", folder.display()))?;
    Ok(folder)
}

fn target_folder(workspace: &Workspace) -> PathBuf {
    workspace.cargo_target().join("fuzz")
}

/// Writes the inputs to begin with.
fn begin(workspace: &Workspace, target: &str, folder: &Path) -> Outcome {
    let write = |name: String, bytes: &[u8]| {
        let file = folder.join(name);
        std::fs::write(&file, bytes).doing(|| format!("write {}", file.display()))
    };
    if target == "reply" {
        for (number, line) in workspace.read(REPLIES)?.lines().enumerate() {
            write(format!("reply-{number}"), line.as_bytes())?;
        }
    }
    for number in 0..SCENARIOS {
        write(format!("scenario-{number}"), &scenario(number))?;
    }
    Ok(())
}

/// Bytes without any order, the same each time (SplitMix64).
fn scenario(number: u64) -> Vec<u8> {
    (1..=SCENARIO_LENGTH)
        .map(|place| {
            let mut mixed = (number * SCENARIO_LENGTH + place).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed.to_le_bytes()[4]
        })
        .collect()
}

/// Builds a target and runs it: how often it was executed. Without a sanitizer, which is for unsafe code and a nightly compiler's to add.
fn libfuzzer(workspace: &Workspace, target: &str, inputs: &[PathBuf], flags: &[&str]) -> Outcome<u64> {
    let mut command = cargo(&workspace.root);
    command.env("PATH", path_with(&[workspace.tools_bin()])?);
    command.args(["fuzz", "run", "--sanitizer", "none", "--target-dir"]).arg(target_folder(workspace)).arg(target).args(inputs);
    command.arg("--").args(flags);
    if flags.is_empty() {
        command.env("NARRATE", "1");
    }
    let mut executed = 0;
    let status = watch(&mut command, |line| {
        // A line for each input that reaches something new is too many, and so is one for each word that it would put into a dictionary.
        let one_of_many = line.starts_with(['#', '"']) && !["pulse", "INITED", "DONE"].iter().any(|word| line.contains(word));
        if !one_of_many {
            say(line);
        }
        if let Some(count) = line.strip_prefix(EXECUTED) {
            executed = count.trim().parse().unwrap_or(0);
        }
    })?;
    if status.success() {
        return Ok(executed);
    }
    Err(Failure::from(format!(
        "a finding of {target} ({status}): its input is in fuzz/artifacts/{target}; `cargo xtask fuzz {target} FILE` runs it again"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_read() {
        let read = |words: &[&'static str]| Asked::read(words).ok();
        let all = Asked { target: None, file: None, runs: RUNS, seed: SEED };
        assert_eq!(read(&[]), Some(all));
        let some = Asked { target: Some("wait"), file: None, runs: 1_000, seed: 7 };
        assert_eq!(read(&["--runs", "1_000", "wait", "--seed", "7"]), Some(some));
        for wrong in ["nothing", "--runs", "--seed x", "wait reply", "wait no/such/file"] {
            assert_eq!(read(&wrong.split(' ').collect::<Vec<_>>()), None, "{wrong}");
        }
    }

    #[test]
    fn scenarios_differ_and_stay_the_same() {
        assert_eq!(scenario(3), scenario(3));
        assert!(scenario(3) != scenario(4) && scenario(3).iter().any(|byte| *byte > 200));
    }
}
