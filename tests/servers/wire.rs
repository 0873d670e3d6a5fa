//! Sessions and submissions with a real Dovecot and Postfix, by every kind of encryption.

use std::{path::PathBuf, sync::Arc, time::Duration};

use aloud::{
    engine::{
        AccountSettings, Error, Security, Server,
        imap::{IdleEnd, Session, Stored},
        net::{Shunned, TcpDialer, Traffic},
        smtp::{DataGate, Envelope, SubmitOutcome, probe, submit},
    },
    model::{AddrSpec, DateTime, Flag, Secret, Uid, imap::MailboxRole},
};
use tokio_util::sync::CancellationToken;

/// Settings for the real servers, if they run.
fn settings(user: &str, security: Security) -> Option<(AccountSettings, Secret)> {
    let port = |name: &str| -> Option<u16> { std::env::var(name).ok()?.parse().ok() };
    std::env::var_os("ALOUD_TEST_SERVERS")?;
    let (imap, smtp) = match security {
        Security::Tls => (port("IMAPS_PORT")?, port("SMTPS_PORT")?),
        _ => (port("IMAP_PORT")?, port("SUBMISSION_PORT")?),
    };
    settings_at(user, imap, smtp, security)
}

/// Those of Cyrus, if it runs.
fn cyrus(user: &str) -> Option<(AccountSettings, Secret)> {
    let port = |name: &str| -> Option<u16> { std::env::var(name).ok()?.parse().ok() };
    settings_at(user, port("CYRUS_IMAPS_PORT")?, port("SMTPS_PORT")?, Security::Tls)
}

fn settings_at(
    user: &str,
    imap: u16,
    smtp: u16,
    security: Security,
) -> Option<(AccountSettings, Secret)> {
    let server = |port| Server { host: "localhost".into(), port, security };
    let settings = AccountSettings {
        name: user.into(),
        address: address(user),
        label: user.into(),
        imap: server(imap),
        smtp: server(smtp),
        user: user.into(),
        sign_in: Default::default(),
        ca_pem: std::env::var_os("TESTBED_CA").map(PathBuf::from),
        pins: Vec::new(),
        gateway: None,
        demo: false,
    };
    Some((settings, Secret::new(format!("{user}-secret"))))
}

fn address(user: &str) -> AddrSpec {
    AddrSpec::parse(&format!("{user}@example.com")).unwrap()
}

async fn sign_in(settings: &AccountSettings, password: &Secret) -> Result<Session, Error> {
    Session::connect(&TcpDialer, settings, password, "Aloud 0.1", Arc::default()).await
}

struct Open;

