//! The bodies of replies, as JSON values. Pure: all it needs to know comes in as [`Facts`].

use serde_json::{Map, Value, json};

use crate::answer::{ErrorCode, FailText, OddFlag, OddTime, Phase, Status, TaskForm, Wording};
use crate::times;

const PROMPT: &str = "a lighthouse above a quiet sea, paper cut style";
const MARKUP: &str = "<img src=x onerror=\"document.title='markup ran'\"><script>document.title='script ran'</script><b>refused</b>";

/// What a reply says beside its form.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) task_id: String,
    /// Scheme and host under which the client reached the simulator.
    pub(crate) base_url: String,
    pub(crate) created_unix_ms: u64,
    pub(crate) finished_unix_ms: Option<u64>,
    pub(crate) param_json: Option<String>,
    pub(crate) prompt: Option<String>,
    pub(crate) kind: String,
}

impl Facts {
    fn result_url(&self) -> String {
        format!("{}/pictures/{}.png", self.base_url, self.task_id)
    }

    fn origin_url(&self) -> String {
        format!("{}/originals/{}.png", self.base_url, self.task_id)
    }

    fn prompt(&self) -> &str {
        self.prompt.as_deref().unwrap_or(PROMPT)
    }

    fn params(&self) -> String {
        let own = || json!({ "numImages": 1, "prompt": PROMPT, "type": self.kind }).to_string();
        self.param_json.clone().unwrap_or_else(own)
    }
}

/// The success envelope around `data`.
pub(crate) fn envelope(data: &Value) -> Value {
    json!({ "code": 200, "msg": "success", "data": data })
}

/// An error envelope. `key` is what the caller sent, for the scenarios that repeat it.
pub(crate) fn error(status: &Status, key: &str) -> Value {
    let (code, msg) = (status.code, status.msg);
    match status.wording {
        Wording::Msg => json!({ "code": code, "msg": msg, "data": null }),
        Wording::Message => json!({ "code": code, "message": msg, "data": null }),
        Wording::EchoKey => {
            json!({ "code": code, "msg": format!("{msg}: the key {key} is not valid"), "data": null })
        }
    }
}

/// Spring Boot's own error page, as JSON.
pub(crate) fn spring(status: u16, reason: &str, path: &str, now_unix_ms: u64) -> Value {
    json!({ "timestamp": times::spring(now_unix_ms), "status": status, "error": reason, "path": path })
}

/// A task in its envelope.
pub(crate) fn task(form: TaskForm, phase: Phase, facts: &Facts) -> Value {
    if form == TaskForm::WrongTypes {
        return wrong_types();
    }
    let mut data = match (phase, form) {
        (Phase::Pending, _) | (_, TaskForm::Pending | TaskForm::PendingWithCompleteTime | TaskForm::Flag(_)) => pending(facts),
        (Phase::Done, TaskForm::Failed(flag, code, text)) => failed(flag, code, text, facts),
        (Phase::Done, _) => success(facts),
    };
    patch(&mut data, form, phase, facts);
    envelope(&Value::Object(data))
}

fn pending(facts: &Facts) -> Map<String, Value> {
    fields([
        ("taskId", json!(facts.task_id)),
        ("paramJson", json!(facts.params())),
        ("completeTime", Value::Null),
        ("response", Value::Null),
        ("successFlag", json!(0)),
        ("errorCode", Value::Null),
        ("errorMessage", Value::Null),
        ("operationType", json!(format!("nanobanana_{}", facts.kind))),
        ("createTime", json!(times::zoneless(facts.created_unix_ms))),
    ])
}

fn ended(facts: &Facts, flag: u8) -> Map<String, Value> {
    let mut data = pending(facts);
    let finished = facts.finished_unix_ms.unwrap_or(facts.created_unix_ms);
    data.insert("successFlag".into(), json!(flag));
    data.insert("completeTime".into(), json!(times::zoneless(finished)));
    data
}

fn success(facts: &Facts) -> Map<String, Value> {
    let mut data = ended(facts, 1);
    data.insert("response".into(), json!({ "originImageUrl": null, "resultImageUrl": facts.result_url() }));
    data
}

