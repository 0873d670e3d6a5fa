//! Every message of the demo mailbox, read as the program reads it.

use std::sync::OnceLock;

use aloud::{
    codec::{self, Hint, Limits},
    loopback::{Loopback, demo_contacts},
    message::{
        Mail, PartRole, Report,
        card::{self, Sound},
        inspect::{ReadOptions, body, primary_audio},
    },
    model::{DateTime, Flag, Importance, MessageKind, MessageKind::*},
};

const NOW: DateTime = DateTime { unix: 1_760_433_000, offset_minutes: 60 };

/// A message as it was read, whether it is marked `\Seen`, and its octets.
type Item = (Mail, bool, Vec<u8>);

/// Built and read once, because both decode minutes of speech; these tests only look.
fn mailbox(name: &str) -> &'static [Item] {
    static DEMO: OnceLock<[Vec<Item>; 2]> = OnceLock::new();
    let [inbox, sent] = DEMO.get_or_init(|| {
        let server = Loopback::demo(NOW);
        ["INBOX", "Sent"].map(|name| {
            let mailbox = server.mailbox(name).expect("there");
            let item = |m: &aloud::loopback::mailboxes::Message| {
                let mail = Mail::read(&m.octets, &ReadOptions::default());
                (mail, m.flags.contains(&Flag::Seen), m.octets.to_vec())
            };
            mailbox.messages().iter().map(item).collect()
        })
    });
    if name == "INBOX" { inbox } else { sent }
}

fn find(subject: &str) -> (&'static Mail, &'static [u8]) {
    let mut all = mailbox("INBOX").iter().chain(mailbox("Sent"));
    let found = all.find(|(mail, ..)| mail.subject.as_deref() == Some(subject));
    let (mail, _, octets) = found.unwrap_or_else(|| panic!("no message {subject:?}"));
    (mail, octets)
}

#[test]
fn every_message_is_what_the_list_should_show() {
    // Newest first: kind, sender or number, subject, seconds, seen, may be forwarded.
    type Row = (MessageKind, &'static str, &'static str, u64, bool, bool);
    let inbox: [Row; 12] = [
        (Voice, "Graham Pearce", "Ottawa trunk migration: Friday window", 32, false, true),
        (Voice, "Priya Raman", "Re: Quote for the Leeds office", 24, false, true),
        (Voice, "+442079460153", "Outside caller", 37, false, true),
        (Fax, "Harrow Freight", "Bill of lading 40718", 19, false, true),
        (Voice, "Dr Amara Okafor", "About your appointment", 64, true, false),
        (Email, "Tomás Ortega", "Agenda for Thursday", 0, false, true),
        (Mdn, "Jonas Weber", "Played: Desk phones on Thursday", 0, true, true),
        (Dsn, "Mail Delivery System", "Delivery report: Board dial-in change", 0, true, true),
        (Voice, "Gwen Vidal", "Fwd: Toll-quality samples", 12, true, true),
        (Fax, "Mei-Ling Zhou", "Signed lease, page two corrected", 32, true, true),
        (Voice, "", "[PBX]: New message 1 in mailbox 4402", 13, true, true),
        (Email, "Beatriz Nunes", "Framework contract, clean copy", 0, true, true),
    ];
    let sent: [Row; 2] = [
        (Voice, "Helen Marsh", "Board dial-in change", 36, true, true),
        (Voice, "Helen Marsh", "Desk phones on Thursday", 19, true, true),
    ];
    for (name, expected) in [("INBOX", &inbox[..]), ("Sent", &sent[..])] {
        let got = mailbox(name);
        assert_eq!(got.len(), expected.len(), "{name}");
        for ((mail, seen, octets), (kind, who, subject, seconds, read, forward)) in
            got.iter().rev().zip(expected)
        {
            assert_eq!(mail.subject.as_deref(), Some(*subject));
            assert_eq!(mail.kind, *kind, "{subject}");
            let sender = &mail.sender;
            let shown = sender.name.as_deref().or(sender.number.as_deref()).unwrap_or_default();
            assert_eq!(shown, *who, "{subject}");
            assert_eq!(mail.duration.unwrap_or_default().as_secs(), *seconds, "{subject}");
            assert_eq!((*seen, mail.may_forward.is_allowed()), (*read, *forward), "{subject}");
            assert_eq!(mail.problems, [], "{subject}");
            assert!(mail.date.is_some_and(|d| d.unix <= NOW.unix), "{subject} is in the future");
            assert!(octets.split(|b| *b == b'\n').all(|l| l.len() <= 999), "{subject}: long line");
            assert!(mail.parts.iter().all(|p| p.decodable), "{subject}");
        }
    }
}

