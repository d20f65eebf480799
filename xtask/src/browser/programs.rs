//! What the browsers consist of, and where that lies.

use std::path::PathBuf;

use crate::command::on_path;
use crate::failure::{Failure, Outcome};

/// What browsers are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

/// One program of a browser.
#[derive(Debug)]
pub(super) struct Program {
    /// A person's own choice, as an environment variable.
    pub(super) setting: &'static str,
    /// The environment variable by which the tests get it.
    pub(super) variable: &'static str,
    names: &'static [&'static str],
    /// Outside PATH; a `*` stands for any folder.
    places: &'static [&'static str],
    /// In Debian.
    pub(super) package: &'static str,
}

const CHROMIUM: &[Program] = &[
    Program {
        setting: "CHROME",
        variable: "CHROMIUM",
        names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
        places: &["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"],
        package: "chromium",
    },
    Program {
        setting: "CHROMEDRIVER",
        variable: "CHROMEDRIVER",
        names: &["chromedriver"],
        places: &["/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"],
        package: "chromium-driver",
    },
];

const FIREFOX: &[Program] = &[Program {
    setting: "FIREFOX",
    variable: "FIREFOX",
    names: &["firefox-esr", "firefox"],
    places: &["/Applications/Firefox.app/Contents/MacOS/firefox"],
    package: "firefox-esr",
}];

const WEBKIT: &[Program] = &[
    Program { setting: "WEBKIT_DRIVER", variable: "WEBKIT_DRIVER", names: &["WebKitWebDriver"], places: &[], package: "webkit2gtk-driver" },
    Program {
        setting: "WEBKIT_BROWSER",
        variable: "WEBKIT_BROWSER",
        names: &[],
        places: &[
            "/usr/lib/*/webkit2gtk-4.1/MiniBrowser",
            "/usr/lib/*/webkitgtk-6.0/MiniBrowser",
            "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
            "/usr/libexec/webkitgtk-6.0/MiniBrowser",
        ],
        package: "libwebkit2gtk-4.1-0",
    },
    Program { setting: "XVFB", variable: "XVFB", names: &["Xvfb"], places: &[], package: "xvfb" },
];

impl Engine {
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    pub(super) fn programs(self) -> &'static [Program] {
        match self {
            Self::Chromium => CHROMIUM,
            Self::Firefox => FIREFOX,
            Self::WebKit => WEBKIT,
        }
    }

    /// For a person who is to install it.
    pub(super) fn described(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium or Chrome with the chromedriver of its version",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKitGTK with its WebKitWebDriver and MiniBrowser, and Xvfb (Linux alone has them)",
        }
    }
}

impl Program {
    /// Where it is. A setting that points nowhere is a mistake worth a word.
    pub(super) fn find(&self) -> Outcome<Option<PathBuf>> {
        if let Some(named) = std::env::var_os(self.setting).filter(|path| !path.is_empty()).map(PathBuf::from) {
            if named.is_file() {
                return Ok(Some(named));
            }
            let (setting, named) = (self.setting, named.display());
            return Err(Failure::from(format!("{setting} is set to {named}, where there is no file: correct or unset it")));
        }
        let on_path = self.names.iter().find_map(|name| on_path(name));
        Ok(on_path.or_else(|| self.places.iter().flat_map(|place| meant_by(place)).find(|path| path.is_file())))
    }
}

/// The paths that a place stands for.
fn meant_by(place: &str) -> Vec<PathBuf> {
    let Some((above, below)) = place.split_once("/*/") else {
        return vec![PathBuf::from(place)];
    };
    let folders = std::fs::read_dir(above).into_iter().flatten().flatten();
    folders.map(|folder| folder.path().join(below)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_folder() {
        let here = env!("CARGO_MANIFEST_DIR");
        let found = meant_by(&format!("{here}/*/main.rs"));
        assert_eq!(found.iter().filter(|path| path.is_file()).count(), 1);
        assert!(meant_by(&format!("{here}/nowhere/*/main.rs")).is_empty());
        assert_eq!(meant_by("/plain"), [PathBuf::from("/plain")]);
    }
}
