//! A simulator process and the smallest HTTP client that can see how a connection ends.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

pub(crate) const KEY: &str = "simulator-key";
/// How long one exchange may take.
const LIMIT: Duration = Duration::from_millis(1_200);

pub(crate) const RECORD_INFO: &str = "/api/v1/nanobanana/record-info";

/// A running simulator; stopped when dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) first_line: String,
    pub(crate) address: String,
    pub(crate) other_address: String,
}

impl Running {
    pub(crate) fn start(options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_simulator"))
            .args(["--port=0", "--until-stdin-closes"])
            .args(options)
            .env_remove("SIMULATOR_KEY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first_line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first_line).unwrap();
        let mut urls =
            first_line.split("http://").skip(1).map(|rest| rest.chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect());
        let (address, other_address) = (urls.next().unwrap(), urls.next().unwrap());
        Self { child, first_line, address, other_address }
    }

    /// One look with the right key.
    pub(crate) fn look(&self, id: &str) -> Reply {
        self.get(&format!("{RECORD_INFO}?taskId={id}"), Some(KEY))
    }

    pub(crate) fn get(&self, path: &str, key: Option<&str>) -> Reply {
        self.send("GET", path, key, "")
    }

    pub(crate) fn send(&self, method: &str, path: &str, key: Option<&str>, body: &str) -> Reply {
        let key = key.map_or(String::new(), |key| format!("authorization: Bearer {key}\r\n"));
        let length = body.len();
        let text = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n{key}content-length: {length}\r\n\r\n{body}", self.address);
        exchange(&self.address, &text)
    }

    pub(crate) fn log(&self, id: &str) -> Value {
        self.get(&format!("/simulator/log?taskId={id}"), None).json()
    }

    /// Asks until the task is no longer pending.
    pub(crate) fn wait(&self, id: &str) -> Reply {
        for _ in 0..200 {
            let reply = self.look(id);
            let pending = reply.end == End::Complete
                && serde_json::from_slice::<Value>(&reply.body)
                    .is_ok_and(|body| body["data"]["successFlag"] == 0 && body["data"]["completeTime"].is_null());
            if !pending {
                return reply;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("{id} stays pending");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Complete,
    Cut,
    Reset,
    TimedOut,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    pub(crate) end: End,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

pub(crate) fn exchange(address: &str, text: &str) -> Reply {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(1_200))).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    let (bytes, error) = read(&mut stream);
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let head = String::from_utf8_lossy(&bytes[..at.unwrap_or(0)]).into_owned();
    let body = at.map_or(Vec::new(), |at| bytes[at + 4..].to_vec());
    let status = head.split(' ').nth(1).map_or(0, |status| status.parse().unwrap());
    let mut reply = Reply { status, head, body, end: End::Complete };
    let promised = reply.header("content-length").map(|length| length.parse::<usize>().unwrap());
    reply.end = match error {
        Some(ErrorKind::ConnectionReset) => End::Reset,
        Some(_) => End::TimedOut,
        None if reply.status == 0 => End::Cut,
        None if promised.is_some_and(|promised| promised > reply.body.len()) => End::Cut,
        None => End::Complete,
    };
    reply
}

/// Reads to the end, to an error, or to the limit: some replies never end.
fn read(stream: &mut TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let (start, mut bytes, mut buffer) = (Instant::now(), Vec::new(), vec![0; 64 * 1024]);
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return (bytes, None),
            Ok(_) if start.elapsed() > LIMIT => return (bytes, Some(ErrorKind::TimedOut)),
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
            Err(error) => return (bytes, Some(error.kind())),
        }
    }
}
