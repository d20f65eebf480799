//! The API's own behaviour: keys, parameters, paths, created tasks, pictures; and what the log says of it all.

mod client;

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use client::{End, KEY, RECORD_INFO, Running};
use serde_json::{Value, json};

const GENERATE: &str = "/api/v1/nanobanana/generate";

#[test]
fn only_the_right_key_gets_in() {
    let simulator = Running::start(&[]);
    let path = format!("{RECORD_INFO}?taskId=success--x");
    for key in [None, Some("wrong"), Some("")] {
        let reply = simulator.get(&path, key);
        assert_eq!((reply.status, &reply.json()["code"]), (401, &json!(401)), "{key:?}");
    }
    assert_eq!(simulator.send("POST", GENERATE, None, "{}").status, 401);
    assert_eq!(simulator.get(&path, Some(KEY)).status, 200);
    let log = simulator.log("success--x");
    let keys: Vec<_> = log["looks"].as_array().unwrap().iter().map(|look| &look["rightKey"]).collect();
    assert_eq!(keys, [false, false, false, true]);
    assert_eq!(log["looks"][0]["authorization"], false);
    assert_eq!(log["looks"][1]["authorization"], true);
    assert!(!log.to_string().contains(KEY));
}

#[test]
fn options_change_who_gets_in_and_how_refusals_look() {
    let open = Running::start(&["--open"]);
    assert_eq!(open.get(&format!("{RECORD_INFO}?taskId=success"), None).json()["code"], 200);
    let body = Running::start(&["--errors-in-body", "--key=other-key"]);
    let refused = body.look("success");
    assert_eq!((refused.status, &refused.json()["code"]), (200, &json!(401)));
    let unknown = body.get(&format!("{RECORD_INFO}?taskId=nobody"), Some("other-key"));
    assert_eq!((unknown.status, &unknown.json()["code"]), (200, &json!(404)));
}

#[test]
fn queries_beyond_the_limit_of_a_key_are_refused_and_counted() {
    let simulator = Running::start(&["--queries-per-second=2", "--speed=100"]);
    let replies = [(); 4].map(|()| simulator.look("success--limited"));
    assert_eq!(replies.each_ref().map(|reply| reply.status), [200, 200, 429, 429]);
    let refused = &replies[3];
    assert_eq!((&refused.json()["code"], refused.json()["data"].is_null()), (&json!(429), true));
    assert_eq!(refused.header("retry-after"), None);
    // A wrong key has no share in it, and other paths no limit.
    assert_eq!(simulator.get(&format!("{RECORD_INFO}?taskId=success--limited"), Some("wrong")).status, 401);
    assert_eq!(simulator.send("POST", GENERATE, Some(KEY), r#"{"prompt":"a"}"#).json()["code"], 200);
    let log = simulator.log("success--limited");
    let answers: Vec<_> = log["looks"].as_array().unwrap().iter().map(|look| &look["answer"]).collect();
    assert_eq!(answers, ["success", "success", "rate-limited", "rate-limited", "unauthorized"]);
    let totals = simulator.get("/simulator/log", None).json();
    assert_eq!((&totals["looks"], &totals["rateLimited"]["count"]), (&json!(5), &json!(2)));
    assert_eq!(totals["rateLimited"]["lastAtMs"], log["looks"][3]["atMs"]);
    std::thread::sleep(Duration::from_millis(1_000));
    assert_eq!(simulator.look("success--limited").status, 200);

    let body = Running::start(&["--queries-per-second=1", "--errors-in-body"]);
    assert_eq!(body.look("success").json()["code"], 200);
    let refused = body.look("success");
    assert_eq!((refused.status, &refused.json()["code"]), (200, &json!(429)));
}

#[test]
fn wrong_parameters_ids_paths_and_methods_are_answered_as_the_api_does() {
    let simulator = Running::start(&[]);
    for query in ["", "?task_id=success", "?taskId="] {
        let reply = simulator.get(&format!("{RECORD_INFO}{query}"), Some(KEY));
        assert_eq!(reply.status, 200, "{query}");
        assert_eq!(reply.json()["code"], 500, "{query}");
        assert!(reply.json()["data"].is_null() && reply.json()["msg"].as_str().unwrap().contains("check the parameters"));
    }
    let unknown = simulator.look("t0000000000000000000000000000001");
    assert_eq!((unknown.status, &unknown.json()["msg"]), (404, &json!("Task not found")));
    let path = simulator.get("/api/v1/nanobanana/recordinfo", Some(KEY));
    assert_eq!((path.status, &path.json()["path"]), (404, &json!("/api/v1/nanobanana/recordinfo")));
    assert_eq!(simulator.send("POST", RECORD_INFO, Some(KEY), "").status, 405);
}

#[test]
fn pages_of_other_origins_are_let_in() {
    let simulator = Running::start(&[]);
    let text = format!(
        "OPTIONS {RECORD_INFO} HTTP/1.1\r\nhost: x\r\norigin: http://page\r\naccess-control-request-method: GET\r\n\
         access-control-request-headers: authorization, x-trace\r\n\r\n"
    );
    let reply = client::exchange(&simulator.address, &text);
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-headers"), Some("authorization, x-trace"));
    let reply = simulator.look("http-429-retry-3s");
    assert!(reply.header("access-control-expose-headers").unwrap().contains("Retry-After"));
}

#[test]
fn a_created_task_lives_and_ends_with_its_picture() {
    let simulator = Running::start(&["--speed=100", "--seed=5"]);
    let body = json!({ "prompt": "a medieval town", "type": "TEXTTOIAMGE", "numImages": 2, "callBackUrl": "http://x" });
    let created = simulator.send("POST", GENERATE, Some(KEY), &body.to_string()).json();
    assert_eq!((&created["code"], &created["msg"]), (&json!(200), &json!("success")));
    let id = created["data"]["taskId"].as_str().unwrap();
    let first = simulator.look(id).json();
    assert_eq!(first["data"]["successFlag"], 0);
    let data = simulator.wait(id).json()["data"].clone();
    assert_eq!(data["successFlag"], 1);
    let params: Value = serde_json::from_str(data["paramJson"].as_str().unwrap()).unwrap();
    assert_eq!(params, json!({ "prompt": "a medieval town", "type": "TEXTTOIAMGE", "numImages": 2 }));
    let picture = simulator.get(&format!("/pictures/{id}.png"), None);
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));
    assert!(picture.body.starts_with(b"\x89PNG"));

    let again = Running::start(&["--seed=5"]);
    let same = again.send("POST", GENERATE, Some(KEY), &body.to_string()).json();
    assert_eq!(same["data"]["taskId"], id);
}

