//! The vocabulary of answers: everything a look at a task can be told, as plain values. Nothing here knows of HTTP machinery.

/// What one look is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A success envelope that carries a task.
    Task(TaskForm),
    /// An error of the API, by code.
    Status(Status),
    /// A complete reply whose body is not what the API describes.
    Odd(Odd),
    /// Trouble below the body: pace, cuts, resets, silence.
    Wire(Wire),
    /// A 302.
    Redirect(Target),
}

/// How far a task has come when it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Pending,
    Done,
}

/// The ways a task can look, most of them once it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskForm {
    Pending,
    /// Still flag 0, yet with a completion time: seen on sister services.
    PendingWithCompleteTime,
    Success,
    SuccessWithOrigin,
    /// As the official example writes it: `0` and `""` where live replies carry null.
    SuccessWithBlanks,
    SuccessNoUrl,
    SuccessEmptyUrl,
    SuccessNoResponse,
    SuccessScriptUrl,
    SuccessExtraFields,
    Failed(u8, ErrorCode, FailText),
    Flag(OddFlag),
    Time(OddTime),
    LongParam,
    Huge,
    WrongTypes,
}

/// The form of `errorCode` on a failed task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    Number(u16),
    Text(&'static str),
    Null,
}

/// The form of `errorMessage` on a failed task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailText {
    Plain(&'static str),
    Null,
    /// Markup and script, which a page must show as text.
    Html,
    /// The caller's prompt, which a client must not log.
    EchoPrompt,
}

/// A `successFlag` the documentation does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OddFlag {
    Number(u16),
    Text,
    Missing,
}

/// A way of writing `createTime` and `completeTime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OddTime {
    Hour24,
    IsoZ,
    Milliseconds,
    Empty,
    Null,
    Nonsense,
}

/// An error reply: the code, where it stands, and how it is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) layer: Layer,
    pub(crate) code: u16,
    pub(crate) msg: &'static str,
    pub(crate) wording: Wording,
    pub(crate) retry: Retry,
}

/// Where a code stands: in the HTTP status line too, or only in the body of an HTTP 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    Http,
    Body,
}

/// How an error's text is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wording {
    Msg,
    /// Under `message`, as newer endpoints do.
    Message,
    /// With the caller's key inside, which a client must not pass on.
    EchoKey,
}

/// Whether and how a reply asks the client to come back later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    None,
    Seconds,
    Date,
}

/// Complete replies that are not the API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Odd {
    Html(u16),
    Text1010,
    Spring404,
    CutJson,
    Empty,
    NullData,
    JsonNull,
    JsonArray,
}

/// Trouble on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Slow,
    Drip,
    DripEndless,
    CutBody,
    ResetBody,
    Reset,
    Close,
    Silent,
    /// Whole and well, but without the headers that let a page of another origin read it.
    NotForPages,
}

/// Where a redirect leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    SameOrigin,
    OtherOrigin,
    /// Of another origin, as where a sign-on has expired.
    LoginPage,
}
