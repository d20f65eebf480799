//! Scenarios in which something else than the API answers, or nothing does.

use super::advice::{BACK_OFF, FEW_TIMES, SIGN_IN};
use super::{List, Span};
use crate::answer::{Answer, Odd, Target, Wire};

/// Refusals by something in front of the API, which may be just restarting.
const HTML_REFUSALS: &[(&str, u16, &str, &str)] = &[
    ("html-401", 401, "An HTML page with 401", SIGN_IN),
    ("html-404", 404, "An HTML page with 404", FEW_TIMES),
    ("html-409", 409, "An HTML page with 409", FEW_TIMES),
    ("html-410", 410, "An HTML page with 410", FEW_TIMES),
    ("html-499", 499, "An HTML page with 499", FEW_TIMES),
];

pub(super) fn odd_bodies(list: &mut List) {
    list.group = "Not the API's JSON";
    list.lasts("html-200", Answer::Odd(Odd::Html(200)), "An HTML page with 200", BACK_OFF);
    for (name, code, title, advice) in HTML_REFUSALS {
        list.lasts(name, Answer::Odd(Odd::Html(*code)), title, advice);
    }
    list.lasts("html-502", Answer::Odd(Odd::Html(502)), "An HTML page with 502", BACK_OFF);
    list.lasts("html-524", Answer::Odd(Odd::Html(524)), "An HTML page with 524", BACK_OFF);
    list.lasts(
        "text-1010",
        Answer::Odd(Odd::Text1010),
        "403 with the text: error code: 1010",
        "Say that the CDN refused the client, not the key.",
    );
    list.lasts("spring-404", Answer::Odd(Odd::Spring404), "Spring Boot's own 404", FEW_TIMES);
    list.lasts("cut-json", Answer::Odd(Odd::CutJson), "A whole reply with half a JSON", BACK_OFF);
    list.lasts("empty", Answer::Odd(Odd::Empty), "An empty body", BACK_OFF);
    list.lasts("json-null", Answer::Odd(Odd::JsonNull), "The JSON value null", BACK_OFF);
    list.lasts("json-array", Answer::Odd(Odd::JsonArray), "A JSON array", BACK_OFF);
    let same = "Follow with the key, or stop: one of the two, and say which.";
    list.lasts("redirect-same", Answer::Redirect(Target::SameOrigin), "302 to the same origin", same);
    let other = "Never send the key there.";
    list.lasts("redirect-other", Answer::Redirect(Target::OtherOrigin), "302 to another origin", other);
    list.lasts("redirect-login", Answer::Redirect(Target::LoginPage), "302 to a login page of another origin", SIGN_IN);
}

pub(super) fn wire(list: &mut List) {
    list.group = "Network";
    let broken = Answer::Wire;
    list.lasts("reset", broken(Wire::Reset), "Connection reset before any byte", BACK_OFF);
    list.lasts("reset-body", broken(Wire::ResetBody), "Connection reset in mid-body", BACK_OFF);
    list.lasts("close", broken(Wire::Close), "Connection closed before any byte", BACK_OFF);
    list.lasts("cut-body", broken(Wire::CutBody), "Connection closed in mid-body", BACK_OFF);
    list.lasts("silent", broken(Wire::Silent), "No answer ever comes", "Cut the request off after its own limit and ask again.");
    let unread = "In a page: tell it from a refusal by the API, and ask again. Elsewhere: return the picture.";
    list.lasts("no-cors", broken(Wire::NotForPages), "A picture in a reply that pages of other origins may not read", unread);
    let patient = "Return the picture if the request's limit allows, else ask again.";
    list.add("slow", "-3s", Span::Pace, broken(Wire::Slow), "The reply comes after 3 s", patient);
    list.add("drip", "-20ms", Span::Pace, broken(Wire::Drip), "The reply comes byte by byte", patient);
    let endless = "Cut the request off: its limit must cover the body too.";
    list.add("drip-endless", "-100ms", Span::Pace, broken(Wire::DripEndless), "Blanks, one by one, for ever", endless);
}