#[async_trait::async_trait]
impl DataGate for Open {
    async fn data_starting(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

fn message(id: &str) -> Vec<u8> {
    format!(
        "From: alice@example.com\r\nTo: bob@example.com\r\nMessage-ID: <{id}>\r\n\
         Subject: the wire\r\n\r\n.\r\n..dots\r\n"
    )
    .into_bytes()
}

fn fresh_id(what: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    format!("{what}-{}-{}@example.com", std::process::id(), now.as_nanos())
}

#[tokio::test]
async fn every_command_is_understood_by_real_servers() {
    for place in
        [settings("alice", Security::Tls), settings("alice", Security::StartTls), cyrus("alice")]
    {
        let Some((settings, password)) = place else {
            println!("skipped: no real mail servers");
            continue;
        };
        let mut session = sign_in(&settings, &password).await.unwrap();
        let listed = session.list().await.unwrap();
        let name = |role| listed.iter().find(|m| m.role == role).unwrap().name.clone();
        let (sent, trash) = (name(MailboxRole::Sent), name(MailboxRole::Trash));
        let before = session.select(&sent).await.unwrap();
        assert!(before.can_store(&Flag::MdnSent) && before.highest_modseq.is_some());
        let id = fresh_id("wire");
        let octets = message(&id);
        let date = DateTime { unix: 1_741_097_400, offset_minutes: -300 };
        let appended = session.append(&sent, &[Flag::Seen], date, &octets).await.unwrap();
        assert_eq!(appended, Stored::Done);
        let after = session.select(&sent).await.unwrap();
        // Other scenarios may file a copy in the meantime.
        assert!(after.exists > before.exists);
        let [uid] = session.search_message_id(&id).await.unwrap()[..] else { panic!() };
        let heads = session.fetch_heads(&[uid]).await.unwrap();
        // Dovecot keeps the instant and shows it in its own time zone.
        assert_eq!(heads[0].internal_date.map(|d| d.unix), Some(date.unix));
        assert_eq!(heads[0].size, octets.len() as u64);
        assert_eq!(heads[0].flags, [Flag::Seen]);
        assert!(octets.starts_with(&heads[0].header) && heads[0].header.ends_with(b"\r\n\r\n"));
        assert_eq!(session.fetch_slice(uid, 0, 10_000).await.unwrap(), octets);
        assert_eq!(session.fetch_slice(uid, 5, 6).await.unwrap(), &octets[5..11]);
        assert_eq!(session.fetch_slice(uid, 10_000, 5).await.unwrap(), b"");
        let gone = session.fetch_slice(Uid(uid.0 + 1000), 0, 5).await;
        assert!(matches!(gone, Err(Error::NotFound(_))));
        let marks = [Flag::MdnSent, Flag::Flagged];
        assert_eq!(session.store(&[uid], true, &marks).await.unwrap(), Stored::Done);
        assert_eq!(session.store(&[uid], false, &[Flag::Seen]).await.unwrap(), Stored::Done);
        let changed = session.fetch_flags(1, u32::MAX, after.highest_modseq).await.unwrap();
        assert_eq!(changed.len(), 1);
        let mut flags = changed[0].flags.clone();
        flags.sort();
        assert_eq!(flags, [Flag::Flagged, Flag::MdnSent]);
        assert_eq!(session.move_to(&[uid], &trash).await.unwrap(), Stored::Done);
        assert!(session.search_message_id(&id).await.unwrap().is_empty());
        assert!(matches!(
            session.copy(&[Uid(1)], "No such mailbox").await.unwrap(),
            Stored::Refused(_)
        ));
        session.select(&trash).await.unwrap();
        let [uid] = session.search_message_id(&id).await.unwrap()[..] else { panic!() };
        assert_eq!(session.expunge(&[uid]).await.unwrap(), Stored::Done);
        assert!(session.search_message_id(&id).await.unwrap().is_empty());
        assert!(session.select("Nowhere \"at\" all").await.is_err());
        session.noop().await.unwrap();
        session.logout().await;
    }
}

/// Servers tell what changed in all mailboxes by one LIST, and what is gone by SELECT.
#[tokio::test]
async fn real_servers_tell_what_changed() {
    for place in [settings("bob", Security::Tls), cyrus("bob")] {
        match place {
            Some((settings, password)) => what_changed(settings, password).await,
            None => println!("skipped: no real mail servers"),
        }
    }
}

async fn what_changed(settings: AccountSettings, password: Secret) {
    let mut acting = sign_in(&settings, &password).await.unwrap();
    let listed = acting.list().await.unwrap();
    let drafts = listed.iter().find(|m| m.role == MailboxRole::Drafts).unwrap().name.clone();
    let before = acting.take_statuses()[&drafts];
    assert!(before.uid_validity.is_some() && before.highest_modseq.is_some(), "{before:?}");
    let id = fresh_id("changed");
    let date = DateTime { unix: 1_741_097_400, offset_minutes: 0 };
    for _ in 0..3 {
        acting.append(&drafts, &[], date, &message(&id)).await.unwrap();
    }
    acting.list().await.unwrap();
    let after = acting.take_statuses()[&drafts];
    assert_eq!(after.messages, before.messages.map(|count| count + 3));
    assert!(after.uid_next > before.uid_next && after.highest_modseq > before.highest_modseq);

    let mut looking = sign_in(&settings, &password).await.unwrap();
    let since = after.uid_validity.zip(after.highest_modseq);
    let (_, changes) = looking.select_since(&drafts, since).await.unwrap();
    assert_eq!((changes.gone, changes.changed), (vec![], Some(vec![])));
    acting.select(&drafts).await.unwrap();
    let all = acting.search_message_id(&id).await.unwrap();
    assert_eq!(acting.store(&all, true, &[Flag::Flagged]).await.unwrap(), Stored::Done);
    assert_eq!(acting.expunge(&all[..2]).await.unwrap(), Stored::Done);
    let (selected, changes) = looking.select_since(&drafts, since).await.unwrap();
    assert_eq!(Some(selected.exists), after.messages.map(|count| count - 2));
    let (gone, changed) = (changes.gone, changes.changed.expect("told"));
    assert!(all[..2].iter().all(|uid| gone.iter().any(|range| range.contains(&uid.0))), "{gone:?}");
    assert!(!gone.iter().any(|range| range.contains(&all[2].0)), "{gone:?}");
    // What changed comes along.
    assert_eq!(changed.iter().map(|seen| seen.uid).collect::<Vec<_>>(), all[2..]);
    assert_eq!(changed[0].flags, [Flag::Flagged]);
    assert_eq!(acting.expunge(&all).await.unwrap(), Stored::Done);
    acting.logout().await;
    looking.logout().await;
}

/// Both compress, and what is told of other mailboxes wakes who watches one.
#[tokio::test]
async fn real_servers_compress_and_dovecot_notifies() {
    let date = DateTime { unix: 1_741_097_400, offset_minutes: 0 };
    for place in [settings("bob", Security::Tls), cyrus("bob")] {
        let Some((settings, password)) = place else {
            println!("skipped: no real mail servers");
            continue;
        };
        let traffic: Arc<Traffic> = Arc::default();
        let connect =
            Session::connect(&TcpDialer, &settings, &password, "Aloud 0.1", Arc::clone(&traffic));
        let mut watching = connect.await.unwrap();
        assert!(watching.has("COMPRESS=DEFLATE") && !traffic.shuns(Shunned::Compress));
        assert!(watching.namespaces().personal().is_some());
        let listed = watching.list().await.unwrap();
        let junk = listed.iter().find(|m| m.role == MailboxRole::Junk).unwrap().name.clone();
        let mut acting = sign_in(&settings, &password).await.unwrap();
        let mut large = message(&fresh_id("large"));
        large.extend(std::iter::repeat_n(*b"0123456789abcdef\r\n", 20_000).flatten());
        assert_eq!(acting.append(&junk, &[], date, &large).await.unwrap(), Stored::Done);
        let before = traffic.bytes_in();
        let selected = watching.select(&junk).await.unwrap();
        let uid = Uid(selected.uid_next.unwrap() - 1);
        assert_eq!(watching.fetch_slice(uid, 0, 1 << 20).await.unwrap(), large);
        assert!(traffic.bytes_in() - before < 40_000, "{}", traffic.bytes_in() - before);
        if watching.notify().await.unwrap() {
            watching.select("INBOX").await.unwrap();
            let _ = watching.take_statuses();
            let never = CancellationToken::new();
            let (woken, ()) = tokio::join!(watching.idle(&never), async {
                let octets = message(&fresh_id("notify"));
                acting.append(&junk, &[], date, &octets).await.unwrap();
            });
            assert_eq!(woken.unwrap(), IdleEnd::News);
            let told = watching.take_statuses();
            assert_eq!(told[&junk].uid_next, Some(uid.0 + 2), "{told:?}");
        } else {
            println!("skipped: {} has no NOTIFY", settings.imap.port);
        }
        acting.select(&junk).await.unwrap();
        let all = acting.search_all().await.unwrap();
        acting.expunge(&all).await.unwrap();
    }
}

#[tokio::test]
async fn dovecot_wakes_us_and_refuses_what_is_over_quota() {
    let Some((settings, password)) = settings("full", Security::Tls) else {
        println!("skipped: no real mail servers");
        return;
    };
    let mut watching = sign_in(&settings, &password).await.unwrap();
    watching.select("INBOX").await.unwrap();
    let mut acting = sign_in(&settings, &password).await.unwrap();
    let now = DateTime::utc(1_741_097_400);
    let never = CancellationToken::new();
    let (woken, ()) = tokio::join!(watching.idle(&never), async {
        let id = fresh_id("idle");
        assert_eq!(acting.append("INBOX", &[], now, &message(&id)).await.unwrap(), Stored::Done);
    });
    assert_eq!(woken.unwrap(), IdleEnd::News);
    let mut big = message(&fresh_id("big"));
    big.extend(std::iter::repeat_n(*b"0123456789abcdef\r\n", 8000).flatten());
    let refused = acting.append("INBOX", &[], now, &big).await.unwrap();
    assert!(
        matches!(&refused, Stored::Refused(reply) if reply.text.contains("QUOTA")),
        "{refused:?}"
    );
    // The connection goes on after that, and everything of this run is removed.
    let found = acting.select("INBOX").await.unwrap();
    assert!(found.exists > 0);
    let all: Vec<Uid> =
        acting.fetch_flags(1, u32::MAX, None).await.unwrap().iter().map(|seen| seen.uid).collect();
    assert_eq!(acting.expunge(&all).await.unwrap(), Stored::Done);
    let cancel = CancellationToken::new();
    watching.select("INBOX").await.unwrap();
    let (end, ()) = tokio::join!(watching.idle(&cancel), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        cancel.cancel();
    });
    assert_eq!(end.unwrap(), IdleEnd::Cancelled);
}

#[tokio::test]
async fn postfix_takes_all_or_nothing() {
    for security in [Security::Tls, Security::StartTls] {
        let Some((settings, password)) = settings("alice", security) else {
            println!("skipped: no real mail servers");
            return;
        };
        let facts = probe(&TcpDialer, &settings, &password).await.unwrap();
        assert!(facts.dsn && facts.sized && facts.eight_bit);
        let id = fresh_id("sent");
        let octets = message(&id);
        let mut envelope = Envelope {
            reverse: Some(address("alice")),
            forwards: vec![address("bob"), address("nobody-here")],
            envid: Some(id.clone()),
            notify: true,
        };
        let send = async |envelope: &Envelope| {
            submit(&TcpDialer, &settings, &password, envelope, &octets, &mut Open).await.unwrap()
        };
        match send(&envelope).await {
            SubmitOutcome::Refused {
                permanent: true, recipient: Some(recipient), code, ..
            } => {
                assert_eq!((recipient, code), (address("nobody-here"), 550));
            }
            other => panic!("{other:?}"),
        }
        envelope.forwards.pop();
        let outcome = send(&envelope).await;
        assert!(matches!(outcome, SubmitOutcome::Accepted { .. }), "{outcome:?}");
        let (bob, secret) = self::settings("bob", Security::Tls).unwrap();
        let mut session = sign_in(&bob, &secret).await.unwrap();
        // It arrives once, as it was sent.
        let uid = loop {
            session.select("INBOX").await.unwrap();
            match session.search_message_id(&id).await.unwrap()[..] {
                [] => tokio::time::sleep(Duration::from_millis(100)).await,
                [uid] => break uid,
                _ => panic!("more than one copy"),
            }
        };
        let arrived = session.fetch_slice(uid, 0, 1 << 20).await.unwrap();
        assert!(arrived.ends_with(b"\r\n\r\n.\r\n..dots\r\n"), "{}", arrived.escape_ascii());
        let wrong = Secret::new("wrong".into());
        assert!(matches!(probe(&TcpDialer, &settings, &wrong).await, Err(Error::Auth(_))));
        assert!(matches!(sign_in(&settings, &wrong).await.err(), Some(Error::Auth(_))));
    }
}
