//! Links in Markdown to files beside it: the package has its README, but not every file that README links to.

use std::ops::Range;

/// A link to a file: where it stands in the text, its label and its target without a fragment.
#[derive(Debug, PartialEq, Eq)]
struct Link<'a> {
    at: Range<usize>,
    label: &'a str,
    target: &'a str,
}

/// The text with each link to a file that is not there as its label alone.
pub(crate) fn without_dead(text: &str, is_there: impl Fn(&str) -> bool) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut done = 0;
    for link in links(text).into_iter().filter(|link| !is_there(link.target)) {
        kept.push_str(&text[done..link.at.start]);
        kept.push_str(link.label);
        done = link.at.end;
    }
    kept.push_str(&text[done..]);
    kept
}

/// The targets of a page's links that are not among `files`; `page` and `files` are paths from the same folder.
pub(crate) fn dead<'a>(page: &str, text: &'a str, files: &[String]) -> Vec<&'a str> {
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let targets = links(text).into_iter().map(|link| link.target);
    targets.filter(|target| !files.contains(&resolved(folder, target))).collect()
}

/// A path from a folder, with its `.` and `..` taken away.
fn resolved(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(target.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The links to files, in the form that this project's pages use: `[label](target)`, neither with brackets in it.
fn links(text: &str) -> Vec<Link<'_>> {
    let mut found = Vec::new();
    for (middle, _) in text.match_indices("](") {
        let Some(start) = text[..middle].rfind('[') else { continue };
        let Some(length) = text[middle + 2..].find(')') else { continue };
        let end = middle + 2 + length;
        let (label, address) = (&text[start + 1..middle], &text[middle + 2..end]);
        let target = address.split('#').next().unwrap_or(address);
        let is_file = !target.is_empty() && !target.contains(':') && !target.contains(char::is_whitespace);
        if is_file && !label.contains(']') {
            found.push(Link { at: start..end + 1, label, target });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[a](A.md) and [`b`](docs/b.md#part), [c](https://c.example/C.md), [d](#d), `e[0](f)`.";

    #[test]
    fn finds_the_links_to_files() {
        let targets: Vec<&str> = links(TEXT).iter().map(|link| link.target).collect();
        assert_eq!(targets, ["A.md", "docs/b.md", "f"]);
    }

    #[test]
    fn leaves_the_label_of_a_dead_link() {
        let text = without_dead("[a](A.md) and [`b`](docs/b.md), [c](C.md).", |target| target == "C.md");
        assert_eq!(text, "a and `b`, [c](C.md).");
        assert_eq!(without_dead("none", |_| false), "none");
    }

    #[test]
    fn resolves_links_from_the_pages_own_folder() {
        let files = ["README.md".to_owned(), "docs/b.md".to_owned(), "docs/c.md".to_owned()];
        assert_eq!(dead("README.md", "[b](docs/b.md) [c](c.md) [d](./README.md)", &files), ["c.md"]);
        assert_eq!(dead("docs/b.md", "[c](c.md) [r](../README.md) [x](README.md)", &files), ["README.md"]);
    }
}
