//! What is never done, seen in what really left and in what the server was asked.

use std::path::Path;

use aloud::{
    engine::{
        CardOfferKind, Error, Outgoing, OwnCard, ReceiptAnswer, ReceiptPolicy, ReceiptState,
        Relation, Scope,
    },
    loopback::{Faults, Protocol, mailboxes::Change},
    message::{Mail, Report, inspect::ReadOptions},
    model::{Address, DateTime, Flag, MessageKey, MessageKind, Uid, voice::VoiceFormat},
};

use super::sending::{OUTSIDE, PLAIN, VPIM, text, tone, voice};
use crate::support::user::{Desk, START, addr, refused, server, settings};

const DNT: &str = "Disposition-Notification-To: ada@example.net\n";
const PATH: &str = "Return-Path: <ada@example.net>\n";

/// A message of Ada's with more fields before its body.
fn from_ada(id: &str, fields: &str, body: &str) -> String {
    format!(
        "{fields}From: Ada Okafor <ada@example.net>\nTo: robin@example.com\nSubject: Call me\n\
         Message-ID: <{id}@example.net>\nDate: Tue, 04 Mar 2025 09:10:00 +0000\n{body}"
    )
}

async fn always() -> Desk {
    Desk::with(server(), |options| options.receipts = ReceiptPolicy::Always).await
}

async fn keys(desk: &Desk) -> Vec<MessageKey> {
    desk.sync().await;
    desk.inbox().await.iter().map(|row| row.key).collect()
}

async fn receipt(desk: &Desk, key: MessageKey) -> ReceiptState {
    desk.engine.open(key).await.expect("opened").receipt
}

async fn settle(desk: &Desk) {
    desk.engine.settle_operations().await;
    desk.engine.drain_outbox().await.expect("drained");
    desk.engine.settle_operations().await;
}

/// The header of what was submitted, in lower case.
fn headers(desk: &Desk) -> Vec<String> {
    let head = |octets: &[u8]| {
        let text = String::from_utf8_lossy(octets).to_lowercase();
        text.split("\r\n\r\n").next().unwrap_or_default().to_owned()
    };
    desk.server.submitted().iter().map(|s| head(&s.octets)).collect()
}

/// Everything a user does, in every format.
#[tokio::test]
async fn no_field_command_or_report_that_is_not_ours_to_send() {
    let desk = Desk::with(server(), |options| {
        options.receipts = ReceiptPolicy::Always;
        options.own_card = OwnCard::Always;
    })
    .await;
    desk.engine.set_own_name(Some(tone(1.0))).await.expect("kept");
    desk.deliver(VPIM);
    desk.deliver(PLAIN);
    desk.deliver(&from_ada("asks", &format!("{PATH}{DNT}"), "\nText\n"));
    let keys = keys(&desk).await;
    for format in [VoiceFormat::Vpim, VoiceFormat::Ivm, VoiceFormat::Friendly] {
        let relations = [
            Relation::New,
            Relation::Reply { to: keys[0], include_original: true },
            Relation::Forward(keys[1]),
        ];
        for relation in relations {
            let message = Outgoing {
                relation,
                format: Some(format),
                ask_receipt: true,
                cc: vec![Address::bare(addr("cy@example.net"))],
                ..voice(desk.account, "ada@example.net")
            };
            desk.engine.send(message).await.expect("frozen");
        }
    }
    desk.engine.send(text(desk.account, "ada@example.net", "Hello")).await.expect("frozen");
    for key in &keys {
        desk.engine.presented(*key).await.expect("noted");
    }
    desk.engine.archive(keys).await.expect("moved");
    settle(&desk).await;
    desk.sync().await;

    let submitted = desk.server.submitted();
    assert_eq!(submitted.len(), 11, "nine recordings, a text, a receipt");
    for header in headers(&desk) {
        for field in ["sender", "reply-to", "return-path", "received", "bcc", "x-mailer"] {
            assert!(!header.contains(&format!("\n{field}:")), "{field}: {header}");
        }
        assert!(!header.contains("report-type=delivery-status"), "{header}");
        assert!(header.contains("\nfrom: ") || header.starts_with("from: "), "{header}");
        assert!(!header.contains("non-mail-user"), "{header}");
    }
    for line in desk.server.commands() {
        for never in ["VRFY", "EXPN", "BDAT", "BODYSTRUCTURE", "ENVELOPE", "BINARY"] {
            assert!(!line.contains(never), "{line}");
        }
    }
    // No copy of a receipt is kept, and none of ours can be asked about again.
    let sent = desk.server.mailbox("Sent").expect("a mailbox");
    assert_eq!(sent.messages().len(), 10);
    assert!(sent.messages().iter().all(|m| m.flags.contains(&Flag::MdnSent)));
    assert_eq!(desk.on_server("Drafts"), 0);
}