fn failed(flag: u8, code: ErrorCode, text: FailText, facts: &Facts) -> Map<String, Value> {
    let mut data = ended(facts, flag);
    let code = match code {
        ErrorCode::Number(code) => json!(code),
        ErrorCode::Text(code) => json!(code),
        ErrorCode::Null => Value::Null,
    };
    let text = match text {
        FailText::Plain(text) => json!(text),
        FailText::Null => Value::Null,
        FailText::Html => json!(MARKUP),
        FailText::EchoPrompt => json!(format!("The prompt \"{}\" was refused by the content policy", facts.prompt())),
    };
    data.insert("errorCode".into(), code);
    data.insert("errorMessage".into(), text);
    data
}

/// Changes a regular task into the odd form that was asked for.
fn patch(data: &mut Map<String, Value>, form: TaskForm, phase: Phase, facts: &Facts) {
    let urls = |origin: Value, result: Value| json!({ "originImageUrl": origin, "resultImageUrl": result });
    match (form, phase) {
        (TaskForm::PendingWithCompleteTime, _) => set(data, "completeTime", json!(times::zoneless(facts.created_unix_ms))),
        (TaskForm::Flag(OddFlag::Number(flag)), _) => set(data, "successFlag", json!(flag)),
        (TaskForm::Flag(OddFlag::Text), _) => set(data, "successFlag", json!("0")),
        (TaskForm::Flag(OddFlag::Missing), _) => {
            data.remove("successFlag");
        }
        (TaskForm::Time(time), _) => odd_times(data, time, phase, facts),
        (_, Phase::Pending) => {}
        (TaskForm::SuccessWithOrigin, _) => set(data, "response", urls(json!(facts.origin_url()), json!(facts.result_url()))),
        (TaskForm::SuccessWithBlanks, _) => {
            set(data, "response", urls(json!(""), json!(facts.result_url())));
            set(data, "errorCode", json!(0));
            set(data, "errorMessage", json!(""));
            set(data, "paramJson", json!(""));
        }
        (TaskForm::SuccessNoUrl, _) => set(data, "response", urls(Value::Null, Value::Null)),
        (TaskForm::SuccessEmptyUrl, _) => set(data, "response", urls(json!(""), json!(""))),
        (TaskForm::SuccessNoResponse, _) => set(data, "response", Value::Null),
        (TaskForm::SuccessScriptUrl, _) => {
            set(data, "response", urls(Value::Null, json!("javascript:document.title='script ran'")));
        }
        (TaskForm::SuccessExtraFields, _) => {
            set(data, "status", json!("SUCCESS"));
            set(data, "progress", json!("1.00"));
            set(data, "fallbackFlag", json!(false));
            set(data, "extra", json!({ "list": [1, null, "x"], "__proto__": { "polluted": true } }));
        }
        (TaskForm::LongParam, _) => {
            let prompt = PROMPT.chars().chain([' ']).cycle().take(20_000).collect::<String>();
            set(data, "paramJson", json!(json!({ "numImages": 1, "prompt": prompt, "type": facts.kind }).to_string()));
        }
        (TaskForm::Huge, _) => set(data, "padding", json!("x".repeat(5 * 1024 * 1024))),
        _ => {}
    }
}

fn odd_times(data: &mut Map<String, Value>, time: OddTime, phase: Phase, facts: &Facts) {
    let write = |unix_ms: u64| match time {
        OddTime::Hour24 => json!(times::hour_24(unix_ms)),
        OddTime::IsoZ => json!(times::iso_z(unix_ms)),
        OddTime::Milliseconds => json!(unix_ms),
        OddTime::Empty => json!(""),
        OddTime::Null => Value::Null,
        OddTime::Nonsense => json!("the day before yesterday"),
    };
    set(data, "createTime", write(facts.created_unix_ms));
    if phase == Phase::Done {
        set(data, "completeTime", write(facts.finished_unix_ms.unwrap_or(facts.created_unix_ms)));
    }
}

/// Numbers as text, text as numbers, lists as objects: all at once.
fn wrong_types() -> Value {
    json!({
        "code": "200",
        "msg": { "text": "success" },
        "data": {
            "taskId": 42, "paramJson": { "prompt": [] }, "completeTime": false, "response": ["picture.png"],
            "successFlag": [1], "errorCode": { "code": 0 }, "errorMessage": 0.5, "operationType": null, "createTime": [2026, 1, 6],
        },
    })
}

fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn set(data: &mut Map<String, Value>, name: &str, value: Value) {
    data.insert(name.to_owned(), value);
}