#[test]
fn the_first_message_has_everything() {
    let (mail, octets) = find("Ottawa trunk migration: Friday window");
    let has = |role| mail.parts.iter().any(|p| p.role == role);
    for role in [PartRole::SpokenName, PartRole::SpokenSubject, PartRole::Fax, PartRole::Card] {
        assert!(has(role), "{role:?}");
    }
    assert_eq!(mail.profile.as_deref(), Some("vpim2"));
    assert_eq!(mail.importance, Some(Importance::High));
    assert_eq!(mail.sender.number.as_deref(), Some("+16135550142"));
    assert_eq!(mail.language.as_deref(), Some("en-CA"));
    assert!(mail.receipt.as_ref().is_some_and(|r| r.may_send && !r.needs_consent));
    let transcript = mail.transcript.as_ref().expect("a transcript");
    assert_eq!(transcript.origin, "Cisco Unity Connection");
    assert!(
        transcript.text.starts_with("Hi Helen, it’s Graham") && transcript.text.ends_with("bye.")
    );
    let offered = &mail.cards[0];
    assert_eq!((offered.tels.len(), offered.emails.len(), offered.has_spoken_name), (2, 2, true));
    let doc = card::parse(&body(octets, &offered.path).expect("the card").octets);
    assert!(matches!(doc.sound, Some(Sound::Cid(_))), "{:?}", doc.sound);
    assert_eq!(doc.photo.map(|(kind, _)| kind).as_deref(), Some("image/svg+xml"));
}

#[test]
fn callers_from_outside_cannot_be_answered() {
    let (mail, _) = find("Outside caller");
    assert!(mail.sender.outside_caller && !mail.may_reply.is_allowed() && mail.reply_to.is_none());
    let (mail, _) = find("[PBX]: New message 1 in mailbox 4402");
    assert_eq!(mail.profile.as_deref(), Some("asterisk"));
    assert!(mail.sender.withheld && mail.sender.outside_caller, "{:?}", mail.sender);
}

#[test]
fn the_private_message_stays_where_it_is() {
    let (mail, _) = find("About your appointment");
    assert!(!mail.may_forward.is_allowed() && !mail.may_save.is_allowed());
    assert!(mail.may_reply.is_allowed());
}

#[test]
fn the_forward_holds_the_original() {
    let (mail, _) = find("Fwd: Toll-quality samples");
    let inner = &mail.forwarded[0];
    assert_eq!(inner.sender.name.as_deref(), Some("Sigrid Lund"));
    assert_eq!(inner.duration.unwrap_or_default().as_secs(), 41);
    assert_eq!(primary_audio(mail).len(), 1);
}

#[test]
fn faxes_have_their_pages() {
    for (subject, pages) in [("Bill of lading 40718", 3), ("Signed lease, page two corrected", 2)] {
        let (mail, octets) = find(subject);
        let part = mail.parts.iter().find(|p| p.role == PartRole::Fax).expect("a fax");
        let tiff = body(octets, &part.path).expect("the pages").octets;
        let found = codec::fax::pages(&tiff).expect("a TIFF-F file");
        assert_eq!(found.len(), pages, "{subject}");
        let page = codec::fax::render(&tiff, pages - 1).expect("a page");
        assert_eq!((page.width, found[0].width), (1728, 1728));
    }
}

#[test]
fn reports_name_the_messages_in_sent() {
    let (dial_in, _) = find("Board dial-in change");
    let (report, octets) = find("Delivery report: Board dial-in change");
    let Some(Report::Dsn(blocks)) = &report.report else { panic!("{:?}", report.report) };
    let [block] = &blocks[..] else { panic!("{blocks:?}") };
    assert_eq!((block.action.as_str(), block.status.as_str()), ("failed", "4.2.2"));
    assert!(block.recipient.contains("7214@vm.bridgewater.example"));
    assert_eq!(block.original_message_id, dial_in.message_id);
    let spoken = report.parts.iter().find(|p| p.role == PartRole::Notification).expect("spoken");
    let sound = body(octets, &spoken.path).expect("the sound").octets;
    let hint = Hint { media_type: &spoken.media_type, filename: None };
    let pcm = codec::decode(&sound, hint, Limits::default()).expect("plays");
    assert_eq!(pcm.duration().as_secs(), 6);

    let (thursday, _) = find("Desk phones on Thursday");
    let (receipt, _) = find("Played: Desk phones on Thursday");
    let Some(Report::Mdn(mdn)) = &receipt.report else { panic!("{:?}", receipt.report) };
    assert_eq!(mdn.disposition.as_str(), "displayed");
    assert_eq!(mdn.original_message_id, thursday.message_id);
}

#[test]
fn the_directory_can_be_imported() {
    let file = String::from_utf8(demo_contacts()).expect("text");
    let cards: Vec<_> = file.split_inclusive("END:VCARD\r\n").collect();
    assert_eq!(cards.len(), 13);
    for text in cards {
        let doc = card::parse(text.as_bytes());
        assert!(doc.name.is_some() && doc.problem.is_none(), "{doc:?}");
    }
}