#[test]
fn a_request_to_create_is_checked_and_may_name_its_outcome() {
    let simulator = Running::start(&["--speed=1000"]);
    let create = |body: &str| simulator.send("POST", GENERATE, Some(KEY), body).json();
    for wrong in ["", "{", "{}", r#"{"prompt":"a","type":"X"}"#, r#"{"prompt":"a","numImages":9}"#] {
        assert_eq!(create(wrong)["code"], 400, "{wrong}");
    }
    let outcome = |prompt: &str| {
        let created = create(&json!({ "prompt": prompt }).to_string());
        simulator.wait(created["data"]["taskId"].as_str().unwrap())
    };
    assert_eq!(outcome("please fail").json()["data"]["successFlag"], 3);
    assert_eq!(outcome("a boat simulate:http-502").status, 502);
    let echo = outcome("my very private boat simulate:failed-echo-prompt").json();
    assert!(echo["data"]["errorMessage"].as_str().unwrap().contains("my very private boat"));
}

#[test]
fn an_original_really_dies() {
    let simulator = Running::start(&["--speed=2000"]);
    let path = "/originals/success-origin-100ms--x.png";
    assert_eq!(simulator.get(path, None).status, 404);
    simulator.wait("success-origin-100ms--x");
    std::thread::sleep(Duration::from_millis(350));
    assert_eq!(simulator.get(path, None).status, 410);
    let slow = Running::start(&[]);
    slow.wait("success-origin--x");
    assert_eq!(slow.get("/originals/success-origin--x.png", None).status, 200);
}

#[test]
fn the_log_counts_looks_at_once_and_notes_who_left() {
    let simulator = Running::start(&[]);
    let text = format!("GET {RECORD_INFO}?taskId=silent--x HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\r\n");
    let connections = [(); 3].map(|()| {
        let mut stream = TcpStream::connect(&simulator.address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    });
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(simulator.log("silent--x")["inFlight"], 3);
    drop(connections);
    std::thread::sleep(Duration::from_millis(100));
    let log = simulator.log("silent--x");
    assert_eq!((&log["maxInFlight"], &log["inFlight"]), (&json!(3), &json!(0)));
    for look in log["looks"].as_array().unwrap() {
        assert_eq!((&look["clientLeft"], &look["ended"]), (&json!(true), &json!("client-left")));
        assert_eq!(look["headers"], json!(["host", "authorization"]));
        assert!(look["atMs"].is_u64() && look["method"] == "GET");
    }
    assert_eq!(simulator.get("/simulator/log", None).json()["taskIds"], json!(["silent--x"]));
}

#[test]
fn a_public_url_goes_into_picture_urls_and_connections_can_be_kept() {
    let simulator = Running::start(&["--public-url=https://demo.example/", "--keep-alive"]);
    let reply = simulator.look("success--x");
    assert_eq!(reply.end, End::TimedOut, "the connection stays open");
    let url = &reply.json()["data"]["response"]["resultImageUrl"];
    assert_eq!(url, "https://demo.example/pictures/success--x.png");
}
