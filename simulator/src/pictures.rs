//! `/pictures/<taskId>.png` and `/originals/<taskId>.png`.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::Response;

use crate::http::{Shared, with_body};
use crate::picture;

const KEPT: usize = 24;

/// How long an original lives after its task is done.
const ORIGINAL_LIFE_MS: u64 = 10 * 60 * 1_000;

/// The pictures drawn last.
#[derive(Debug, Default)]
pub(crate) struct Gallery(Mutex<VecDeque<(String, Bytes)>>);

impl Gallery {
    fn find(&self, name: &str) -> Option<Bytes> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == name).map(|(_, picture)| picture.clone())
    }

    fn keep(&self, name: &str, picture: &Bytes) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(KEPT - 1);
        kept.push_front((name.to_owned(), picture.clone()));
    }
}

/// The picture of a task. Any name has one: it depends on the name and the seed alone.
pub(crate) async fn result(state: Shared, Path(file): Path<String>) -> Response {
    match file.strip_suffix(".png") {
        Some(id) => draw(state, id.to_owned()).await,
        None => gone(StatusCode::NOT_FOUND),
    }
}

/// The original of a task: there once the task is done, and gone ten minutes later.
pub(crate) async fn original(state: Shared, Path(file): Path<String>) -> Response {
    let Some(id) = file.strip_suffix(".png") else {
        return gone(StatusCode::NOT_FOUND);
    };
    match state.tasks.life_since_finish_ms(id) {
        None => gone(StatusCode::NOT_FOUND),
        Some(ms) if ms >= ORIGINAL_LIFE_MS => gone(StatusCode::GONE),
        Some(_) => draw(state, id.to_owned()).await,
    }
}

async fn draw(State(world): Shared, id: String) -> Response {
    if let Some(picture) = world.gallery.find(&id) {
        return png(picture);
    }
    let seed = world.settings.seed;
    let name = id.clone();
    // Drawing takes long enough to hold up every other look, so it is done beside them.
    match tokio::task::spawn_blocking(move || picture::png(seed, &name)).await {
        Ok(Some(picture)) => {
            let picture = Bytes::from(picture);
            world.gallery.keep(&id, &picture);
            png(picture)
        }
        _ => gone(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn png(picture: Bytes) -> Response {
    let mut response = with_body(StatusCode::OK, "image/png", Body::from(picture));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=600"));
    response
}

fn gone(status: StatusCode) -> Response {
    with_body(status, "text/plain; charset=UTF-8", Body::from(status.to_string()))
}
