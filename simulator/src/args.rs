//! The command line.

use std::ffi::OsString;

use lexopt::prelude::{Long, Short, ValueExt};

use crate::settings::Settings;

/// What `--help` prints.
pub const HELP: &str = "\
A server that behaves like the NanoBanana API's record-info, faults included.

The task id chooses what happens:
  success-8s                    pending for 8 s, then a picture
  reset-5s                      connections are reset for 5 s, then all is well
  http-429-retry-3s             429 with Retry-After: 3
  script.reset*2.http-502.success--anything
                                one answer per look, the last repeats; what follows
                                \"--\" only makes ids different
All of them: GET /simulator/scenarios, or README.md.

Usage: simulator [OPTIONS]

Options:
      --port <PORT>         Port of the API, 0 for any free one [default: 4790]
      --other-port <PORT>   Port of the other origin, where a redirect leads [default: 0]
      --host <ADDRESS>      Address to listen on [default: 127.0.0.1]
      --key <KEY>           Accepted API key; better set by the environment variable
                            SIMULATOR_KEY, which other users of the machine cannot read
                            [default: simulator-key]
      --open                Accept every key, and none at all
      --queries-per-second <NUMBER>
                            Refuse more status queries of one key in a second with 429, without
                            Retry-After, as a sister of the API does at 10 [default: no limit]
      --errors-in-body      Say 401 and 404 in the body of an HTTP 200, as the live API
                            was seen to do, not as HTTP status, as its documentation says
      --seed <NUMBER>       What durations, ids and pictures are drawn from [default: 1]
      --speed <FACTOR>      Divides all durations (not Retry-After) [default: 1]
      --public-url <URL>    Scheme and host for picture URLs [default: as requested]
      --keep-alive          Keep connections open between requests. Off by default: clients
                            repeat a request by themselves when a kept connection is reset
      --until-stdin-closes  Stop when standard input closes, so that no simulator outlives
                            the test runner that started it
  -h, --help                Print this
  -V, --version             Print the version

Prints one line once it listens:
  simulator listening on http://127.0.0.1:4790 (other origin http://127.0.0.1:40123)

Try it:
  curl -i -H 'Authorization: Bearer simulator-key' \\
    'http://127.0.0.1:4790/api/v1/nanobanana/record-info?taskId=success-8s--1'
  curl 'http://127.0.0.1:4790/simulator/log?taskId=success-8s--1'
";

/// What the command line asks for.
#[derive(Debug)]
pub enum Command {
    /// Serve, and where the flag is set end with standard input.
    Serve(Settings, bool),
    /// Print the help.
    Help,
    /// Print the version.
    Version,
}

/// Reads the command line without the program's name; `env_key` is the key that the environment sets.
///
/// # Errors
/// When an option is unknown or its value cannot be used.
pub fn read<I>(args: I, env_key: Option<String>) -> Result<Command, lexopt::Error>
where
    I: IntoIterator,
    I::Item: Into<OsString>,
{
    let mut settings = Settings::default();
    settings.key = env_key.filter(|key| !key.is_empty()).unwrap_or(settings.key);
    let mut until_stdin_closes = false;
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Long("port") => settings.port = parser.value()?.parse()?,
            Long("other-port") => settings.other_port = parser.value()?.parse()?,
            Long("host") => settings.host = parser.value()?.string()?,
            Long("key") => settings.key = key(parser.value()?.string()?)?,
            Long("open") => settings.open = true,
            Long("queries-per-second") => settings.queries_per_second = Some(parser.value()?.parse_with(queries)?),
            Long("errors-in-body") => settings.errors_in_body = true,
            Long("seed") => settings.seed = parser.value()?.parse()?,
            Long("speed") => settings.speed = parser.value()?.parse_with(speed)?,
            Long("public-url") => settings.public_url = Some(parser.value()?.string()?),
            Long("keep-alive") => settings.keep_alive = true,
            Long("until-stdin-closes") => until_stdin_closes = true,
            Long("help") | Short('h') => return Ok(Command::Help),
            Long("version") | Short('V') => return Ok(Command::Version),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Serve(settings, until_stdin_closes))
}

fn key(text: String) -> Result<String, lexopt::Error> {
    if text.is_empty() { Err("--key must not be empty".into()) } else { Ok(text) }
}

fn queries(text: &str) -> Result<usize, &'static str> {
    text.parse().ok().filter(|queries| *queries > 0).ok_or("must be a whole number above 0")
}

fn speed(text: &str) -> Result<f64, &'static str> {
    let speed: f64 = text.parse().map_err(|_| "not a number")?;
    let usable = (0.001..=1_000_000.0).contains(&speed);
    usable.then_some(speed).ok_or("must be from 0.001 to 1000000")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(args: &[&str], env_key: Option<&str>) -> Settings {
        let env_key = env_key.map(str::to_owned);
        match read(args, env_key) {
            Ok(Command::Serve(settings, _)) => settings,
            other => panic!("{args:?}: {other:?}"),
        }
    }

    #[test]
    fn options_are_read() {
        let all = ["--port=0", "--speed", "50", "--seed=9", "--open", "--key", "k", "--public-url=http://x", "--queries-per-second=10"];
        let read = settings(&all, Some("from-env"));
        assert_eq!((read.port, read.speed, read.seed, read.open), (0, 50.0, 9, true));
        assert_eq!((read.key.as_str(), read.public_url.as_deref()), ("k", Some("http://x")));
        assert_eq!((read.queries_per_second, settings(&[], None).queries_per_second), (Some(10), None));
        assert_eq!(settings(&[], Some("from-env")).key, "from-env");
        assert_eq!(settings(&[], Some("")).key, "simulator-key");
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        for wrong in [
            "--speed=0",
            "--speed=-1",
            "--speed=NaN",
            "--speed=x",
            "--port=70000",
            "--what",
            "word",
            "--key=",
            "--queries-per-second=0",
            "--queries-per-second=1.5",
        ] {
            assert!(read([wrong], None).is_err(), "{wrong}");
        }
        assert!(read(["--port"], None).is_err());
    }

    #[test]
    fn help_names_every_option() {
        for option in ["--port", "--other-port", "--host", "--key", "--open", "--seed", "--speed", "--public-url", "--queries-per-second"] {
            assert!(HELP.contains(&format!("{option} ")), "{option}");
        }
    }

    #[test]
    fn the_default_port_is_free_beside_wrangler_and_is_the_one_in_the_help() {
        let port = settings(&[], None).port;
        // `wrangler dev` listens on 8787.
        assert_ne!(port, 8787);
        assert_eq!(HELP.matches(&port.to_string()).count(), 4);
    }

    #[test]
    fn the_key_is_never_printed() {
        let read = settings(&["--key=secret-thing"], None);
        assert!(!format!("{read:?}").contains("secret-thing"));
    }
}
