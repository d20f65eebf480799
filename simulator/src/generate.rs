//! `POST /api/v1/nanobanana/generate`: creates a task that lives a life of its own.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::answer::{Layer, Retry, Status, Wording};
use crate::grammar::{self, Plan};
use crate::http::{Shared, json as json_reply};
use crate::record_info::{status_reply, unauthorized};
use crate::tasks::Request as Asked;

const LONGEST_BODY: usize = 256 * 1024;
const LONGEST_PROMPT: usize = 20_000;

/// Creates a task, or says in the envelope what is wrong with the request.
pub(crate) async fn generate(State(world): Shared, request: Request) -> Response {
    if !world.admits(request.headers()) {
        return status_reply(&unauthorized(&world));
    }
    let created = match read(request.into_body()).await {
        Ok(asked) => world.tasks.create(plan_in(&asked.prompt), asked),
        Err(msg) => return status_reply(&error(400, msg)),
    };
    match created {
        Some(id) => json_reply(StatusCode::OK, &json!({ "code": 200, "msg": "success", "data": { "taskId": id } })),
        None => status_reply(&error(500, "Server internal error")),
    }
}

fn error(code: u16, msg: &'static str) -> Status {
    Status { layer: Layer::Body, code, msg, wording: Wording::Msg, retry: Retry::None }
}

async fn read(body: Body) -> Result<Asked, &'static str> {
    let bytes = to_bytes(body, LONGEST_BODY).await.map_err(|_| "The request is too long or was cut")?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| "The request is not valid JSON")?;
    check(&value)
}

fn check(value: &Value) -> Result<Asked, &'static str> {
    let prompt = value["prompt"].as_str().map(str::trim).unwrap_or_default();
    if prompt.is_empty() {
        return Err("prompt cannot be empty");
    }
    if prompt.chars().count() > LONGEST_PROMPT {
        return Err("prompt is too long");
    }
    let kind = match &value["type"] {
        Value::Null => "TEXTTOIAMGE",
        Value::String(kind) if ["TEXTTOIAMGE", "IMAGETOIAMGE"].contains(&kind.as_str()) => kind,
        _ => return Err("type must be TEXTTOIAMGE or IMAGETOIAMGE"),
    };
    let number = match &value["numImages"] {
        Value::Null => 1,
        number => number.as_u64().filter(|n| (1..=4).contains(n)).ok_or("numImages must be from 1 to 4")?,
    };
    let urls = image_urls(&value["imageUrls"])?;
    if kind == "IMAGETOIAMGE" && urls.is_empty() {
        return Err("imageUrls cannot be empty for IMAGETOIAMGE");
    }
    let mut params = json!({ "prompt": prompt, "type": kind, "numImages": number });
    if !urls.is_empty() {
        params["imageUrls"] = json!(urls);
    }
    Ok(Asked { param_json: params.to_string(), prompt: prompt.to_owned(), kind: kind.to_owned() })
}

fn image_urls(value: &Value) -> Result<Vec<&str>, &'static str> {
    const WRONG: &str = "imageUrls must be a list of http(s) URLs";
    let is_web = |url: &&str| url.starts_with("http://") || url.starts_with("https://");
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(urls) => urls.iter().map(|url| url.as_str().filter(is_web).ok_or(WRONG)).collect(),
        _ => Err(WRONG),
    }
}

/// A prompt may name its outcome: `simulate:<plan>` anywhere in it, or the word "fail".
fn plan_in(prompt: &str) -> Option<Plan> {
    let named = prompt.split_whitespace().find_map(|word| word.strip_prefix("simulate:")).and_then(grammar::parse);
    named.or_else(|| {
        let fails = prompt.split(|c: char| !c.is_alphabetic()).any(|word| word.eq_ignore_ascii_case("fail"));
        fails.then(|| grammar::parse("generate-failed-4s")).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_checked() {
        assert!(check(&json!({ "prompt": "a boat" })).is_ok());
        assert!(check(&json!({ "prompt": "a", "type": "IMAGETOIAMGE", "imageUrls": ["https://a/b.png"] })).is_ok());
        for wrong in [
            json!([]),
            json!({ "prompt": " " }),
            json!({ "prompt": 7 }),
            json!({ "prompt": "a".repeat(20_001) }),
            json!({ "prompt": "a", "type": "VIDEO" }),
            json!({ "prompt": "a", "numImages": 5 }),
            json!({ "prompt": "a", "type": "IMAGETOIAMGE" }),
            json!({ "prompt": "a", "imageUrls": ["javascript:1"] }),
        ] {
            assert!(check(&wrong).is_err(), "{}", &wrong.to_string()[..20.min(wrong.to_string().len())]);
        }
    }

    #[test]
    fn a_prompt_may_name_its_outcome() {
        let first = |prompt: &str| plan_in(prompt).map(|plan| plan.steps[0].scenario.name.clone());
        assert_eq!(first("a boat simulate:script.reset*2.success please").as_deref(), Some("reset"));
        assert_eq!(first("let this FAIL.").as_deref(), Some("generate-failed"));
        assert_eq!(first("a failure of sails"), None);
    }
}
