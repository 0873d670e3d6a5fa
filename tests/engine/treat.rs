//! "Treat mail like this as voice mail" and its opposite: a row in the user's own table, undone by the
//! same button. Alone in its process group of tests it changes the table of the process, so it looks
//! at addresses of its own only.

use std::fs;

use aloud::{message::vendors::Kind, model::MessageKind};

use crate::support::user::{Desk, server};

fn memo(id: &str) -> String {
    format!(
        "From: Memo <memo@treated.example>\nTo: robin@example.com\nSubject: Hello\n\
         Message-ID: <{id}@treated.example>\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nHello there\n\
         --x\nContent-Type: audio/basic\nContent-Transfer-Encoding: base64\n\n////////////////\n--x--\n"
    )
}

#[tokio::test]
async fn mail_like_this_is_treated_as_voice_mail_until_that_is_undone() {
    let config = tempfile::tempdir().expect("a folder");
    let file = config.path().join("settings").join("vendors.toml");
    let desk = Desk::with(server(), |options| options.vendors = Some(file.clone())).await;
    for id in ["one", "two"] {
        desk.deliver(&memo(id));
    }
    desk.sync().await;
    let kinds =
        async || -> Vec<MessageKind> { desk.inbox().await.iter().map(|row| row.kind).collect() };
    let wait_for = async |kind: MessageKind| {
        for _ in 0..200 {
            if kinds().await == [kind, kind] {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{:?}", kinds().await);
    };
    let keys: Vec<_> = desk.inbox().await.iter().map(|row| row.key).collect();
    for key in &keys {
        desk.engine.open(*key).await.expect("opened");
    }
    assert_eq!(kinds().await, [MessageKind::Email; 2]);
    fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    fs::write(&file, "# mine\n").expect("written");
    let undo = desk.engine.treat_as(keys[0], Kind::Voice).await.expect("treated");
    wait_for(MessageKind::Voice).await;
    let opened = desk.engine.open(keys[0]).await.expect("opened");
    assert_eq!(opened.mail.kind, MessageKind::Voice);
    // What comes later is voice mail too, and the opposite comes before it.
    let back = desk.engine.treat_as(keys[1], Kind::Mail).await.expect("treated");
    wait_for(MessageKind::Email).await;
    desk.engine.undo(back).await.expect("undone");
    wait_for(MessageKind::Voice).await;
    desk.engine.undo(undo).await.expect("undone");
    wait_for(MessageKind::Email).await;
    assert_eq!(fs::read_to_string(&file).expect("there"), "# mine\n", "what I wrote stays");
}

#[tokio::test]
async fn without_a_file_or_an_address_nothing_is_treated() {
    let desk = Desk::new().await;
    desk.deliver(&memo("bare"));
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    assert!(desk.engine.treat_as(key, Kind::Voice).await.is_err(), "no file");
}
