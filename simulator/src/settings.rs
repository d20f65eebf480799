//! What a simulator is started with.

use std::fmt;

/// The key that is accepted unless another is set. It opens nothing but simulators.
pub const DEFAULT_KEY: &str = "simulator-key";

/// Settings of one simulator; [`Settings::default`] is what the program starts with.
#[derive(Clone)]
pub struct Settings {
    /// The address to listen on.
    pub host: String,
    /// The port to listen on; 0 takes any free one.
    pub port: u16,
    /// The port of the other origin; 0 takes any free one.
    pub other_port: u16,
    /// The key that is accepted.
    pub key: String,
    /// Accept every key, and none at all.
    pub open: bool,
    /// What durations, ids and pictures are drawn from.
    pub seed: u64,
    /// Divides all durations; above 0.
    pub speed: f64,
    /// Scheme and host to put into picture URLs, in place of what the request names.
    pub public_url: Option<String>,
    /// Keep connections open between requests.
    pub keep_alive: bool,
    /// The most status queries of one key in a second; none for no limit.
    pub queries_per_second: Option<usize>,
    /// Say 401 and 404 in the body of an HTTP 200 only.
    pub errors_in_body: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 4790,
            other_port: 0,
            key: DEFAULT_KEY.to_owned(),
            open: false,
            seed: 1,
            speed: 1.0,
            public_url: None,
            keep_alive: false,
            queries_per_second: None,
            errors_in_body: false,
        }
    }
}

/// Written by hand so that no debug print ever shows the key.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("open", &self.open)
            .field("seed", &self.seed)
            .field("speed", &self.speed)
            .finish_non_exhaustive()
    }
}
