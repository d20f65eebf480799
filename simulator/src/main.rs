//! The program: reads the command line, serves, and ends when told to.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use simulator::args::{self, Command, HELP};
use simulator::{Settings, Simulator};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

fn main() -> ExitCode {
    match args::read(std::env::args_os().skip(1), std::env::var("SIMULATOR_KEY").ok()) {
        Ok(Command::Help) => print(HELP),
        Ok(Command::Version) => print(concat!("simulator ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Command::Serve(settings, until_stdin_closes)) => match run(settings, until_stdin_closes) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&error.to_string(), 1),
        },
        Err(error) => complain(&format!("{error}\nTry --help."), 2),
    }
}

fn print(text: &str) -> ExitCode {
    // A reader that has gone away, as in `simulator --help | head -1`, is no failure.
    let _ = io::stdout().lock().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn complain(text: &str, code: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "simulator: {text}");
    ExitCode::from(code)
}

fn run(settings: Settings, until_stdin_closes: bool) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (told, mut end) = mpsc::unbounded_channel();
        end_on_signals(&told)?;
        if until_stdin_closes {
            end_with_stdin(told.clone());
        }
        let simulator = Simulator::start(settings).await?;
        let (here, there) = (simulator.address(), simulator.other_address());
        let _ = writeln!(io::stdout(), "simulator listening on http://{here} (other origin http://{there})");
        end.recv().await;
        simulator.stop().await;
        Ok(())
    })
}

fn end_on_signals(told: &mpsc::UnboundedSender<()>) -> io::Result<()> {
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut signals = signal(kind)?;
        let told = told.clone();
        tokio::spawn(async move {
            signals.recv().await;
            let _ = told.send(());
        });
    }
    Ok(())
}

/// On a thread of its own: a blocked read of standard input must hold up neither requests nor the end.
fn end_with_stdin(told: mpsc::UnboundedSender<()>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 256];
        let mut stdin = io::stdin().lock();
        while stdin.read(&mut buffer).is_ok_and(|read| read > 0) {}
        let _ = told.send(());
    });
}
