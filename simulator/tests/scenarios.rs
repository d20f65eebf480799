//! Walks the list of scenarios and checks that each answers as README.md says.

mod client;

use client::{End, KEY, Reply, Running};
use serde_json::Value;

#[test]
fn every_scenario_of_the_list_answers_as_documented() {
    let simulator = Running::start(&["--speed=1000"]);
    let list = simulator.get("/simulator/scenarios", None).json();
    let list = list.as_array().unwrap();
    assert!(list.len() > 80, "{} scenarios", list.len());
    for entry in list {
        let (id, name) = (entry["id"].as_str().unwrap(), entry["name"].as_str().unwrap());
        if name == "script" {
            continue;
        }
        // Alone and without a duration where that means "for ever".
        let unlimited = entry["duration"] == "how long it lasts";
        let id = format!("{}--walk", if unlimited { name } else { id });
        if name.starts_with("pending") {
            check(name, &id, &simulator.look(&id), &simulator);
        } else {
            check(name, &id, &simulator.wait(&id), &simulator);
        }
    }
}

fn check(name: &str, id: &str, reply: &Reply, simulator: &Running) {
    let told = |holds: bool| assert!(holds, "{name}: {} {:?} {}", reply.status, reply.end, cut(reply));
    if let Some(rest) = name.strip_prefix("http-") {
        return check_code(name, rest, true, reply);
    }
    if let Some(rest) = name.strip_prefix("body-") {
        return check_code(name, rest, false, reply);
    }
    let broken = ["reset", "reset-body", "close", "cut-body", "silent", "drip-endless"];
    if !broken.contains(&name) {
        told(reply.end == End::Complete);
        assert_eq!(reply.header("access-control-allow-origin"), (name != "no-cors").then_some("*"), "{name}");
    }
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
    let data = &body["data"];
    let picture = format!("http://{}/pictures/{id}.png", simulator.address);
    let url = &data["response"]["resultImageUrl"];
    let is_picture = reply.status == 200 && data["successFlag"] == 1 && *url == *picture;
    let failed = |flag: u8| reply.status == 200 && body["code"] == 200 && data["successFlag"] == flag;
    let (code, message) = (&data["errorCode"], &data["errorMessage"]);
    let created = &data["createTime"];
    match name {
        "auto" | "success" | "slow" | "drip" | "extra-fields" | "no-cors" => {
            told(is_picture && code.is_null() && data["response"]["originImageUrl"].is_null());
            told(data["taskId"] == *id && data["operationType"] == "nanobanana_TEXTTOIAMGE");
        }
        "success-origin" => {
            told(is_picture);
            let path = format!("/originals/{id}.png");
            told(data["response"]["originImageUrl"] == *format!("http://{}{path}", simulator.address));
        }
        "success-blanks" => told(is_picture && *code == 0 && *message == ""),
        "create-failed" => told(failed(2) && *code == 400 && message.is_string()),
        "create-failed-text" => told(failed(2) && *code == "CREATE_FAILED"),
        "create-failed-null" => told(failed(2) && code.is_null() && message.is_null()),
        "generate-failed" => told(failed(3) && *code == 422 && message.is_string()),
        "generate-failed-text" => told(failed(3) && code.is_string()),
        "generate-failed-null" => told(failed(3) && code.is_null() && *message == "failed"),
        "failed-html" => told(failed(3) && message.as_str().unwrap().contains("<script>")),
        "failed-echo-prompt" => told(failed(3) && message.as_str().unwrap().contains("a lighthouse")),
        "pending" => told(data["successFlag"] == 0 && data["response"].is_null()),
        "pending-completed" => told(data["successFlag"] == 0 && data["completeTime"].is_string()),
        "not-found" => told(reply.status == 404 && body["code"] == 404),
        "not-found-body" | "late" => told(reply.status == 200 && body["code"] == 404),
        "not-found-422" => told(body["code"] == 422 && body["msg"] == "recordInfo is null"),
        "not-found-null" => told(body["code"] == 200 && data.is_null()),
        "success-no-url" => told(data["successFlag"] == 1 && url.is_null()),
        "success-empty-url" => told(data["successFlag"] == 1 && *url == ""),
        "success-no-response" => told(data["successFlag"] == 1 && data["response"].is_null()),
        "success-script-url" => told(url.as_str().unwrap().starts_with("javascript:")),
        "flag-4" => told(data["successFlag"] == 4),
        "flag-99" => told(data["successFlag"] == 99),
        "flag-text" => told(data["successFlag"] == "0"),
        "flag-missing" => told(data["taskId"] == *id && data.get("successFlag").is_none()),
        "time-hour24" => told(is_picture && created.as_str().unwrap().contains(" 24:")),
        "time-iso" => told(is_picture && created.as_str().unwrap().ends_with('Z')),
        "time-ms" => told(is_picture && created.is_u64() && data["completeTime"].is_u64()),
        "time-empty" => told(is_picture && *created == ""),
        "time-null" => told(is_picture && created.is_null()),
        "time-nonsense" => told(is_picture && created.is_string()),
        "long-param" => told(is_picture && data["paramJson"].as_str().unwrap().len() > 20_000),
        "huge" => told(is_picture && reply.body.len() > 5_000_000),
        "wrong-types" => told(body["code"] == "200" && data["taskId"] == 42),
        "html-200" | "html-401" | "html-404" | "html-409" | "html-410" | "html-499" | "html-502" | "html-524" => {
            told(name.ends_with(&reply.status.to_string()) && reply.text().starts_with("<!DOCTYPE html>"));
        }
        "text-1010" => told(reply.status == 403 && reply.text() == "error code: 1010"),
        "spring-404" => told(reply.status == 404 && body["error"] == "Not Found" && body.get("code").is_none()),
        "cut-json" => told(reply.status == 200 && body.is_null() && reply.body.starts_with(b"{")),
        "empty" => told(reply.status == 200 && reply.body.is_empty()),
        "json-null" => told(reply.text() == "null"),
        "json-array" => told(body.is_array()),
        "redirect-same" | "redirect-other" | "redirect-login" => told(reply.status == 302 && reply.header("location").is_some()),
        "reset" => told(reply.end == End::Reset && reply.head.is_empty()),
        "reset-body" => told(reply.end == End::Reset && reply.status == 200 && !reply.body.is_empty()),
        "close" => told(reply.end == End::Cut && reply.head.is_empty()),
        "cut-body" => told(reply.end == End::Cut && reply.status == 200 && !reply.body.is_empty()),
        "silent" => told(reply.end == End::TimedOut && reply.head.is_empty()),
        "drip-endless" => told(reply.status == 200 && reply.end == End::TimedOut),
        other => panic!("{other} is not checked: say here what it answers"),
    }
}

