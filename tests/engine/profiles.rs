//! How servers are treated by the rows of `assets/servers.toml`: each row against a server that is as
//! the row says (`loopback::profiles`).

use aloud::{engine::AccountSettings, loopback::Loopback, model::Secret};

use crate::support::user::{Desk, server};

/// A desk whose account is at a server of this name, which is the built-in one: in-process, so that
/// no TLS is asked for (`demo`).
async fn at(server: Loopback, change: impl FnOnce(&mut AccountSettings)) -> Desk {
    let desk = Desk::bare(server, |settings| {
        settings.demo = true;
        change(settings);
    })
    .await;
    let secret = Secret::new("secret".into());
    desk.engine.supply_password(desk.account, secret).await.expect("kept");
    desk
}

fn letter(name: &str) -> String {
    format!(
        "From: Ada <ada@example.net>\nMessage-ID: <{name}@example.net>\nSubject: {name}\n\nHi\n"
    )
}

/// What a server offers and is not believed is not asked for; elsewhere it is.
#[tokio::test]
async fn what_is_not_believed_is_not_used() {
    for (host, enabled) in [("imap.mail.me.com", false), ("imap.example.com", true)] {
        let desk = at(server(), |settings| settings.imap.host = host.into()).await;
        desk.deliver(&letter("one"));
        desk.sync().await;
        desk.deliver(&letter("two"));
        desk.sync().await;
        let asked = desk.server.commands().iter().any(|said| said.contains("ENABLE QRESYNC"));
        assert_eq!(asked, enabled, "{host}");
        assert_eq!(desk.inbox().await.len(), 2, "{host}");
    }
}
