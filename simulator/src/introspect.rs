//! `/simulator/…`: what the simulator says about itself and about what arrived.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::catalogue::{self, SCRIPTS, Scenario};
use crate::http::{Shared, json as json_reply, query_value};

/// `GET /simulator/health`
pub(crate) async fn health(State(world): Shared) -> Response {
    let body = json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "upMs": world.clock.since_start_ms(),
        "seed": world.settings.seed,
        "speed": world.settings.speed,
        "otherOrigin": world.other_url,
    });
    json_reply(StatusCode::OK, &body)
}

/// `GET /simulator/scenarios`
pub(crate) async fn scenarios() -> Response {
    let singles = catalogue::all().iter().map(single);
    let scripts = SCRIPTS.iter().map(|script| {
        json!({
            "id": script.id, "name": "script", "group": "Scripts",
            "title": script.title, "expect": script.advice, "duration": "none",
        })
    });
    json_reply(StatusCode::OK, &Value::Array(singles.chain(scripts).collect()))
}

fn single(scenario: &Scenario) -> Value {
    json!({
        "id": scenario.example,
        "name": scenario.name,
        "group": scenario.group,
        "title": scenario.title,
        "expect": scenario.advice,
        "duration": scenario.span.in_words(),
    })
}

/// `GET /simulator/log`, of one task or, without `taskId`, of which there are.
pub(crate) async fn log(State(world): Shared, request: Request) -> Response {
    let Some(id) = query_value(request.uri().query(), "taskId") else {
        let mut body = world.log.totals();
        body["taskIds"] = json!(world.log.ids());
        body["otherOrigin"] = json!({ "taskIds": world.other_log.ids() });
        return json_reply(StatusCode::OK, &body);
    };
    let mut body = world.log.of(&id);
    body["otherOrigin"] = world.other_log.of(&id);
    body["taskId"] = json!(id);
    json_reply(StatusCode::OK, &body)
}