#[tokio::test]
async fn nobody_writes_as_an_outside_caller() {
    let desk = Desk::new().await;
    let mut outside = settings();
    outside.address = addr("Non-Mail-User@vm.example.net");
    assert!(matches!(desk.engine.add_account(outside, None).await, Err(Error::Invalid(_))));
    // It is understood where it comes in.
    desk.deliver(OUTSIDE);
    let key = keys(&desk).await[0];
    let opened = desk.engine.open(key).await.expect("opened");
    assert!(opened.row.outside_caller && !opened.mail.may_reply.is_allowed());
}

/// Reports, programs, lists, null return paths, forged senders and junk, with receipts on "always".
#[tokio::test]
async fn nothing_answers_by_itself_what_wants_no_answer() {
    let desk = always().await;
    let report = |kind: &str| {
        format!(
            "MIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary=r\n\n\
             --r\nContent-Type: text/plain\n\nFailed.\n--r\nContent-Type: message/{kind}\n\n\
             Reporting-MTA: dns;mx.example.net\nFinal-Recipient: rfc822;bo@example.net\n\
             Disposition: manual-action/MDN-sent-manually; displayed\nAction: failed\n\
             Status: 5.1.1\n\n--r--\n"
        )
    };
    let plain = "\nText\n";
    let cases = [
        (format!("Return-Path: <>\n{DNT}"), report("delivery-status")),
        (format!("{PATH}{DNT}"), report("delivery-status")),
        (format!("{PATH}{DNT}"), report("disposition-notification")),
        (format!("Return-Path: <>\n{DNT}"), plain.into()),
        (format!("{PATH}{DNT}Auto-Submitted: auto-generated\n"), plain.into()),
        (format!("{PATH}{DNT}List-Id: <l.example.net>\n"), plain.into()),
        (format!("Authentication-Results: mx.example.com; dmarc=fail\n{PATH}{DNT}"), plain.into()),
        // Nobody asked.
        (PATH.into(), plain.into()),
    ];
    for (n, (fields, body)) in cases.iter().enumerate() {
        desk.deliver(&from_ada(&format!("n{n}"), fields, body));
    }
    let junk = from_ada("junk", &format!("{PATH}{DNT}"), plain).replace('\n', "\r\n");
    let marked = [Flag::Other("$Phishing".into())];
    desk.server
        .deliver("INBOX", junk.into_bytes(), &marked, DateTime::utc(START))
        .expect("delivered");
    for key in keys(&desk).await {
        assert_eq!(receipt(&desk, key).await, ReceiptState::None);
        desk.engine.presented(key).await.expect("noted");
        assert_eq!(receipt(&desk, key).await, ReceiptState::None);
        refused(desk.engine.answer_receipt(key, ReceiptAnswer::Send).await);
    }
    settle(&desk).await;
    assert!(desk.server.submitted().is_empty());
    // The same without any of it is answered.
    desk.deliver(&from_ada("good", &format!("{PATH}{DNT}"), plain));
    let key = keys(&desk).await.pop().expect("a message");
    desk.engine.presented(key).await.expect("noted");
    settle(&desk).await;
    assert_eq!(desk.server.submitted().len(), 1);
}

const CARD: &str = "BEGIN:VCARD\nVERSION:3.0\nN:Okafor;Ada\nFN:Ada Okafor\n\
    EMAIL;TYPE=INTERNET,VPIM:card@example.org\nEND:VCARD\n";

#[tokio::test]
async fn answers_go_to_from_whatever_else_is_named() {
    let desk = Desk::new().await;
    let body = format!(
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\
         Content-Type: text/plain\n\nHello\n--b\nContent-Type: text/vcard\n\n{CARD}--b--\n"
    );
    desk.deliver(&from_ada("three", "Return-Path: <path@example.org>\n", &body));
    let key = keys(&desk).await[0];
    let opened = desk.engine.open(key).await.expect("opened");
    assert_eq!(opened.offers.len(), 1, "the card was read");
    assert!(matches!(opened.offers[0].kind, CardOfferKind::OtherSender { .. }));
    let to = opened.mail.reply_to.as_ref().map(|a| a.addr.as_str());
    assert_eq!(to, Some("ada@example.net"));
}

/// A recording that cannot be played, with a handling, and whether the whole asks for a receipt.
fn unplayable(id: &str, handling: &str) -> String {
    let body = format!(
        "MIME-Version: 1.0\nMessage-Context: voice-message\n\
         Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n--b\n\
         Content-Type: audio/x-unheard-of\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: inline; voice=Voice-Message{handling}\n\nAAECAwQFBgcICQ==\n--b--\n"
    );
    from_ada(id, &format!("{PATH}{DNT}"), &body)
}

