//! The other origin: where one of the redirects leads. It writes down who came, and answers as if all were well,
//! so that a client which followed notices nothing and its log tells on it.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::http::{Shared, json as json_reply, query_value};

/// Answers whatever comes.
pub(crate) async fn arrive(State(world): Shared, request: Request) -> Response {
    let id = query_value(request.uri().query(), "taskId").unwrap_or_default();
    let arrival = world.arrival(request.method(), request.headers());
    world.other_log.open(&id, arrival, "other-origin").answered();
    let data = json!({
        "taskId": id,
        "successFlag": 1,
        "response": { "originImageUrl": null, "resultImageUrl": format!("{}/not-the-picture.png", world.other_url) },
    });
    json_reply(StatusCode::OK, &json!({ "code": 200, "msg": "success", "data": data }))
}
