//! `servers.toml` of the settings: the user's own rows count, and what is wrong with one is told.

use aloud::loopback::Listening;
use serde_json::Value;

use super::mail::{PASSWORD, add, aloud, code, stdout, world};

const OWN: &str = "[[server]]\nid = 'mine'\nname = 'Secret Cellar'\n\
    when = [{ greeting = 'aloud loopback' }]\ntreat = { deny = ['MOVE'], idle = 60 }\n";

fn json(output: &std::process::Output) -> Value {
    serde_json::from_str(String::from_utf8_lossy(&output.stdout).trim()).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn own_rows_count_and_faults_are_told() {
    let (server, ports, dir): (_, Listening, _) = world().await;
    let dir = dir.path();
    stdout(&add(dir, &ports));
    let show = || aloud(dir, None, &["account", "show", "1", "--json"]);
    assert_eq!(json(&show())["treated"]["imap"], serde_json::json!([]));
    let check = |found: &Value, name: &str| {
        let all = found["checks"].as_array().expect("checks").clone();
        all.into_iter().find(|check| check["check"] == name)
    };
    let plain = json(&aloud(dir, Some(PASSWORD), &["doctor", "--json"]));
    assert_eq!(check(&plain, "server-rows"), None);
    assert_eq!(check(&plain, "imap-profile"), None);

    std::fs::create_dir_all(dir.join("config")).expect("a folder");
    let bad = "[[server]]\nid = 'bad'\nname = 'Bad'\nwhen = []\ntreat = { idle = 60 }\n";
    std::fs::write(dir.join("config/servers.toml"), format!("{bad}{OWN}")).expect("written");
    let synced = aloud(dir, Some(PASSWORD), &["sync", "--once"]);
    assert_eq!(code(&synced), Some(0));
    let said = String::from_utf8_lossy(&synced.stderr).into_owned();
    assert!(said.contains("servers.toml: line 1: bad"), "{said}");
    let shown = json(&show());
    let row = &shown["treated"]["imap"][0];
    assert_eq!((&row["id"], &row["by"]), (&"mine".into(), &"greeting".into()), "{shown}");
    assert_eq!(row["own"], true);
    let text = String::from_utf8(aloud(dir, None, &["account", "show", "1"]).stdout).expect("text");
    assert!(text.contains("Secret Cellar, by its greeting [mine]"), "{text}");

    // The doctor tells it, and names nobody.
    let report = aloud(dir, Some(PASSWORD), &["doctor", "--json"]);
    let found = json(&report);
    let rows = check(&found, "server-rows").expect("rows");
    assert_eq!(rows["result"], "warning");
    assert!(rows["says"].as_str().is_some_and(|says| says.contains("line 1")), "{rows}");
    let profile = check(&found, "imap-profile").expect("a profile");
    assert_eq!((&profile["result"], found.to_string().contains("Cellar")), (&"ok".into(), false));
    let full = aloud(dir, Some(PASSWORD), &["doctor", "--json", "--details"]);
    assert!(json(&full).to_string().contains("Secret Cellar"));
    drop(server);
}
