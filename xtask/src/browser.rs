//! Chromium and its driver: found, or installed where the system's package manager may be used without a question.

use std::path::{Path, PathBuf};

use crate::command::{capture, command, on_path, run};
use crate::failure::{Failure, Outcome};
use crate::progress;

/// Overrides for a browser that lies elsewhere.
const BROWSER: &str = "CHROME";
const DRIVER: &str = "CHROMEDRIVER";
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC_BROWSER: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
/// Debian's and Ubuntu's packages have put it here, outside PATH.
const DRIVERS: [&str; 2] = ["/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"];

/// A browser and what drives it, both found on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    /// The browser's own program.
    pub(crate) program: PathBuf,
    /// Its WebDriver server.
    pub(crate) driver: PathBuf,
}

/// Finds both, or installs both.
pub(crate) fn ensure(directory: &Path) -> Outcome<Browser> {
    if let Some(browser) = find()? {
        return Ok(browser);
    }
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let Some(apt) = apt_get(directory).filter(|_| has_chromium_package(&release)) else {
        return Err(Failure::from(missing(&release)));
    };
    progress::step("Chromium and its driver", "apt-get: the browser tests run in it; about a minute", || install(&apt, directory))?;
    find()?.ok_or_else(|| Failure::from(missing(&release)))
}

fn find() -> Outcome<Option<Browser>> {
    let browser = named_by(BROWSER)?
        .or_else(|| BROWSERS.into_iter().find_map(on_path))
        .or_else(|| Some(PathBuf::from(MAC_BROWSER)).filter(|path| path.is_file()));
    let driver =
        named_by(DRIVER)?.or_else(|| on_path("chromedriver")).or_else(|| DRIVERS.iter().map(PathBuf::from).find(|path| path.is_file()));
    Ok(browser.zip(driver).map(|(program, driver)| Browser { program, driver }))
}

/// What a setting points at; a setting that points nowhere is a mistake worth a word.
fn named_by(setting: &str) -> Outcome<Option<PathBuf>> {
    let Some(path) = std::env::var_os(setting).filter(|path| !path.is_empty()).map(PathBuf::from) else {
        return Ok(None);
    };
    if path.is_file() {
        return Ok(Some(path));
    }
    Err(Failure::from(format!("{setting} is set to {}, where there is no file: correct or unset it", path.display())))
}

/// How apt-get may be called here: as root, or through a sudo that asks nothing.
fn apt_get(directory: &Path) -> Option<Vec<&'static str>> {
    on_path("apt-get")?;
    let is_root = capture(command("id", directory).arg("-u")).is_ok_and(|id| id.trim() == "0");
    let call = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    if is_root {
        return Some(call.to_vec());
    }
    capture(command("sudo", directory).args(["-n", "true"])).ok()?;
    Some(["sudo", "-n"].into_iter().chain(call).collect())
}

fn install(apt: &[&str], directory: &Path) -> Outcome {
    let attempt = || apt_run(apt, directory, &["install", "--yes", "--no-install-recommends", "chromium", "chromium-driver"]);
    if has_package_lists() && attempt().is_ok() {
        return Ok(());
    }
    apt_run(apt, directory, &["update"])?;
    attempt()
}

fn apt_run(apt: &[&str], directory: &Path, arguments: &[&str]) -> Outcome {
    let [program, rest @ ..] = apt else {
        return Err(Failure::from("no apt-get"));
    };
    run(command(program, directory).args(rest).arg("--quiet").args(arguments))
}

/// A bare image comes without them; apt-get then knows no package at all.
fn has_package_lists() -> bool {
    std::fs::read_dir("/var/lib/apt/lists")
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().contains("_Packages")))
}

/// Debian and what descends from it, but not Ubuntu: its `chromium` is a snap, which needs more than apt-get.
fn has_chromium_package(os_release: &str) -> bool {
    let value = |key: &str| {
        let line = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_default().trim_matches('"').to_owned()
    };
    let is = |name: &str| value("ID") == name || value("ID_LIKE").split_whitespace().any(|like| like == name);
    is("debian") && !is("ubuntu")
}

fn missing(os_release: &str) -> String {
    let how = if has_chromium_package(os_release) {
        "run `sudo apt-get install chromium chromium-driver`".to_owned()
    } else {
        format!("install Chrome or Chromium and the chromedriver of its version, or name them in {BROWSER} and {DRIVER}")
    };
    format!("the browser tests need Chromium with chromedriver, and they cannot be installed from here: {how}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBIAN: &str = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n";
    const UBUNTU: &str = "NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n";
    const RASPBIAN: &str = "ID=raspbian\nID_LIKE=debian\n";
    const MINT: &str = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n";

    #[test]
    fn installs_only_where_the_package_is_a_package() {
        assert!(has_chromium_package(DEBIAN));
        assert!(has_chromium_package(RASPBIAN));
        assert!(!has_chromium_package(UBUNTU));
        assert!(!has_chromium_package(MINT));
        assert!(!has_chromium_package("ID=fedora\n"));
        assert!(!has_chromium_package(""));
    }

    #[test]
    fn says_in_one_line_what_to_do() {
        assert!(missing(DEBIAN).contains("apt-get install chromium chromium-driver"));
        assert!(missing("").contains("CHROMEDRIVER"));
        assert_eq!(missing("").lines().count(), 1);
    }
}
