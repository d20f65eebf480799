//! A server that runs beside this tool: started, waited for until it names its address, ended with this tool.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::failure::{Doing, Failure, Outcome};
use crate::progress::note;

const START: Duration = Duration::from_secs(30);
const END: Duration = Duration::from_secs(3);

/// A running server. It ends when this is dropped, and also when this tool is killed: it watches its standard input.
pub(crate) struct Server {
    name: &'static str,
    /// Its base address, without a slash at the end.
    pub(crate) url: String,
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Server {
    /// Starts `command` and waits for the line that has `http://…` in it; what it prints afterwards goes to the terminal.
    pub(crate) fn start(name: &'static str, command: &mut Command) -> Outcome<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().doing(|| format!("start the {name}"))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or("a child process without output")?;
        let mut server = Self { name, url: String::new(), child, stdin };
        server.url = first_address(stdout).map_err(|_| {
            Failure::from(format!(
                "the {name} ended, or was silent for {} seconds, before it said where it listens; what it said stands above",
                START.as_secs()
            ))
        })?;
        Ok(server)
    }

    /// Whether it has ended by itself, which no server should.
    pub(crate) fn check(&mut self) -> Outcome {
        match self.child.try_wait().doing(|| format!("watch the {}", self.name))? {
            None => Ok(()),
            Some(status) => Err(Failure::from(format!("the {} has ended by itself ({status})", self.name))),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let asked = Instant::now();
        while asked.elapsed() < END {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_address(stdout: impl Read + Send + 'static) -> Result<String, mpsc::RecvTimeoutError> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut waiting = true;
        // Read to the end, or the server would block on a full pipe.
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            match address_in(&line) {
                Some(url) if waiting => {
                    waiting = false;
                    let _ = sender.send(url);
                }
                _ => note(&line),
            }
        }
    });
    receiver.recv_timeout(START)
}

/// The first `http://` address in a line, without what punctuation follows it.
fn address_in(line: &str) -> Option<String> {
    let from = line.find("http://")?;
    let address = line[from..].split_whitespace().next()?;
    Some(address.trim_end_matches(['/', ',', ')', '.']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::address_in;

    #[test]
    fn finds_the_address_a_server_prints() {
        let simulator = "simulator listening on http://127.0.0.1:4010 (other origin http://127.0.0.1:4011)";
        assert_eq!(address_in(simulator).as_deref(), Some("http://127.0.0.1:4010"));
        assert_eq!(address_in("page on http://127.0.0.1:8080/").as_deref(), Some("http://127.0.0.1:8080"));
        assert_eq!(address_in("starting"), None);
    }
}
