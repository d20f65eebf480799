//! The record of a task, as `data` of the envelope holds it.

use super::envelope::Reply;
use super::json::Json;
use super::model::{Model, Resolution, recognize};
use super::text::{present, push_whole};
use super::time::{instant, parse_time};

/// Longer parameters are not parsed, in bytes: brackets alone would take a tenth of a second for a megabyte.
const LONGEST_PARAMS: usize = 100_000;
/// How long an origin URL lives after the task is complete (the API's documentation).
const ORIGIN_LIFE_MS: f64 = 600_000.0;

/// `successFlag` as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 0.
    Generating,
    /// 1.
    Success,
    /// 2.
    CreateTaskFailed,
    /// 3.
    GenerateFailed,
    /// Anything else: neither success nor failure.
    Unknown,
}

impl Status {
    /// The name in the public TypeScript union: the API's own word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generating => "GENERATING",
            Self::Success => "SUCCESS",
            Self::CreateTaskFailed => "CREATE_TASK_FAILED",
            Self::GenerateFailed => "GENERATE_FAILED",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// Whether the task has come to its end, one or the other.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Success | Self::CreateTaskFailed | Self::GenerateFailed)
    }

    fn of(flag: f64) -> Self {
        if flag == 0.0 {
            Self::Generating
        } else if flag == 1.0 {
            Self::Success
        } else if flag == 2.0 {
            Self::CreateTaskFailed
        } else if flag == 3.0 {
            Self::GenerateFailed
        } else {
            Self::Unknown
        }
    }
}

/// A code that the API sends as a number or as a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Code {
    /// As in `"errorCode": 422`.
    Number(f64),
    /// As in `"errorCode": "MOCK_FAILED"`.
    Text(String),
}

/// The pictures of a task that succeeded.
#[derive(Debug, Clone, PartialEq)]
pub struct Pictures {
    /// An http(s) URL.
    pub result_image_url: String,
    /// An http(s) URL that lives for ten minutes; rarely sent.
    pub origin_image_url: Option<String>,
    /// When the origin URL stops, in ms since the epoch; where there is one.
    pub origin_image_expires_at_ms: Option<f64>,
}

/// The state of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskDetails {
    /// As replied, or as asked for where the reply has none.
    pub task_id: String,
    /// 0, 1, 2, 3 or whatever came; NaN where nothing came that reads as a number.
    pub success_flag: f64,
    /// The flag as a word.
    pub status: Status,
    /// The request's parameters as a JSON text, the prompt among them: private.
    pub param_json: Option<String>,
    /// The same as far as this reply has no such text: the object in its place, or what an earlier reply told. Not for callers: a later reply
    /// may quote the prompt.
    pub hidden_params: Option<String>,
    /// What makes the image.
    pub model: Model,
    /// The size of the image.
    pub resolution: Resolution,
    /// Free text of the API's own.
    pub operation_type: Option<String>,
    /// As received.
    pub create_time: Option<String>,
    /// As received.
    pub complete_time: Option<String>,
    /// In ms since the epoch.
    pub created_at_ms: Option<f64>,
    /// In ms since the epoch.
    pub completed_at_ms: Option<f64>,
    /// The reply's own `Date` header, in ms since the epoch: the server's clock, by which the other two are as well.
    pub replied_at_ms: Option<f64>,
    /// The task was so this long before the reply, which something on the way had kept.
    pub age_ms: f64,
    /// No newer state is to be had before so many ms have passed, as the reply says.
    pub retry_after_ms: Option<f64>,
    /// Says something about a failed task only: 200 on a success was seen.
    pub error_code: Option<Code>,
    /// In the API's words, the prompt taken out.
    pub error_message: Option<String>,
    /// Present exactly where the status is [`Status::Success`].
    pub pictures: Option<Pictures>,
}

/// A record says success and names no picture: [`record`] fails with this.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoPicture;

/// Reads `data`, which came with `reply`. What callers go by, the id, times, URLs and their own parameters, stays as it came.
pub(crate) fn record<V: Json>(data: &V, reply: &Reply<'_, V>) -> Result<TaskDetails, NoPicture> {
    let text = |name| data.text_at(name).and_then(present);
    let said = |name| reply.said(data, name);
    let told = data.member("paramJson");
    let param_json = told.text().and_then(present);
    let hidden_params = match param_json {
        Some(_) => None,
        None if told.is_object() => told.written(),
        None => reply.known_params().map(Into::into),
    };
    let flag = data.count_at("successFlag").unwrap_or(f64::NAN);
    let status = Status::of(flag);
    let params = param_json.as_deref().or(hidden_params.as_deref());
    let params = params.filter(|json| json.len() <= LONGEST_PARAMS).and_then(V::parse);
    let (model, resolution) = recognize(params.as_ref(), text("operationType").as_deref());
    let (create_time, created_at_ms) = time(&data.member("createTime"));
    let (complete_time, completed_at_ms) = time(&data.member("completeTime"));
    let error_code = match data.number_at("errorCode") {
        Some(number) => Some(Code::Number(number)),
        None => said("errorCode").map(Code::Text),
    };
    let pictures = match status {
        Status::Success => {
            Some(pictures(&data.member("response"), completed_at_ms.unwrap_or(reply.now_ms - reply.age_ms)).ok_or(NoPicture)?)
        }
        _ => None,
    };
    Ok(TaskDetails {
        task_id: text("taskId").unwrap_or_else(|| reply.asked.into()),
        success_flag: flag,
        status,
        model,
        resolution,
        operation_type: said("operationType"),
        error_message: said("errorMessage"),
        param_json,
        hidden_params,
        create_time,
        complete_time,
        created_at_ms,
        completed_at_ms,
        replied_at_ms: reply.date_ms,
        age_ms: reply.age_ms,
        retry_after_ms: reply.retry_after_ms(),
        error_code,
        pictures,
    })
}

/// Where the API gives the origin URL alone, it stands in for the result: a picture that dies in ten minutes is better than a paid one lost.
fn pictures<V: Json>(response: &V, completed_at_ms: f64) -> Option<Pictures> {
    let url = |name| web_address(response.text_at(name)?);
    let origin_image_url = url("originImageUrl");
    Some(Pictures {
        result_image_url: url("resultImageUrl").or_else(|| origin_image_url.clone())?,
        origin_image_expires_at_ms: origin_image_url.as_ref().and_then(|_| instant(completed_at_ms + ORIGIN_LIFE_MS)),
        origin_image_url,
    })
}

/// Only http(s) addresses count as URLs of pictures: what comes from outside must not become a `javascript:` link in somebody's page.
fn web_address(text: String) -> Option<String> {
    let text = text.trim_ascii();
    let begins =
        |scheme: &str| text.len() > scheme.len() && text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let clean = text.bytes().all(|byte| byte >= b' ');
    (clean && (begins("https://") || begins("http://"))).then(|| text.into())
}

/// A time as received and as an instant.
fn time<V: Json>(value: &V) -> (Option<String>, Option<f64>) {
    if let Some(ms) = value.number() {
        let mut raw = String::new();
        push_whole(&mut raw, ms);
        return (Some(raw), instant(ms));
    }
    let raw = value.text().and_then(present);
    let at = raw.as_deref().and_then(parse_time);
    (raw, at)
}