/// `http-CODE…` and `body-CODE…`.
fn check_code(name: &str, rest: &str, in_status: bool, reply: &Reply) {
    let (code, variant) = rest.split_once('-').unwrap_or((rest, ""));
    let code: u16 = code.parse().unwrap();
    let body = reply.json();
    assert_eq!(reply.status, if in_status { code } else { 200 }, "{name}");
    assert_eq!(body["code"], code, "{name}");
    let retry = reply.header("retry-after");
    match variant {
        "" | "parameters" => assert!(retry.is_none() && body["msg"].is_string(), "{name}"),
        "retry" => assert_eq!(retry, Some("3"), "{name}"),
        "retry-date" => assert!(retry.unwrap().ends_with(" GMT"), "{name}"),
        "message" => assert!(body["message"].is_string() && body.get("msg").is_none(), "{name}"),
        "echo-key" => assert!(body["msg"].as_str().unwrap().contains(KEY), "{name}"),
        other => panic!("{other} is not checked"),
    }
}

fn cut(reply: &Reply) -> String {
    reply.text().chars().take(300).collect()
}

#[test]
fn readme_and_list_name_the_same_scenarios() {
    let simulator = Running::start(&[]);
    let list = simulator.get("/simulator/scenarios", None).json();
    let readme = include_str!("../README.md");
    for entry in list.as_array().unwrap() {
        let name = entry["name"].as_str().unwrap();
        let plain_code = name.split_once('-').is_some_and(|(layer, code)| {
            ["http", "body"].contains(&layer) && code.parse::<u16>().is_ok_and(|_| readme.contains(&format!("`{code}`")))
        });
        assert!(plain_code || readme.contains(&format!("`{name}")), "{name} is missing from README.md");
        for field in ["id", "group", "title", "expect", "duration"] {
            assert!(entry[field].as_str().is_some_and(|text| !text.is_empty()), "{name}: {field}");
        }
    }
}

#[test]
fn a_script_answers_look_by_look() {
    let simulator = Running::start(&[]);
    let id = "script.reset*2.http-502.pending*3.success--x";
    let answers = [(); 8].map(|()| {
        let reply = simulator.look(id);
        (reply.status, reply.end == End::Reset)
    });
    let (reset, bad, fine) = ((0, true), (502, false), (200, false));
    assert_eq!(answers, [reset, reset, bad, fine, fine, fine, fine, fine]);
    let looks = simulator.log(id)["looks"].clone();
    let names: Vec<&str> = looks.as_array().unwrap().iter().map(|look| look["answer"].as_str().unwrap()).collect();
    let expected = ["reset", "reset", "http-502", "pending", "pending", "pending", "success", "success"];
    assert_eq!(names, expected);
}

#[test]
fn an_outage_ends_by_the_clock() {
    let simulator = Running::start(&["--speed=20"]);
    let id = "reset-4s--x";
    assert_eq!(simulator.look(id).end, End::Reset);
    std::thread::sleep(std::time::Duration::from_millis(210));
    assert_eq!(simulator.wait(id).json()["data"]["successFlag"], 1);
}

#[test]
fn redirects_lead_where_they_say_and_the_other_origin_remembers() {
    let simulator = Running::start(&[]);
    let same = simulator.look("redirect-same--x");
    let path = same.header("location").unwrap().strip_prefix(&format!("http://{}", simulator.address)).unwrap().to_owned();
    assert_eq!(simulator.get(&path, Some(KEY)).json()["data"]["successFlag"], 1);
    assert_eq!(simulator.log("redirect-same--x")["looks"][1]["answer"], "redirected");

    let login = simulator.look("redirect-login--x");
    let path = login.header("location").unwrap().strip_prefix(&format!("http://{}", simulator.other_address)).unwrap().to_owned();
    let page = client::exchange(&simulator.other_address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n"));
    assert!(page.status == 200 && page.text().contains("Sign in") && page.header("access-control-allow-origin").is_none());

    let other = simulator.look("redirect-other--x");
    let location = other.header("location").unwrap();
    let path = location.strip_prefix(&format!("http://{}", simulator.other_address)).unwrap();
    assert_eq!(simulator.log("redirect-other--x")["otherOrigin"]["looks"], serde_json::json!([]));
    let text = format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\r\n");
    assert_eq!(client::exchange(&simulator.other_address, &text).status, 200);
    let seen = &simulator.log("redirect-other--x")["otherOrigin"]["looks"][0];
    assert_eq!((&seen["authorization"], &seen["rightKey"]), (&true.into(), &true.into()));
}
