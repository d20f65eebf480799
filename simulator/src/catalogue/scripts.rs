//! Scripted ids that show what scripts are for.

use super::advice::RIDE_OUT;

/// A scripted id worth showing.
pub(crate) struct Script {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) advice: &'static str,
}

/// Scripts the demo offers beside the single scenarios.
pub(crate) const SCRIPTS: &[Script] = &[
    Script {
        id: "script.not-found-body*2.pending*3.success",
        title: "Not found twice, pending three times, then the picture",
        advice: RIDE_OUT,
    },
    Script {
        id: "script.reset*2.http-502.pending*3.success",
        title: "Two resets, a 502, pending three times, then the picture",
        advice: RIDE_OUT,
    },
    Script {
        id: "script.http-429-retry-3s*2.success-2s",
        title: "Told twice to come back in 3 s, then the picture",
        advice: "Come back no earlier than told.",
    },
    Script {
        id: "script.pending*2.html-524.cut-json.silent-10s.success",
        title: "Pending, an HTML page, cut JSON, 10 s of silence, then the picture",
        advice: RIDE_OUT,
    },
    Script { id: "script.pending*2.reset-30s.success", title: "Half a minute without network in the middle", advice: RIDE_OUT },
];
