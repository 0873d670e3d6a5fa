//! How servers are treated by the rows of `assets/servers.toml`: each row against a server that is as
//! the row says (`loopback::profiles`).

use std::{sync::Arc, time::Duration};

use aloud::{
    engine::{
        AccountSettings, ListQuery, ListRow, Mark, OutboxState, Progress, Scope, Sort,
        servers::Table,
    },
    loopback::{
        CommandFault, Faults, Loopback, Protocol, When,
        profiles::{Scripted, scripted},
    },
    model::{Flag, Secret, imap::MailboxRole},
};
use futures::{StreamExt, stream};

use super::account::{self, attach_to, imap_commands};
use crate::support::{
    fake_store::Memory,
    user::{Desk, server},
};

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

const SENT: &str = "From: robin@example.com\r\nTo: ada@example.net\r\nSubject: Sent\r\n\
                    Message-ID: <sent@example.com>\r\n\r\nHello.\r\n";

/// The rows of a mailbox, by its name on the server.
async fn rows(desk: &Desk, name: &str) -> Vec<ListRow> {
    let mailboxes = desk.engine.mailboxes().await.expect("mailboxes");
    let named =
        |m: &&aloud::engine::Mailbox| m.name == name || (name.contains('&') && m.name == "已删除");
    let Some(mailbox) = mailboxes.iter().find(named) else { return Vec::new() };
    let scope = Scope::Mailbox(mailbox.id);
    let query =
        ListQuery { scope, sort: Sort::Oldest, search: String::new(), offset: 0, limit: 1000 };
    desk.engine.list(query).await.expect("a page").rows
}

/// What a scenario ends with that is not as on the server, or took more than it should.
async fn differs(desk: &mut Desk, server: &Scripted) -> Result<(), String> {
    let named = |name: &str| format!("{}{name}", server.top.unwrap_or_default());
    let trash = server.trash.map_or_else(|| named("Trash"), str::to_owned);
    if server.top.is_some() {
        desk.server.change(|all| {
            for name in ["Archive", "Sent", "Trash", "Drafts", "Junk"] {
                all.delete(name).expect("gone");
            }
        });
    }
    if let Some(name) = server.trash {
        desk.server.change(|all| {
            all.delete("Trash").expect("gone");
            all.create(name, MailboxRole::Plain).expect("made");
        });
    }
    desk.server.fault_always(Protocol::Imap, server.imap.clone());
    desk.server.fault_always(Protocol::Smtp, server.smtp.clone());
    let long = "A line of some length that stands here many times.\n".repeat(3_000);
    desk.deliver(&format!("{}{long}", letter("long")));
    let many = 130;
    for name in 0..many {
        desk.deliver(&letter(&format!("m{name}")));
    }
    let pass = async |desk: &Desk| {
        let reports = desk.engine.sync_once(None).await.map_err(|error| format!("{error:?}"))?;
        match reports.iter().all(|report| report.errors.is_empty()) {
            true => Ok(()),
            false => Err(format!("{:?}", reports[0].errors)),
        }
    };
    // Sign in, first fetch, the whole of a long message; arrival.
    pass(desk).await?;
    let all = rows(desk, "INBOX").await;
    let key = |name: &str| all.iter().find(|row| row.subject == name).map(|row| row.key);
    let first = key("long").ok_or("the first message is not there")?;
    let raw = desk.engine.raw(first).await.map_err(|error| format!("{error:?}"))?;
    let whole = desk.server.mailbox("INBOX").expect("it").messages()[0].octets.clone();
    if raw[..] != whole[..] {
        return Err(format!("{} octets of {}", raw.len(), whole.len()));
    }
    // What is here as a whole is not asked for again.
    desk.server.forget_commands();
    desk.engine.raw(first).await.map_err(|error| format!("{error:?}"))?;
    if desk.server.commands().iter().any(|said| said.contains("BODY.PEEK[]")) {
        return Err("a message is never whole".into());
    }
    desk.deliver(&letter("late"));
    pass(desk).await?;

    // Mark, move, delete, send; what is refused for now is made up for.
    desk.server.fault_always(
        Protocol::Imap,
        Faults {
            at: [server.once.at.clone(), server.imap.at.clone()].concat(),
            ..server.imap.clone()
        },
    );
    desk.restart().await;
    if server.first.refuse_data.is_some() {
        desk.server.fault_next(Protocol::Smtp, server.first.clone());
    }
    let marked: Vec<_> =
        all.iter().filter(|row| row.subject != "long").map(|row| row.key).collect();
    desk.engine.mark(marked, Mark::Heard).await.expect("asked for");
    desk.engine.archive(vec![first]).await.expect("asked for");
    desk.engine.delete(vec![key("m1").expect("it")]).await.expect("asked for");
    desk.engine.settle_operations().await;
    desk.engine.submit_raw(SENT.into()).await.map_err(|error| format!("{error:?}"))?;
    desk.engine.drain_outbox().await.expect("drained");
    desk.engine.settle_operations().await;
    desk.server.fault_always(Protocol::Imap, server.imap.clone());
    for _ in 0..3 {
        desk.later(4_000);
        desk.engine.drain_outbox().await.expect("drained");
        desk.engine.settle_operations().await;
    }
    pass(desk).await?;
    let refused = desk.server.commands().iter().any(|said| said.starts_with("imap: refused"));
    if refused && !server.row.starts_with("odd") {
        return Err("more was asked for at once than it takes".into());
    }
    // What may still be filed is filed.
    tokio::time::sleep(server.smtp.files_sent.unwrap_or_default()).await;
    pass(desk).await?;
    desk.restart().await;
    desk.server.forget_commands();
    pass(desk).await?;
    let again = desk.server.commands().iter().filter(|c| c.contains("BODY.PEEK[HEADER]")).count();
    if again > 0 {
        return Err("fetched again after a restart".into());
    }

    // As on the server.
    let outbox = desk.engine.outbox().await.expect("the outbox");
    let failed = outbox.iter().any(|row| matches!(row.state, OutboxState::Failed(_)));
    let sent = usize::from(!failed);
    if failed != (server.row == "too-large") {
        return Err(format!("{outbox:?}"));
    }
    for (name, here) in [("INBOX", many), ("Archive", 1), ("Trash", 1), ("Sent", sent)] {
        let name = match name {
            "INBOX" => name.to_owned(),
            "Trash" => trash.clone(),
            _ => named(name),
        };
        let there = desk.server.mailbox(&name).ok_or(format!("no {name}"))?;
        if there.messages().len() != here {
            return Err(format!("{name} has {} messages on the server", there.messages().len()));
        }
        let seen = |flags: &std::collections::BTreeSet<Flag>| flags.contains(&Flag::Seen);
        let mut theirs: Vec<_> =
            there.messages().iter().map(|m| (Some(m.uid.0), seen(&m.flags))).collect();
        theirs.sort();
        let read = |row: &ListRow| row.progress == Progress::Done;
        let ours = rows(desk, &name).await;
        let mut ours: Vec<_> = ours.iter().map(|row| (row.uid, read(row))).collect();
        ours.sort();
        if theirs != ours {
            return Err(format!("{name}: {} here, {} there", ours.len(), theirs.len()));
        }
    }
    Ok(())
}

