//! The program itself: what it prints, and that it ends.

mod client;

use std::process::Command;
use std::time::{Duration, Instant};

use client::Running;

fn ends_soon(running: &mut Running) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        if running.child.try_wait().unwrap().is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

fn run(options: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_simulator")).args(options).output().unwrap()
}

#[test]
fn the_first_line_names_both_origins_and_not_the_key() {
    let simulator = Running::start(&["--key=very-own-key"]);
    let expected = format!("simulator listening on http://{} (other origin http://{})\n", simulator.address, simulator.other_address);
    assert_eq!(simulator.first_line, expected);
    assert_eq!(simulator.get("/simulator/health", None).json()["status"], "ok");
}

#[test]
fn it_ends_when_standard_input_closes_even_with_a_look_under_way() {
    let mut simulator = Running::start(&[]);
    let id = "silent--x";
    let text = format!("GET {}?taskId={id} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", client::RECORD_INFO, client::KEY);
    let mut stream = std::net::TcpStream::connect(&simulator.address).unwrap();
    std::io::Write::write_all(&mut stream, text.as_bytes()).unwrap();
    drop(simulator.child.stdin.take());
    assert!(ends_soon(&mut simulator));
}

#[test]
fn it_ends_in_order_when_told_to() {
    let mut simulator = Running::start(&[]);
    let pid = simulator.child.id().to_string();
    assert!(Command::new("sh").args(["-c", &format!("kill -TERM {pid}")]).status().unwrap().success());
    assert!(ends_soon(&mut simulator));
    assert!(simulator.child.wait().unwrap().success());
}

#[test]
fn help_version_and_mistakes_are_answered() {
    let help = run(&["--help"]);
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("--until-stdin-closes"));
    assert!(String::from_utf8_lossy(&run(&["--version"]).stdout).starts_with(concat!("simulator ", env!("CARGO_PKG_VERSION"))));
    let wrong = run(&["--nonsense"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("--nonsense"));
    let taken = Running::start(&[]);
    let port = taken.address.rsplit(':').next().unwrap();
    let second = run(&["--port", port]);
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("cannot listen on"));
}
