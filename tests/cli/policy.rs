//! `policy.toml` from the command line.

use super::mail::{add, aloud, code, stdout, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_holds_and_half_a_rule_lets_nothing_start() {
    let (_server, ports, dir) = world().await;
    let dir = dir.path();
    let file = dir.join("policy.toml");
    std::fs::write(&file, "domains = [\"example.org\"]\n").expect("written");
    let refused = add(dir, &ports);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(code(&refused) == Some(2) && said.contains("administrator"), "{said}");
    std::fs::write(&file, "domains = [\"example.com\"\n").expect("written");
    for command in [&["account", "list"][..], &["list"], &["doctor"]] {
        let ended = aloud(dir, None, command);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(code(&ended) == Some(1) && said.contains("policy.toml"), "{command:?}: {said}");
    }
    std::fs::write(&file, "domains = [\"example.com\"]\n").expect("written");
    stdout(&add(dir, &ports));
}
