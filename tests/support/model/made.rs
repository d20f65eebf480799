//! What a scenario is made of: terms, handles, readings and latencies, most of them sane and some of them nonsense.

use crate::support::bytes::Bytes;
use nanobanana_task::reply::{Class, Code, Kind, Model, Pictures, Problem, Reading, Resolution, Status, TaskDetails};
use nanobanana_task::wait::{Handle, Pace, Terms};

const INFINITE: f64 = f64::INFINITY;

/// What an answer to a look is to be.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) reading: Reading,
    /// Infinite for none at all.
    pub(super) after_ms: f64,
    /// It is not the last: the reply goes on.
    pub(super) goes_on: bool,
}

pub(super) fn requests_per_second(bytes: &mut Bytes<'_>) -> f64 {
    bytes.pick(&[INFINITE, 2.0, 0.5, 1.0, 10.0, 1_000.0, 0.01])
}

pub(super) fn terms(bytes: &mut Bytes<'_>) -> Terms {
    let once = bytes.one_in(5);
    Terms {
        once,
        timeout_ms: bytes.pick(&[600_000.0, INFINITE, 60_000.0, 5_000.0, 1_700.0, 20_000.0, 0.5, 3_000_000.0]),
        not_found_grace_ms: bytes.pick(&[20_000.0, 0.0, INFINITE, 3_000.0, 60_000.0]),
        request_timeout_ms: bytes.pick(&[15_000.0, 2_000.0, 60_000.0, INFINITE, 50.0, 0.7]),
        // Only a single look may leave the queue before its turn.
        queue_timeout_ms: if once { bytes.pick(&[INFINITE, INFINITE, 1.0, 3_000.0]) } else { INFINITE },
        pace: bytes.pick(&[Pace::Normal, Pace::Eager, Pace::Gentle]),
    }
}

/// One that nobody gave out.
pub(super) fn handle(bytes: &mut Bytes<'_>, task_id: &str, wall_ms: f64) -> Handle {
    let started_at_ms = match bytes.below(8) {
        0 => 0.0,
        1 => 1e308,
        _ => (wall_ms + bytes.pick(&[-200_000.0, 0.0, -1e7, 50_000.0, 3_600_000.0, -1_000.0])).floor().max(0.0),
    };
    let span_ms = bytes.pick(&[Some(300_000.0), None, Some(0.0), Some(20_000.0), Some(1e7), Some(1.0), Some(7e307)]);
    Handle { task_id: task_id.into(), started_at_ms, deadline_at_ms: span_ms.map(|span| started_at_ms + span) }
}

/// What jitter is told. Not all chance is what it should be.
pub(super) fn random(bytes: &mut Bytes<'_>) -> f64 {
    match bytes.byte() {
        255 => 9.0,
        254 => -3.0,
        byte => f64::from(byte) / 254.0,
    }
}

pub(super) fn answer(bytes: &mut Bytes<'_>, wall_ms: f64) -> Answer {
    let after_ms = bytes.pick(&[50.0, 0.0, 0.3, 400.0, 1_900.0, 14_900.0, 40_000.0, INFINITE, 150.0, 3_000.0]);
    let reading = match bytes.below(10) {
        0..=3 => task(bytes, wall_ms, &[Status::Generating, Status::Generating, Status::Unknown]),
        4 => task(bytes, wall_ms, &[Status::Success, Status::GenerateFailed, Status::CreateTaskFailed]),
        _ => problem(bytes),
    };
    Answer { reading, after_ms, goes_on: bytes.one_in(5) }
}

fn task(bytes: &mut Bytes<'_>, wall_ms: f64, among: &[Status]) -> Reading {
    let status = bytes.pick(among);
    let age_ms = bytes.pick(&[None, Some(0.0), Some(20_000.0), Some(120_000.0), Some(1e6), Some(-28_800_000.0), Some(3e9)]);
    let created_at_ms = age_ms.map(|age| wall_ms - age);
    let took_ms = bytes.pick(&[None, Some(8_000.0), Some(90_000.0), Some(0.0), Some(-5_000.0), Some(1e15)]);
    let pictures = Pictures { result_image_url: "https://x.test/a.png".into(), origin_image_url: None, origin_image_expires_at_ms: None };
    let details = TaskDetails {
        task_id: "t1".into(),
        success_flag: match status {
            Status::Generating => 0.0,
            Status::Success => 1.0,
            Status::CreateTaskFailed => 2.0,
            Status::GenerateFailed => 3.0,
            Status::Unknown => f64::NAN,
        },
        status,
        param_json: None,
        hidden_params: None,
        model: bytes.pick(&[Model::Standard, Model::Pro, Model::Unknown, Model::Two]),
        resolution: bytes.pick(&[Resolution::Unknown, Resolution::OneK, Resolution::TwoK, Resolution::FourK]),
        operation_type: None,
        create_time: None,
        complete_time: None,
        created_at_ms,
        completed_at_ms: took_ms.zip(created_at_ms).map(|(took, created)| created + took),
        replied_at_ms: None,
        age_ms: bytes.pick(&[0.0, 0.0, 30_000.0, 1e18]),
        retry_after_ms: bytes.pick(&[None, None, Some(7_000.0), Some(3_600_000.0)]),
        error_code: bytes.one_in(4).then(|| Code::Text("E".into())),
        error_message: None,
        pictures: (status == Status::Success).then_some(pictures),
    };
    Reading::Task(details.into())
}

fn problem(bytes: &mut Bytes<'_>) -> Reading {
    use Class::{FewTimes, FewTimesOnceSeen, Final, NotThereYet, Passing, PassingOnceSeen, Redirected, Unclear};
    use Kind::{InvalidArgument, InvalidReply, Network, NotFound, RateLimited, Server, Unauthorized};
    let (kind, class) = bytes.pick(&[
        (Network, Passing),
        (Server, Passing),
        (NotFound, NotThereYet),
        (RateLimited, Passing),
        (Server, Unclear),
        (InvalidReply, Unclear),
        (NotFound, NotThereYet),
        (RateLimited, Unclear),
        (RateLimited, NotThereYet),
        (Unauthorized, FewTimesOnceSeen),
        (Unauthorized, Redirected),
        (InvalidReply, FewTimes),
        (Network, PassingOnceSeen),
        (RateLimited, FewTimes),
        (Unauthorized, Final),
        (InvalidArgument, Final),
    ]);
    let asked = bytes.pick(&[None, None, Some(7_000.0), None, Some(300.0), Some(1_000.0), Some(60_000.0), Some(3_600_000.0), Some(-4.0)]);
    let (code, http_status) = bytes.pick(&[(None, None), (Some(500.0), Some(200)), (Some(455.0), Some(200)), (None, Some(455))]);
    Reading::Problem(
        Problem { retry_after_ms: asked, code: code.map(Code::Number), http_status, ..Problem::without_reply(kind, class, "no") }.into(),
    )
}
