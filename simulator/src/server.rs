//! Binds the two origins, serves them, and stops them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::connection::{FaultListener, Hold};
use crate::http::{World, not_found, open_to_pages, wrong_method};
use crate::log::Log;
use crate::pictures::{self, Gallery};
use crate::query_limit::QueryLimit;
use crate::settings::Settings;
use crate::tasks::Tasks;
use crate::{generate, introspect, other_origin, record_info};

/// How long replies under way may take once the simulator is told to stop. Some scenarios never end.
const GRACE: Duration = Duration::from_millis(300);

/// A simulator that is listening.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    other_address: SocketAddr,
    stop: watch::Sender<bool>,
    servers: [JoinHandle<()>; 2],
}

impl Simulator {
    /// Binds both origins and starts to answer. Needs a tokio runtime around it.
    ///
    /// # Errors
    /// When an address cannot be bound.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let listener = bind(&settings.host, settings.port).await?;
        let other_listener = bind(&settings.host, settings.other_port).await?;
        let (address, other_address) = (listener.local_addr()?, other_listener.local_addr()?);
        let world = world(settings, other_address);
        let (stop, stopped) = watch::channel(false);
        let servers = [serve(listener, api(&world), stopped.clone()), serve(other_listener, other(&world), stopped)];
        Ok(Self { address, other_address, stop, servers })
    }

    /// Where the API is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the other origin is.
    #[must_use]
    pub fn other_address(&self) -> SocketAddr {
        self.other_address
    }

    /// Takes no more connections, gives replies under way a moment, and ends.
    pub async fn stop(self) {
        // Nobody listening means that the servers have ended already.
        let _ = self.stop.send(true);
        for mut server in self.servers {
            if tokio::time::timeout(GRACE, &mut server).await.is_err() {
                server.abort();
            }
        }
    }
}

async fn bind(host: &str, port: u16) -> io::Result<TcpListener> {
    let told = |error: io::Error| io::Error::new(error.kind(), format!("cannot listen on {host}:{port}: {error}"));
    TcpListener::bind((host, port)).await.map_err(told)
}

fn world(settings: Settings, other_address: SocketAddr) -> Arc<World> {
    let clock = Clock::start(settings.speed);
    Arc::new(World {
        clock,
        tasks: Tasks::new(settings.seed, clock),
        log: Log::new(clock),
        other_log: Log::new(clock),
        other_url: format!("http://{other_address}"),
        gallery: Gallery::default(),
        query_limit: QueryLimit::new(settings.queries_per_second),
        settings,
    })
}

fn api(world: &Arc<World>) -> Router {
    Router::new()
        .route(record_info::PATH, get(record_info::look))
        .route("/api/v1/nanobanana/generate", post(generate::generate))
        .route("/pictures/{file}", get(pictures::result))
        .route("/originals/{file}", get(pictures::original))
        .route("/simulator/health", get(introspect::health))
        .route("/simulator/scenarios", get(introspect::scenarios))
        .route("/simulator/log", get(introspect::log))
        .method_not_allowed_fallback(wrong_method)
        .fallback(not_found)
        .layer(from_fn_with_state(Arc::clone(world), open_to_pages))
        .with_state(Arc::clone(world))
}

fn other(world: &Arc<World>) -> Router {
    Router::new().fallback(other_origin::arrive).layer(from_fn_with_state(Arc::clone(world), open_to_pages)).with_state(Arc::clone(world))
}

fn serve(listener: TcpListener, router: Router, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let service = router.into_make_service_with_connect_info::<Hold>();
    let server = axum::serve(FaultListener(listener), service).with_graceful_shutdown(told(stopped));
    tokio::spawn(async move {
        // It ends when told to, never with an error: accepting is retried for ever.
        let _ = server.await;
    })
}

async fn told(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
