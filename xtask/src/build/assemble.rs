//! Laying the package out: what wasm-pack made, what is written by hand in npm/, and what belongs to every package.

use std::path::{Path, PathBuf};

use super::text;
use crate::failure::{Doing, Failure, Outcome};
use crate::links;
use crate::workspace::Workspace;

/// Where wasm-pack works, from the workspace's root.
pub(super) const STAGING: &str = "target/staging";
/// Where the package's modules are laid out before they are put together, from the workspace's root.
pub(super) const MODULES: &str = "target/modules";
pub(super) const PKG: &str = "pkg";
/// What wasm-pack calls it.
const WASM: &str = "core_bg.wasm";
/// The pages of the documentation that README links to.
pub(super) const DOCS: &str = "docs";
/// What goes into the package besides, from and to.
const COPIED: [(&str, &str); 4] = [
    ("src/types.d.ts", "index.d.ts"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
];

/// Lays out the modules that the package's JavaScript is put together from.
pub(super) fn modules(workspace: &Workspace) -> Outcome {
    let (staging, modules) = (workspace.at(STAGING), workspace.at(MODULES));
    empty(&modules)?;
    for (file, inside) in files_below(&workspace.at("npm"))? {
        copy(&file, &modules.join(inside))?;
    }
    for (file, inside) in files_below(&staging)?.into_iter().filter(|(_, inside)| is(inside, ".js")) {
        copy(&file, &modules.join(inside))?;
    }
    let wasm = std::fs::read(staging.join(WASM)).doing(|| format!("read {WASM}"))?;
    write(&modules.join("core.bytes.js"), &text::module(&wasm))
}

/// Makes `pkg/` afresh, but for its JavaScript.
pub(super) fn package(workspace: &Workspace) -> Outcome {
    let pkg = workspace.at(PKG);
    empty(&pkg)?;
    for (file, inside) in files_below(&workspace.at("npm"))?.into_iter().filter(|(_, inside)| is(inside, ".d.ts")) {
        copy(&file, &pkg.join(inside))?;
    }
    for (from, to) in COPIED {
        copy(&workspace.at(from), &pkg.join(to))?;
    }
    for (file, inside) in files_below(&workspace.at(DOCS))?.into_iter().filter(|(_, inside)| is(inside, ".md")) {
        copy(&file, &pkg.join(DOCS).join(inside))?;
    }
    // What README links to besides, such as HACKING.md, is in the repository alone.
    let readme = links::without_dead(&workspace.read("README.md")?, |target| pkg.join(target).exists());
    write(&pkg.join("README.md"), &readme)?;
    copy(&workspace.at(STAGING).join(WASM), &pkg.join("core.wasm"))?;
    let manifest = with_version(&workspace.read("npm/package.json")?, &workspace.version()?)
        .ok_or("npm/package.json has no line with a \"version\" for the build to fill in")?;
    write(&pkg.join("package.json"), &manifest)
}

/// One line on what was made.
pub(super) fn sizes(workspace: &Workspace) -> Outcome<String> {
    let files = files_below(&workspace.at(PKG))?;
    let wasm = std::fs::metadata(workspace.at("pkg/core.wasm")).doing(|| "read core.wasm".into())?.len();
    Ok(format!("pkg/ has {} files; core.wasm is {:.1} KiB", files.len(), wasm as f64 / 1024.0))
}

fn is(file: &Path, ending: &str) -> bool {
    file.to_string_lossy().ends_with(ending)
}

/// The manifest with its own version filled in: the first line of the top level that names one.
fn with_version(manifest: &str, version: &str) -> Option<String> {
    let start = manifest.find("\n  \"version\":")? + "\n  \"version\":".len();
    let (before, rest) = manifest.split_at(start);
    let (_, rest) = rest.split_once('"')?;
    let (_, after) = rest.split_once('"')?;
    Some(format!("{before} \"{version}\"{after}"))
}

/// Every file below a folder with its path inside it, in a fixed order; none where there is no folder.
fn files_below(folder: &Path) -> Outcome<Vec<(PathBuf, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&next).doing(|| format!("read {}", next.display()))? {
            let path = entry.doing(|| format!("read {}", next.display()))?.path();
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.is_file() {
                let inside = path.strip_prefix(folder).map_err(|error| Failure::from(error.to_string()))?.to_owned();
                found.push((path, inside));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn empty(folder: &Path) -> Outcome {
    if folder.exists() {
        std::fs::remove_dir_all(folder).doing(|| format!("empty {}", folder.display()))?;
    }
    std::fs::create_dir_all(folder).doing(|| format!("create {}", folder.display()))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    make_folder_of(to)?;
    std::fs::copy(from, to).map(drop).doing(|| format!("copy {} into the package", from.display()))
}

fn write(to: &Path, text: &str) -> Outcome {
    make_folder_of(to)?;
    std::fs::write(to, text).doing(|| format!("write {}", to.display()))
}

fn make_folder_of(file: &Path) -> Outcome {
    let folder = file.parent().unwrap_or(file);
    std::fs::create_dir_all(folder).doing(|| format!("create {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_the_packages_own_version() {
        let manifest = "{\n  \"name\": \"x\",\n  \"version\": \"0.0.0\",\n  \"engines\": {\n    \"version\": \"9\"\n  }\n}\n";
        let expected = manifest.replace("0.0.0", "1.2.3");
        assert_eq!(with_version(manifest, "1.2.3"), Some(expected));
        assert_eq!(with_version("{\n  \"name\": \"x\"\n}\n", "1.2.3"), None);
    }
}
