//! Taking a tool as its project has built and released it.

use std::path::Path;

use super::Tool;
use crate::command::{capture, command, on_path};
use crate::failure::{Doing, Failure, Outcome};
use crate::progress::{self, note};
use crate::workspace::Workspace;

/// Where releases are fetched from, for a network that has a mirror of GitHub's; `off` builds from source.
const MIRROR: &str = "XTASK_MIRROR";
const GITHUB: &str = "https://github.com";
/// How curl begins when a server was reached and has no such file.
const ANSWERED_NO: &str = "curl: (22)";

/// Fetches what can be had and leaves in `missing` what cannot. Never a failure: the source is always there.
pub(super) fn fetch(workspace: &Workspace, missing: &mut Vec<Tool>) -> Outcome {
    let mirror = std::env::var(MIRROR).unwrap_or_else(|_| GITHUB.to_owned());
    let Some(platform) = platform(std::env::consts::OS, std::env::consts::ARCH) else {
        note("no prebuilt wasm-pack and wasm-bindgen exist for this platform");
        return Ok(());
    };
    if mirror == "off" || on_path("curl").is_none() || on_path("tar").is_none() {
        note("prebuilt tools are switched off, or curl or tar is missing");
        return Ok(());
    }
    progress::title("wasm-pack and wasm-bindgen (prebuilt, into target/tools: they make the npm package; a few seconds)");
    let mut out_of_reach = false;
    missing.retain(|tool| {
        // Where one cannot be reached the other cannot either: do not wait for it.
        if out_of_reach {
            return true;
        }
        match fetch_one(workspace, tool, &address(&mirror, tool, platform)) {
            Ok(()) => {
                note(&format!("{} {} installed", tool.crate_name, tool.version));
                false
            }
            Err(reason) => {
                let reason = reason.to_string();
                note(&format!("no prebuilt {} to be had here: {reason}", tool.crate_name));
                out_of_reach = !reason.contains(ANSWERED_NO);
                true
            }
        }
    });
    Ok(())
}

fn fetch_one(workspace: &Workspace, tool: &Tool, address: &str) -> Outcome {
    let folder = workspace.tools().join("download");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).doing(|| format!("create {}", folder.display()))?;
    let outcome = unpack(workspace, tool, address, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

fn unpack(workspace: &Workspace, tool: &Tool, address: &str, folder: &Path) -> Outcome {
    let mut curl = command("curl", folder);
    curl.args(["--fail", "--location", "--silent", "--show-error", "--connect-timeout", "5", "--max-time", "180"]);
    let fetched = curl.args(["--output", "release.tar.gz", address]).output().doing(|| "start curl".into())?;
    if !fetched.status.success() {
        return Err(Failure::from(String::from_utf8_lossy(&fetched.stderr).trim().to_owned()));
    }
    capture(command("tar", folder).args(["-xzf", "release.tar.gz", "--strip-components=1"]))?;
    if !tool.is_in(folder) {
        return Err(Failure::from(format!("{address} does not run here as version {}", tool.version)));
    }
    for program in tool.programs {
        let from = folder.join(program);
        std::fs::rename(&from, workspace.tools_bin().join(program)).doing(|| format!("move {}", from.display()))?;
    }
    Ok(())
}

/// Both projects name their archives alike, but for a `v` before wasm-pack's version.
fn address(mirror: &str, tool: &Tool, platform: &str) -> String {
    let (name, tag) = match tool.crate_name {
        "wasm-bindgen-cli" => ("wasm-bindgen", tool.version.to_string()),
        other => (other, format!("v{}", tool.version)),
    };
    let mirror = mirror.trim_end_matches('/');
    format!("{mirror}/wasm-bindgen/{name}/releases/download/{tag}/{name}-{tag}-{platform}.tar.gz")
}

/// The platforms that both projects release for. The musl builds run on every Linux.
fn platform(os: &str, arch: &str) -> Option<&'static str> {
    match (os, arch) {
        ("linux", "x86_64") => Some("x86_64-unknown-linux-musl"),
        ("linux", "aarch64") => Some("aarch64-unknown-linux-musl"),
        ("macos", "x86_64") => Some("x86_64-apple-darwin"),
        ("macos", "aarch64") => Some("aarch64-apple-darwin"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Version;

    #[test]
    fn addresses_are_those_of_the_releases() {
        let pack = Tool { crate_name: "wasm-pack", version: Version(0, 15, 1), programs: &[] };
        assert_eq!(
            address(GITHUB, &pack, "x86_64-unknown-linux-musl"),
            "https://github.com/wasm-bindgen/wasm-pack/releases/download/v0.15.1/wasm-pack-v0.15.1-x86_64-unknown-linux-musl.tar.gz"
        );
        let bindgen = Tool { crate_name: "wasm-bindgen-cli", version: Version(0, 2, 130), programs: &[] };
        assert_eq!(
            address("http://mirror/", &bindgen, "aarch64-apple-darwin"),
            "http://mirror/wasm-bindgen/wasm-bindgen/releases/download/0.2.130/wasm-bindgen-0.2.130-aarch64-apple-darwin.tar.gz"
        );
    }

    #[test]
    fn a_platform_without_releases_builds_from_source() {
        assert_eq!(platform("linux", "x86_64"), Some("x86_64-unknown-linux-musl"));
        assert_eq!(platform("linux", "riscv64"), None);
    }
}
