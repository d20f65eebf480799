//! What a client should do, in the words that several scenarios share.

pub(super) const RIDE_OUT: &str = "Ride it out and return the picture.";
pub(super) const PICTURE: &str = "Wait, then return the picture.";
pub(super) const TASK_FAILED: &str = "Stop: the task failed. Give its code and message.";
pub(super) const FINAL: &str = "Stop: asking again cannot help.";
pub(super) const BACK_OFF: &str = "Back off with jitter and ask again; limit the failures in a row.";
pub(super) const GRACE: &str = "Keep asking within a grace span, then stop: no such task.";
pub(super) const KEEP: &str = "Keep waiting until the deadline.";
pub(super) const NO_PICTURE: &str = "Ask a few times more, then stop: success without a usable picture is an error of its own.";
pub(super) const FEW_TIMES: &str = "Ask a few times more, then stop: this is not the API. Name host and path.";
pub(super) const SIGN_IN: &str = "Ask a few times more, then stop: without a key, say that the user has to sign in again.";
