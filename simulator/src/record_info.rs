//! `GET /api/v1/nanobanana/record-info`: one look at a task.

use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::answer::{Answer, Layer, Phase, Retry, Status, TaskForm, Wording};
use crate::connection::Hold;
use crate::delivery::{Delivery, send};
use crate::http::{Shared, World, encode, json, key_of, query_value};
use crate::reply::{self, Facts};
use crate::tasks::Seen;

/// The path, for links to it.
pub(crate) const PATH: &str = "/api/v1/nanobanana/record-info";

/// Marks a look that came by the redirect to the same origin.
/// Of the login page at the other origin.
pub(crate) const LOGIN_PATH: &str = "/login";

const REDIRECTED: &str = "redirected";

/// How the log names a query beyond the limit of its key.
pub(crate) const RATE_LIMITED: &str = "rate-limited";

/// Answers one look.
pub(crate) async fn look(State(world): Shared, ConnectInfo(hold): ConnectInfo<Hold>, request: Request) -> Response {
    let query = request.uri().query();
    let id = query_value(query, "taskId").filter(|id| !id.is_empty());
    let redirected = query_value(query, REDIRECTED).is_some();
    let arrival = world.arrival(request.method(), request.headers());
    let admitted = world.admits(request.headers());
    let key = key_of(request.headers()).unwrap_or_default().to_owned();
    let limited = admitted && world.query_limit.refuses(&key, world.clock.since_start_ms());
    let Some(id) = id else {
        return if limited { status_reply(&rate_limited(&world)) } else { without_task(&world, admitted) };
    };
    if limited {
        return refused(&world, &hold, &id, arrival, RATE_LIMITED, &rate_limited(&world)).await;
    }
    let seen = match (admitted, redirected) {
        (false, _) => {
            return refused(&world, &hold, &id, arrival, "unauthorized", &unauthorized(&world)).await;
        }
        (true, true) => None,
        (true, false) => match world.tasks.look(&id) {
            Some(seen) => Some(seen),
            None => return refused(&world, &hold, &id, arrival, "unknown", &unknown(&world)).await,
        },
    };
    let label = seen.as_ref().map_or_else(|| REDIRECTED.to_owned(), label);
    let guard = world.log.open(&id, arrival, &label);
    let (answer, phase, ms) = match &seen {
        Some(seen) => (seen.sight.answer, seen.sight.phase, seen.sight.step.ms),
        None => (Answer::Task(TaskForm::Success), Phase::Done, None),
    };
    let facts = facts(&world, &request, &id, seen);
    let links = [
        format!("{}{PATH}?taskId={}&{REDIRECTED}=1", facts.base_url, encode(&id)),
        format!("{}{PATH}?taskId={}", world.other_url, encode(&id)),
        format!("{}{LOGIN_PATH}?taskId={}", world.other_url, encode(&id)),
    ];
    send(Delivery { answer, phase, ms, facts, key, links, clock: world.clock, hold, guard }).await
}

fn label(seen: &Seen) -> String {
    let name = &seen.sight.step.scenario.name;
    match seen.sight.phase {
        Phase::Pending => format!("{name} (pending)"),
        Phase::Done => name.clone(),
    }
}

fn facts(world: &World, request: &Request, id: &str, seen: Option<Seen>) -> Facts {
    let now = world.clock.unix_ms();
    let created = seen.as_ref().map_or(now, |seen| seen.created_unix_ms);
    let finished = seen.as_ref().and_then(|seen| seen.finished_unix_ms);
    let asked = seen.and_then(|seen| seen.request);
    Facts {
        task_id: id.to_owned(),
        base_url: world.base_url(request.headers()),
        created_unix_ms: created,
        finished_unix_ms: finished,
        kind: asked.as_ref().map_or_else(|| "TEXTTOIAMGE".to_owned(), |asked| asked.kind.clone()),
        prompt: asked.as_ref().map(|asked| asked.prompt.clone()),
        param_json: asked.map(|asked| asked.param_json),
    }
}

/// A look that is logged but touches no task.
async fn refused(world: &Arc<World>, hold: &Hold, id: &str, arrival: crate::log::Arrival, label: &str, status: &Status) -> Response {
    let guard = world.log.open(id, arrival, label);
    let now = world.clock.unix_ms();
    let facts = Facts {
        task_id: id.to_owned(),
        base_url: String::new(),
        created_unix_ms: now,
        finished_unix_ms: None,
        param_json: None,
        prompt: None,
        kind: String::new(),
    };
    send(Delivery {
        answer: Answer::Status(*status),
        phase: Phase::Done,
        ms: None,
        facts,
        key: String::new(),
        links: Default::default(),
        clock: world.clock,
        hold: hold.clone(),
        guard,
    })
    .await
}

/// The answer to a request that names no task: the API gives it in the body whatever the cause.
fn without_task(world: &World, admitted: bool) -> Response {
    if !admitted {
        return status_reply(&unauthorized(world));
    }
    let msg = "Server exception, please check the parameters and try again";
    status_reply(&Status { layer: Layer::Body, code: 500, msg, wording: Wording::Msg, retry: Retry::None })
}

/// An error envelope as a whole reply, for routes without scenarios.
pub(crate) fn status_reply(status: &Status) -> Response {
    let code = match status.layer {
        Layer::Http => StatusCode::from_u16(status.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        Layer::Body => StatusCode::OK,
    };
    json(code, &reply::error(status, ""))
}

/// What a wrong key, or none, is told.
pub(crate) fn unauthorized(world: &World) -> Status {
    own_error(world, 401, "You do not have access permissions")
}

fn unknown(world: &World) -> Status {
    own_error(world, 404, "Task not found")
}

/// A sister of the API sends no Retry-After with it.
fn rate_limited(world: &World) -> Status {
    own_error(world, 429, "Your call frequency is too high, please try again later")
}

fn own_error(world: &World, code: u16, msg: &'static str) -> Status {
    let layer = if world.settings.errors_in_body { Layer::Body } else { Layer::Http };
    Status { layer, code, msg, wording: Wording::Msg, retry: Retry::None }
}