#[tokio::test]
async fn what_is_required_and_fails_is_told_of_the_whole_message_and_only_when_the_user_says_so() {
    for handling in ["; handling=REQUIRED", ""] {
        let desk = always().await;
        desk.deliver(&unplayable("a", handling));
        let key = keys(&desk).await[0];
        desk.engine.presented(key).await.expect("noted");
        settle(&desk).await;
        assert!(desk.server.submitted().is_empty(), "never by itself");
        let offered = ReceiptState::Ask { to: vec![addr("ada@example.net")], elsewhere: false };
        assert_eq!(receipt(&desk, key).await, offered);
        desk.engine.answer_receipt(key, ReceiptAnswer::Send).await.expect("answered");
        settle(&desk).await;
        let submitted = desk.server.submitted();
        assert_eq!(submitted.len(), 1, "one for the whole message");
        let mail = Mail::read(&submitted[0].octets, &ReadOptions::default());
        let Some(Report::Mdn(mdn)) = &mail.report else { panic!("{:?}", mail.report) };
        assert_eq!(
            (mdn.disposition.as_str(), mdn.modifiers.as_slice()),
            ("processed", &["error".to_owned()][..])
        );
        assert_eq!(mdn.errors, ["5.6.1 (Media not supported) audio/x-unheard-of"]);
        let octets = String::from_utf8_lossy(&submitted[0].octets).into_owned();
        assert!(octets.contains("could not be played or shown"), "{octets}");
        assert!(!octets.contains("delivery-status"));
    }
}

#[tokio::test]
async fn what_is_optional_and_fails_is_told_to_nobody() {
    let desk = Desk::new().await;
    desk.deliver(&unplayable("a", "; handling=OPTIONAL"));
    let broken_card = VPIM.replace(
        "--b--",
        "--b\nContent-Type: text/directory; profile=vCard\nContent-Disposition: attachment; \
         handling=OPTIONAL\nContent-Transfer-Encoding: base64\n\n!!!!\n--b--",
    );
    desk.deliver(&format!(
        "{}{broken_card}",
        "Return-Path: <bo@vm.example.net>\n\
        Disposition-Notification-To: bo@vm.example.net\n"
    ));
    let all = keys(&desk).await;
    for key in &all {
        assert_eq!(receipt(&desk, *key).await, ReceiptState::NotYet);
        desk.engine.presented(*key).await.expect("noted");
        desk.engine.answer_receipt(*key, ReceiptAnswer::Send).await.expect("answered");
    }
    settle(&desk).await;
    let submitted = desk.server.submitted();
    assert_eq!(submitted.len(), 2);
    for sent in submitted {
        let mail = Mail::read(&sent.octets, &ReadOptions::default());
        let Some(Report::Mdn(mdn)) = &mail.report else { panic!("{:?}", mail.report) };
        assert_eq!(mdn.disposition.as_str(), "displayed");
        assert!(mdn.modifiers.is_empty() && mdn.errors.is_empty(), "{mdn:?}");
    }
}

#[tokio::test]
async fn faxes_follow_the_same_settings() {
    let fax = |id: &str, fields: &str| {
        from_ada(
            id,
            fields,
            "Message-Context: fax-message\nMIME-Version: 1.0\n\
            Content-Type: text/plain\n\nThe pages come later.\n",
        )
    };
    let asks = format!("{PATH}{DNT}");
    for (policy, sent) in
        [(ReceiptPolicy::Never, 0), (ReceiptPolicy::Ask, 0), (ReceiptPolicy::Always, 1)]
    {
        let desk = Desk::with(server(), |options| options.receipts = policy).await;
        desk.deliver(&fax("asks", &asks));
        desk.deliver(&fax("silent", PATH));
        for key in keys(&desk).await {
            assert_eq!(desk.engine.peek(key).await.expect("here").row.kind, MessageKind::Fax);
            desk.engine.presented(key).await.expect("noted");
        }
        settle(&desk).await;
        assert_eq!(desk.server.submitted().len(), sent, "{policy:?}");
    }
}

#[tokio::test]
async fn where_a_message_lies_is_where_it_belongs() {
    let desk = Desk::new().await;
    let elsewhere = PLAIN.replace("robin@example.com", "somebody-else@example.org");
    desk.deliver(&elsewhere);
    desk.deliver(
        &from_ada("bcc", "", "\nNo recipients at all\n").replace("To: robin@example.com\n", ""),
    );
    assert_eq!(keys(&desk).await.len(), 2);
    for row in desk.list(Scope::AllInboxes).await.rows {
        assert_eq!(row.account, desk.account);
    }
}

