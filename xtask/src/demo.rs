//! `cargo xtask demo`: the page in a browser, with the simulator behind it, or the real service where a key is given.

use std::process::Command;
use std::time::Duration;

use crate::command::API_KEY;
use crate::failure::{Failure, Outcome};
use crate::node;
use crate::progress::{note, say, title};
use crate::server::Server;
use crate::workspace::Workspace;
use crate::{build, simulator};

const SERVICE: &str = "https://api.nanobananaapi.ai";
const SERVICE_SETTING: &str = "NANOBANANA_BASE_URL";
const LOOK: Duration = Duration::from_millis(200);

/// Builds what is missing, runs the page's Worker in workerd, and stays until Ctrl-C.
pub(crate) fn run(workspace: &Workspace, port: Option<u16>) -> Outcome {
    let key = std::env::var(API_KEY).ok().filter(|key| !key.trim().is_empty());
    node::check()?;
    install_server(workspace)?;
    let mut servers = match key {
        Some(key) => real(workspace, port, &key)?,
        None => simulated(workspace, port)?,
    };
    let page = servers.first().map(|page| page.url.clone()).unwrap_or_default();
    say(&format!("\n    The demo is at  {page}/\n\n    Ctrl-C ends it.\n"));
    loop {
        std::thread::sleep(LOOK);
        for server in &mut servers {
            server.check()?;
        }
    }
}

/// What runs the page's Worker, and what deploys it.
pub(crate) fn install_server(workspace: &Workspace) -> Outcome {
    let why = "npm install in www/: workerd, which runs the page's Worker here, and wrangler, which deploys it; half a minute, 200 MB";
    node::install(&workspace.at("www"), "what serves the page", why)
}

/// The page server first: it is dropped, and so ended, before what it depends on.
fn simulated(workspace: &Workspace, port: Option<u16>) -> Outcome<Vec<Server>> {
    // Two cores have gaps while wasm-pack links: the simulator is compiled in them.
    let building = simulator::start_building(workspace)?;
    build::run(workspace)?;
    building.finish(workspace)?;
    let key = simulator::fresh_key();
    let simulator = simulator::start(workspace, &key)?;
    note(&format!("the simulator plays the service at {}", simulator.url));
    note(&format!("for the real service, set {API_KEY} and start again"));
    let mut page = page_server(workspace, port, &simulator.url, &key);
    Ok(vec![Server::start("page server", page.env("SIMULATOR", "1"))?, simulator])
}

fn real(workspace: &Workspace, port: Option<u16>, key: &str) -> Outcome<Vec<Server>> {
    // The value itself is never shown.
    if !key.trim().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::from(format!("{API_KEY} holds characters that no key has: check what it is set to")));
    }
    build::run(workspace)?;
    let service = std::env::var(SERVICE_SETTING).unwrap_or_else(|_| SERVICE.to_owned());
    title("the page with the real service behind it");
    note(&format!("{API_KEY} is set: the page server alone has it and sends it to {service} alone"));
    let mut page = page_server(workspace, port, &service, key);
    Ok(vec![Server::start("page server", page.env_remove("SIMULATOR"))?])
}

fn page_server(workspace: &Workspace, port: Option<u16>, upstream: &str, key: &str) -> Command {
    let mut server = node::node(&workspace.root);
    server.arg("www/serve.mjs").env("UPSTREAM", upstream).env(API_KEY, key);
    if let Some(port) = port {
        server.env("PORT", port.to_string());
    }
    server
}

/// A port as it is given on the command line.
pub(crate) fn port(text: &str) -> Outcome<u16> {
    text.parse().map_err(|_| Failure::from(format!("`{text}` is no port: give a number from 0 (any free one) to 65535")))
}

#[cfg(test)]
mod tests {
    use super::port;

    #[test]
    fn a_port_is_a_small_number() {
        assert!(port("8080").is_ok_and(|port| port == 8080));
        assert!(port("65536").is_err_and(|failure| failure.to_string().contains("65536")));
        assert!(port("http").is_err());
    }
}
