//! Scenarios in which the API answers with a task, regular or odd.

use super::advice::{KEEP, NO_PICTURE, PICTURE, TASK_FAILED};
use super::{List, Span};
use crate::answer::{Answer, ErrorCode, FailText, OddFlag, OddTime, TaskForm};

pub(super) fn outcomes(list: &mut List) {
    use ErrorCode::{Null, Number, Text};
    use FailText::Plain;
    list.group = "Outcomes";
    let auto = Answer::Task(TaskForm::Success);
    list.add("auto", "", Span::Seeded, auto, "A picture after 8 to 40 s, as the seed draws it", PICTURE);
    list.ends("success", "-8s", TaskForm::Success, "A picture after 8 s", PICTURE);
    list.ends("success-origin", "-8s", TaskForm::SuccessWithOrigin, "A picture and its 10-minute original", PICTURE);
    list.ends("success-blanks", "-2s", TaskForm::SuccessWithBlanks, "A picture, with \"\" and 0 in place of null", PICTURE);
    let failures = [
        ("create-failed", 2, Number(400), Plain("Generation failed on provider side"), "CREATE_TASK_FAILED, code 400"),
        ("create-failed-text", 2, Text("CREATE_FAILED"), Plain("failed"), "CREATE_TASK_FAILED, code as text"),
        ("create-failed-null", 2, Null, FailText::Null, "CREATE_TASK_FAILED, neither code nor message"),
        ("generate-failed", 3, Number(422), Plain("The prompt was refused by the content policy"), "GENERATE_FAILED, code 422"),
        ("generate-failed-text", 3, Text("POLICY"), Plain("failed"), "GENERATE_FAILED, code as text"),
        ("generate-failed-null", 3, Null, Plain("failed"), "GENERATE_FAILED, no code, the bare word failed"),
        ("failed-html", 3, Number(500), FailText::Html, "GENERATE_FAILED, with HTML and script in the message"),
        ("failed-echo-prompt", 3, Number(422), FailText::EchoPrompt, "GENERATE_FAILED, the message repeats the prompt"),
    ];
    for (name, flag, code, text, title) in failures {
        list.ends(name, "-4s", TaskForm::Failed(flag, code, text), title, TASK_FAILED);
    }
    list.lasts("pending", Answer::Task(TaskForm::Pending), "Pending for ever", KEEP);
}

pub(super) fn odd_tasks(list: &mut List) {
    list.group = "Odd tasks";
    let task = Answer::Task;
    list.ends("success-no-url", "-2s", TaskForm::SuccessNoUrl, "Flag 1, both URLs null", NO_PICTURE);
    list.ends("success-empty-url", "-2s", TaskForm::SuccessEmptyUrl, "Flag 1, empty URL", NO_PICTURE);
    list.ends("success-no-response", "-2s", TaskForm::SuccessNoResponse, "Flag 1, response null", NO_PICTURE);
    list.ends("success-script-url", "-2s", TaskForm::SuccessScriptUrl, "Flag 1, a javascript: URL", NO_PICTURE);
    list.lasts("flag-4", task(TaskForm::Flag(OddFlag::Number(4))), "Flag 4, unknown", KEEP);
    list.lasts("flag-99", task(TaskForm::Flag(OddFlag::Number(99))), "Flag 99, unknown", KEEP);
    list.lasts("flag-text", task(TaskForm::Flag(OddFlag::Text)), "Flag as text: \"0\"", KEEP);
    list.lasts("flag-missing", task(TaskForm::Flag(OddFlag::Missing)), "No flag at all", KEEP);
    list.lasts("pending-completed", task(TaskForm::PendingWithCompleteTime), "Flag 0 with a completion time", KEEP);
    let times = [
        ("time-hour24", OddTime::Hour24, "Times with hour 24"),
        ("time-iso", OddTime::IsoZ, "Times in ISO form with Z"),
        ("time-ms", OddTime::Milliseconds, "Times as a number of ms"),
        ("time-empty", OddTime::Empty, "Times \"\""),
        ("time-null", OddTime::Null, "Times null"),
        ("time-nonsense", OddTime::Nonsense, "Times that are none"),
    ];
    for (name, time, title) in times {
        list.ends(name, "-2s", TaskForm::Time(time), title, "Return the picture; an unreadable time is no error.");
    }
    list.ends("extra-fields", "-2s", TaskForm::SuccessExtraFields, "Fields nobody documented", PICTURE);
    list.ends("long-param", "-2s", TaskForm::LongParam, "20 KB of paramJson", PICTURE);
    list.ends("huge", "-2s", TaskForm::Huge, "A reply of 5 MB", "Return the picture, or refuse the size; do not hang.");
    list.lasts("wrong-types", task(TaskForm::WrongTypes), "Every field of another type", "No crash; keep waiting or back off.");
}