/// A server that cannot MOVE and whose copies have no flags.
#[tokio::test]
async fn a_settled_receipt_stays_settled_in_a_copy() {
    let server = server();
    let faults =
        Faults { hide_capabilities: vec!["MOVE"], copy_drops_flags: true, ..Faults::default() };
    server.fault_always(Protocol::Imap, faults);
    let desk = Desk::with(server, |_| ()).await;
    desk.deliver(&from_ada("a", &format!("{PATH}{DNT}"), "\nText\n"));
    desk.deliver(&from_ada("b", PATH, "\nText\n"));
    desk.server
        .change(|m| m.store("INBOX", &[Uid(1)], Change::Add, &[Flag::MdnSent].into()))
        .expect("a user")
        .expect("stored");
    let keys = keys(&desk).await;
    desk.engine.archive(keys.clone()).await.expect("moved");
    desk.engine.settle_operations().await;
    let archive = desk.server.mailbox("Archive").expect("a mailbox");
    let settled: Vec<bool> =
        archive.messages().iter().map(|m| m.flags.contains(&Flag::MdnSent)).collect();
    assert_eq!(settled, [true, false]);
    assert_eq!(desk.on_server("INBOX"), 0);
    desk.sync().await;
    desk.engine.presented(keys[0]).await.expect("noted");
    assert_eq!(receipt(&desk, keys[0]).await, ReceiptState::None);
}

/// A list of recordings is made of headers and beginnings.
#[tokio::test]
async fn a_list_of_recordings_is_made_without_their_sound() {
    let desk = Desk::new().await;
    let sound = "iIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI\n";
    for n in 0..100 {
        let mail = VPIM.replace("<v@", &format!("<v{n}@")).replace(sound, &sound.repeat(2_000));
        desk.deliver(&mail.replace("Subject", "Content-Duration: 26\nSubject"));
    }
    let octets = desk.server.mailbox("INBOX").map_or(0, |m| m.messages()[0].octets.len() as u64);
    let report = desk.engine.sync_once(None).await.expect("a pass").remove(0);
    assert!(octets > 130_000);
    assert!(report.bytes_in < octets * 100 / 10, "{} octets for the list", report.bytes_in);
    let rows = desk.inbox().await;
    let known = rows.iter().filter(|row| row.duration.is_some()).count();
    assert!(known >= 50, "{known} lengths");
    assert!(rows.iter().all(|row| row.kind == MessageKind::Voice));
    for line in desk.server.commands() {
        assert!(!line.contains("BODYSTRUCTURE") && !line.contains("BINARY"), "{line}");
    }
}

#[tokio::test]
async fn text_is_not_sent_to_what_only_plays_sound() {
    let desk = Desk::new().await;
    let reason = refused(desk.engine.send(text(desk.account, "4417@gw.example.com", "Hi")).await);
    assert!(reason.to_string().contains("only plays sound"), "{reason}");
    desk.engine.send(voice(desk.account, "4417@gw.example.com")).await.expect("frozen");
    settle(&desk).await;
    let mail = Mail::read(&desk.server.submitted()[0].octets, &ReadOptions::default());
    assert_eq!(mail.profile.as_deref(), Some("vpim2"));
}

/// Every file below a folder.
fn files(dir: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_private_recording_leaves_no_trace_that_others_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new().await;
    desk.deliver(&VPIM.replace("Subject", "Sensitivity: Private\nSubject"));
    let key = keys(&desk).await[0];
    let opened = desk.engine.open(key).await.expect("opened");
    assert!(opened.row.private);
    let path = &opened.mail.parts[0].path;
    let pcm = desk.engine.audio(key, path.clone()).await.expect("decoded");
    let linear: Vec<u8> = pcm.samples.iter().take(64).flat_map(|s| s.to_le_bytes()).collect();
    assert!(linear.iter().any(|octet| *octet != 0));
    let mut found = Vec::new();
    files(&desk.dir.path().join("data"), &mut found);
    assert!(found.len() >= 2, "{found:?}");
    for file in found {
        let mode = std::fs::metadata(&file).expect("a file").permissions().mode() & 0o077;
        let parent = file.parent().expect("a folder");
        let around = std::fs::metadata(parent).expect("a folder").permissions().mode() & 0o077;
        assert!(mode == 0 || around == 0, "{file:?} can be read by others");
        assert_eq!(around, 0, "{parent:?}");
        let octets = std::fs::read(&file).expect("readable");
        assert!(!octets.windows(linear.len()).any(|w| w == linear), "decoded sound in {file:?}");
    }
    refused(desk.engine.save_part(key, path.clone(), desk.dir.path().join("out")).await);
}
