//! The other origin: where one of the redirects leads. It writes down who came, and answers as if all were well,
//! so that a client which followed notices nothing and its log tells on it. It has a login page as well.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::http::{NotForPages, Shared, json as json_reply, query_value, with_body};
use crate::record_info::LOGIN_PATH;

/// No page of another origin may read it.
const LOGIN: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Sign in</title></head>\n<body><h1>Sign in</h1></body>\n</html>\n";

/// Answers whatever comes.
pub(crate) async fn arrive(State(world): Shared, request: Request) -> Response {
    let id = query_value(request.uri().query(), "taskId").unwrap_or_default();
    let arrival = world.arrival(request.method(), request.headers());
    world.other_log.open(&id, arrival, "other-origin").answered();
    if request.uri().path() == LOGIN_PATH {
        let mut page = with_body(StatusCode::OK, "text/html; charset=UTF-8", LOGIN.into());
        page.extensions_mut().insert(NotForPages);
        return page;
    }
    let data = json!({
        "taskId": id,
        "successFlag": 1,
        "response": { "originImageUrl": null, "resultImageUrl": format!("{}/not-the-picture.png", world.other_url) },
    });
    json_reply(StatusCode::OK, &json!({ "code": 200, "msg": "success", "data": data }))
}