/// How a scenario over this server went wrong; `None` where it ended as on the server.
async fn wrong(server: &Scripted) -> Option<String> {
    let mut desk = at(self::server(), |settings| {
        if let Some((imap, smtp)) = server.hosts {
            (settings.imap.host, settings.smtp.host) = (imap.into(), smtp.into());
        }
    })
    .await;
    let ended = tokio::time::timeout(Duration::from_secs(120), differs(&mut desk, server)).await;
    let mut why = match ended {
        Ok(Ok(())) => None,
        Ok(Err(why)) => Some(why),
        Err(_) => Some("no end".to_owned()),
    };
    let accounts = desk.engine.accounts().await.expect("accounts");
    let treated = &accounts[0].notes.treated;
    let row = Table::builtin().rows.iter().find(|row| row.id == server.row);
    let by_smtp = server.row.starts_with("smtp-");
    if row.is_some_and(|row| !row.is_of_all())
        && !by_smtp
        && !treated.iter().any(|row| row.id == server.row)
    {
        why.get_or_insert(format!("not known: {treated:?}"));
    }
    why.map(|why| format!("{}: {why}", server.row))
}

/// Each row has a server that is so, and all scenarios end over it as on the server.
#[tokio::test(flavor = "multi_thread")]
async fn every_row_has_a_server_over_which_all_goes_well() {
    let servers = scripted();
    let mut known: Vec<&str> = servers.iter().map(|server| server.row).collect();
    let mut rows: Vec<&str> = Table::builtin().rows.iter().map(|row| row.id.as_str()).collect();
    known.sort_unstable();
    rows.sort_unstable();
    assert_eq!(known, rows);
    let ended: Vec<_> = stream::iter(&servers).map(wrong).buffer_unordered(8).collect().await;
    let wrong: Vec<String> = ended.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is told of submission servers, and of one whose answers to EHLO are not believed.
#[tokio::test]
async fn a_submission_server_is_not_asked_for_what_it_does_not_bear() {
    let servers = scripted();
    let cisco = servers.iter().find(|server| server.row == "smtp-cisco").expect("it");
    for (faults, asked) in [(cisco.smtp.clone(), false), (Faults::default(), true)] {
        let desk = at(self::server(), |_| ()).await;
        desk.server.fault_always(Protocol::Smtp, faults);
        desk.engine.submit_raw(SENT.into()).await.expect("frozen");
        desk.engine.drain_outbox().await.expect("drained");
        assert_eq!(desk.server.submitted().len(), 1);
        let said = desk.server.commands();
        let mail = said.iter().find(|said| said.starts_with("smtp: MAIL")).expect("MAIL");
        assert_eq!(mail.contains("SIZE="), asked, "{mail}");
    }
}

/// Servers that no row is of.
fn odd() -> Vec<Scripted> {
    const ALL: [&str; 13] = [
        "SASL-IR",
        "LITERAL+",
        "ID",
        "ENABLE",
        "IDLE",
        "UIDPLUS",
        "MOVE",
        "SPECIAL-USE",
        "CONDSTORE",
        "NAMESPACE",
        "CHILDREN",
        "LIST-STATUS",
        "QRESYNC",
    ];
    let imap = |row, imap| Scripted { row, imap, ..Scripted::default() };
    let none = Faults { hide_capabilities: ALL.to_vec(), ..Faults::default() };
    let says = |rewrite: &[(&'static [u8], &'static [u8])]| Faults {
        rewrite: rewrite.to_vec(),
        ..Faults::default()
    };
    let refuses =
        |verb, answer: &str| Faults::once(When::Every(verb), CommandFault::Answer(answer.into()));
    vec![
        imap("odd: nothing but IMAP4rev1", none.clone()),
        imap("odd: backwards and twice", Faults {
            fetch_descending: true,
            duplicate_fetch: true,
            ..Faults::default()
        }),
        imap("odd: ID without end", says(&[(b"* ID (", b"* ID ((")])),
        imap("odd: a greeting of a screen", says(&[(
            b"] Aloud loopback\r\n",
            b"] Welcome, Willkommen, \xff\xfe \\ \" ( ( ( [UIDVALIDITY 0] \xe4\xbd\xa0 { 3 } ready\r\n",
        )])),
        imap("odd: Gmail's items told and not there", says(&[(
            b"IMAP4rev1 ", b"IMAP4rev1 X-GM-EXT-1 ",
        )])),
        imap("odd: compression told and not there", says(&[(
            b"IMAP4rev1 ", b"IMAP4rev1 COMPRESS=DEFLATE NOTIFY ",
        )])),
        imap("odd: a thousand octets at a time", Faults {
            short_slices: Some(1000),
            ..Faults::default()
        }),
        imap("odd: whole messages", Faults { ignore_partial: true, ..Faults::default() }),
        imap("odd: whole messages of no origin", Faults { plain_whole: true, ..Faults::default() }),
        imap("odd: all where the second part is asked for", Faults {
            later_whole: true,
            ..Faults::default()
        }),
        imap("odd: a few octets more", Faults {
            longer_slices: Some((3, 1)),
            ..Faults::default()
        }),
        imap("odd: octets by the page", Faults {
            longer_slices: Some((0, 4096)),
            ..Faults::default()
        }),
        imap("odd: no UIDVALIDITY", says(&[(b"[UIDVALIDITY ", b"[X-VALIDITY ")])),
        Scripted {
            row: "odd: bare SMTP",
            smtp: Faults {
                hide_capabilities: vec!["PIPELINING", "SIZE", "DSN", "SMTPUTF8"],
                ..Faults::default()
            },
            ..Scripted::default()
        },
        imap("odd: copies without flags", Faults {
            copy_drops_flags: true,
            hide_capabilities: vec!["MOVE", "UIDPLUS"],
            ..Faults::default()
        }),
        imap("odd: few messages at a time", Faults { most_in_set: Some(7), ..Faults::default() }),
        imap("odd: lines of 300 octets", Faults { longest_line: Some(300), ..Faults::default() }),
        imap("odd: MOVE told and not there", refuses("MOVE", "BAD Unknown command")),
        imap("odd: UID EXPUNGE told and not there", Faults {
            hide_capabilities: vec!["MOVE"],
            ..Faults::once(When::Says("UID EXPUNGE"), CommandFault::Answer("BAD Unknown command".into()))
        }),
        imap("odd: NAMESPACE of nobody", says(&[(
            b"* NAMESPACE ((\"\" \"/\")) NIL NIL", b"* NAMESPACE NIL NIL ((\"\" \"/\"))",
        )])),
    ]
}

/// Servers that nothing was built for.
#[tokio::test(flavor = "multi_thread")]
async fn odd_servers_without_a_row() {
    let servers = odd();
    let ended: Vec<_> = stream::iter(&servers).map(wrong).buffer_unordered(8).collect().await;
    let wrong: Vec<String> = ended.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// IDLE is begun again as often as the row says.
#[tokio::test(start_paused = true)]
async fn idle_is_kept_as_long_as_the_row_says() {
    let mut begun = Vec::new();
    for host in ["mail.example.com", "imap.yandex.com"] {
        let memory = Arc::new(Memory::with_password("pw"));
        let world = attach_to(host, account::server(1), memory);
        // Nobody ends IDLE to ask for other mailboxes.
        let hide_capabilities = vec!["LIST-STATUS"];
        let alone = Faults { hide_capabilities, ..Faults::default() };
        world.server.fault_always(Protocol::Imap, alone);
        world.task.set_online(true);
        tokio::time::sleep(Duration::from_secs(10)).await;
        world.server.forget_commands();
        tokio::time::sleep(Duration::from_secs(570)).await;
        let said = imap_commands(&world.server);
        begun.push(said.iter().filter(|said| said.as_str() == "IDLE").count());
        world.task.stop().await;
    }
    assert_eq!(begun, [1, 2]);
}
