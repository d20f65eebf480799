//! `cargo xtask package`: the tarball that npm publishes, and whether exactly the files that belong there are in it.

use std::path::{Path, PathBuf};

use crate::command::{capture, command};
use crate::failure::{Doing, Failure, Outcome};
use crate::progress::{self, note};
use crate::workspace::{PACKAGE, Workspace};
use crate::{build, links, node};

/// Where the tarball goes, from the workspace's root; cargo puts the crate there as well.
const FOLDER: &str = "target/package";
/// The files that are published, one path a line, sorted.
const EXPECTED: &str = "tests/packaging/files.txt";
/// The folder that npm puts around everything in a tarball.
const AROUND: &str = "package/";

/// A tarball, as `npm publish` takes it and `npm install` installs it.
pub(crate) struct Tarball {
    pub(crate) path: PathBuf,
    /// The paths in it, sorted, without the folder around them.
    files: Vec<String>,
}

/// Builds, packs, checks the files, and says where the tarball is.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    build::run(workspace)?;
    progress::title("the package's tarball");
    let tarball = pack(workspace)?;
    note(&described(workspace, &tarball)?);
    check_files(workspace, &tarball)?;
    check_links(workspace, &tarball)
}

/// Packs `pkg/` as it is.
pub(crate) fn pack(workspace: &Workspace) -> Outcome<Tarball> {
    node::check()?;
    let folder = workspace.at(FOLDER);
    std::fs::create_dir_all(&folder).doing(|| format!("create {FOLDER}"))?;
    remove_tarballs(&folder)?;
    capture(node::npm(&workspace.at("pkg")).args(["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination"]).arg(&folder))?;
    let name = format!("{PACKAGE}-{}.tgz", workspace.version()?);
    // By its name alone, in its folder: some tars read the colon of a Windows path as that of a remote host.
    let listing = capture(command("tar", &folder).args(["-tzf", &name]))?;
    Ok(Tarball { path: folder.join(name), files: paths(&listing) })
}

/// Lays the files of the tarball out in `folder`, in place of what is there.
pub(crate) fn unpack(tarball: &Tarball, folder: &Path) -> Outcome {
    if folder.exists() {
        std::fs::remove_dir_all(folder).doing(|| format!("empty {}", folder.display()))?;
    }
    std::fs::create_dir_all(folder).doing(|| format!("create {}", folder.display()))?;
    let from = tarball.path.parent().unwrap_or(folder);
    let name = tarball.path.file_name().unwrap_or_default();
    capture(command("tar", from).arg("-xzf").arg(name).arg("-C").arg(folder).arg("--strip-components=1")).map(drop)
}

/// One of another version would lie beside the new one.
fn remove_tarballs(folder: &Path) -> Outcome {
    for entry in std::fs::read_dir(folder).doing(|| format!("read {FOLDER}"))?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|kind| kind == "tgz") {
            std::fs::remove_file(&path).doing(|| format!("remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// Fails where a file is in the tarball that is not in the list, or the other way round.
pub(crate) fn check_files(workspace: &Workspace, tarball: &Tarball) -> Outcome {
    match difference(&workspace.read(EXPECTED)?, &tarball.files) {
        None => Ok(()),
        Some(difference) => Err(Failure::from(format!(
            "the files of the package are not those of {EXPECTED}: {difference}. Where that is meant, change {EXPECTED} with it; \
             where not, see npm/ and xtask/src/build/assemble.rs"
        ))),
    }
}

/// Fails where a page in the tarball links to a file that is not in it.
pub(crate) fn check_links(workspace: &Workspace, tarball: &Tarball) -> Outcome {
    let mut dead = Vec::new();
    for page in tarball.files.iter().filter(|file| file.ends_with(".md")) {
        let text = workspace.read(&format!("pkg/{page}"))?;
        dead.extend(links::dead(page, &text, &tarball.files).into_iter().map(|target| format!("{page} links to {target}")));
    }
    if dead.is_empty() { Ok(()) } else { Err(Failure::from(format!("not in the package: {}", dead.join(", ")))) }
}

/// One line on what was made.
pub(crate) fn described(workspace: &Workspace, tarball: &Tarball) -> Outcome<String> {
    let packed = size(&tarball.path)?;
    let mut unpacked = 0;
    for file in &tarball.files {
        unpacked += size(&workspace.at("pkg").join(file))?;
    }
    let shown = tarball.path.strip_prefix(&workspace.root).unwrap_or(&tarball.path).display();
    Ok(format!("{shown}: {} files, {} packed, {} unpacked", tarball.files.len(), kib(packed), kib(unpacked)))
}

fn size(file: &Path) -> Outcome<u64> {
    Ok(std::fs::metadata(file).doing(|| format!("read {}", file.display()))?.len())
}

fn kib(bytes: u64) -> String {
    format!("{:.1} KiB", bytes as f64 / 1024.0)
}

/// The files that `tar -t` names, sorted.
fn paths(listing: &str) -> Vec<String> {
    let inside = listing.lines().map(|line| line.strip_prefix(AROUND).unwrap_or(line)).filter(|path| !path.is_empty());
    let mut paths: Vec<String> = inside.map(str::to_owned).collect();
    paths.sort();
    paths
}

/// What is in one of the two alone, as words.
fn difference(expected: &str, found: &[String]) -> Option<String> {
    let expected: Vec<&str> = expected.lines().filter(|line| !line.is_empty()).collect();
    let new = found.iter().filter(|file| !expected.contains(&file.as_str())).map(|file| format!("{file} is new"));
    let missing = expected.iter().filter(|file| !found.iter().any(|other| other == *file)).map(|file| format!("{file} is missing"));
    let words: Vec<String> = new.chain(missing).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_tar_lists() {
        assert_eq!(paths("package/slim.js\npackage/core.wasm\npackage/package.json\n"), ["core.wasm", "package.json", "slim.js"]);
    }

    #[test]
    fn names_what_is_new_and_what_is_missing() {
        let found = paths("package/a.js\npackage/b.js\n");
        assert_eq!(difference("a.js\nb.js\n", &found), None);
        assert_eq!(difference("b.js\r\na.js", &found), None);
        assert_eq!(difference("a.js\n", &found).as_deref(), Some("b.js is new"));
        assert_eq!(difference("a.js\nb.js\nc.js\n", &found).as_deref(), Some("c.js is missing"));
        assert_eq!(difference("a.js\nc.js\n", &found).as_deref(), Some("b.js is new, c.js is missing"));
    }

    #[test]
    fn the_list_of_files_is_sorted() -> Result<(), Box<dyn std::error::Error>> {
        let list = Workspace::here().and_then(|workspace| workspace.read(EXPECTED)).map_err(|failure| failure.to_string())?;
        assert!(list.lines().is_sorted());
        Ok(())
    }
}
