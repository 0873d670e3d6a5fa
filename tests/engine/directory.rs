//! The directory: cards are taken over by a click, and no card harms an entry (reliability T11).

use aloud::{
    engine::{
        CardComparison, CardField, CardOfferKind, CardValue, CompletionKind, Contact, ContactEmail,
        ContactSource, Error, OwnCard,
    },
    message::{Mail, inspect::ReadOptions},
    model::{ContactId, MessageKey},
};

use super::sending;
use crate::support::user::{Desk, addr, refused};

fn with_card(from: &str, id: &str, card: &str) -> String {
    format!(
        "From: Graham Pearce <{from}>\nTo: robin@example.com\nSubject: My new card\n\
         Message-ID: <{id}@example.net>\nDate: Tue, 04 Mar 2025 09:10:00 +0000\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nHello\n\
         --x\nContent-Type: text/vcard\nContent-Disposition: attachment; filename=\"a.vcf\"\n\n\
         BEGIN:VCARD\nVERSION:3.0\n{card}\nEND:VCARD\n--x--\n"
    )
}

const GRAHAM: &str = "FN:Graham Pearce\nN:Pearce;Graham\nROLE:Sales\nUID:graham-1\n\
    TEL;TYPE=voice:+1-613-555-0142\nEMAIL;TYPE=internet:graham@example.net\n\
    EMAIL;TYPE=internet,vpim:+16135550142@vm.example.net\n\
    SOUND;TYPE=BASIC;ENCODING=b:////////////////////////////////////////";

async fn deliver(desk: &Desk, message: &str) -> MessageKey {
    desk.deliver(message);
    desk.sync().await;
    desk.inbox().await.last().expect("a row").key
}

async fn offer(desk: &Desk, key: MessageKey) -> Option<CardOfferKind> {
    let opened = desk.engine.open(key).await.expect("opened");
    opened.offers.into_iter().next().map(|offer| offer.kind)
}

async fn path(desk: &Desk, key: MessageKey) -> String {
    let opened = desk.engine.open(key).await.expect("opened");
    opened.mail.cards[0].path.clone()
}

async fn import(desk: &Desk, key: MessageKey) -> ContactId {
    let path = path(desk, key).await;
    desk.engine.import_card(key, path, false).await.expect("imported").0
}

#[tokio::test]
async fn one_click_and_only_that_brings_a_person_in() {
    let desk = Desk::new().await;
    let key = deliver(&desk, &with_card("graham@example.net", "a", GRAHAM)).await;
    let new = CardOfferKind::New { numbers: 1, addresses: 2, spoken_name: true };
    assert_eq!(offer(&desk, key).await, Some(new.clone()));
    assert!(desk.engine.contacts(String::new()).await.expect("people").is_empty());
    let (id, undo) = {
        let path = path(&desk, key).await;
        desk.engine.import_card(key, path, false).await.expect("imported")
    };
    let graham = desk.engine.contact(id).await.expect("a contact");
    assert_eq!(graham.name, "Graham Pearce");
    match &graham.source {
        ContactSource::Card { date, subject, .. } => {
            assert_eq!((date.unix, subject.as_str()), (1_741_079_400, "My new card"));
        }
        other => panic!("{other:?}"),
    }
    assert!(graham.emails.iter().any(|e| e.vpim));
    assert!(graham.has_spoken_name);
    assert!(!desk.engine.spoken_name(id).await.expect("sound").samples.is_empty());
    assert_eq!(offer(&desk, key).await, Some(CardOfferKind::Known));
    assert_eq!(desk.inbox().await[0].contact, Some(id));
    let opened = desk.engine.open(key).await.expect("opened");
    let name = opened.spoken_name.expect("beside the sender");
    assert_eq!((name.contact, name.length), (id, graham.spoken_name_length));
    desk.engine.undo(undo).await.expect("taken back");
    assert!(desk.engine.contact(id).await.is_err());
    assert_eq!(offer(&desk, key).await, Some(new));
    let path = path(&desk, key).await;
    desk.engine.dismiss_card(key, path).await.expect("dismissed");
    assert_eq!(offer(&desk, key).await, None);
}

#[tokio::test]
async fn a_card_with_a_victims_name_and_uid_changes_nothing_for_the_victim() {
    let desk = Desk::new().await;
    let key = deliver(&desk, &with_card("graham@example.net", "a", GRAHAM)).await;
    let graham = import(&desk, key).await;
    let evil = "FN:Graham Pearce\nUID:graham-1\nEMAIL:graham@evil.example";
    let key = deliver(&desk, &with_card("graham@evil.example", "b", evil)).await;
    // Nothing of Graham is matched: it would be another person.
    assert!(matches!(offer(&desk, key).await, Some(CardOfferKind::New { .. })));
    let other = import(&desk, key).await;
    assert_ne!(other, graham);
    let found = desk.engine.complete(desk.account, "Graham".into()).await.expect("suggestions");
    assert_eq!(found[0].address.addr, addr("graham@example.net"));
    let known = desk.engine.contact(graham).await.expect("a contact");
    assert!(known.emails.iter().all(|e| e.addr != addr("graham@evil.example")));
}

#[tokio::test]
async fn a_strangers_card_for_a_known_address_is_no_update() {
    let desk = Desk::new().await;
    let key = deliver(&desk, &with_card("graham@example.net", "a", GRAHAM)).await;
    let graham = import(&desk, key).await;
    let before = desk.engine.contact(graham).await.expect("a contact");
    let evil = "FN:Graham Pearce\nEMAIL:graham@example.net\nEMAIL:graham@evil.example";
    let key = deliver(&desk, &with_card("eve@evil.example", "b", evil)).await;
    let expected = CardOfferKind::OtherSender {
        card: "graham@example.net".into(),
        from: "eve@evil.example".into(),
    };
    assert_eq!(offer(&desk, key).await, Some(expected));
    let other = import(&desk, key).await;
    assert_ne!(other, graham);
    assert_eq!(desk.engine.contact(graham).await.expect("a contact"), before);
}

#[tokio::test]
async fn a_differing_address_needs_the_users_choice() {
    let desk = Desk::new().await;
    let key = deliver(&desk, &with_card("graham@example.net", "a", GRAHAM)).await;
    let graham = import(&desk, key).await;
    let moved = "FN:Graham Pearce\nEMAIL:graham@example.net\nEMAIL:graham@new.example";
    let key = deliver(&desk, &with_card("graham@example.net", "b", moved)).await;
    let expected = CardOfferKind::Conflict {
        in_use: "graham@example.net".into(),
        new: "graham@new.example".into(),
    };
    assert_eq!(offer(&desk, key).await, Some(expected));
    assert_eq!(
        desk.engine.contact(graham).await.expect("a contact").newer_card,
        Some(key),
        "the directory shows that a newer card waits"
    );
    let path = path(&desk, key).await;
    refused(desk.engine.import_card(key, path.clone(), false).await);
    let (id, undo) = desk.engine.import_card(key, path, true).await.expect("chosen");
    assert_eq!(id, graham);
    let found = desk.engine.complete(desk.account, "Graham".into()).await.expect("suggestions");
    assert_eq!(found[0].address.addr, addr("graham@new.example"));
    assert!(found[0].kind == CompletionKind::Person { unproven: true });
    desk.engine.undo(undo).await.expect("taken back");
    let back = desk.engine.contact(graham).await.expect("a contact");
    assert!(back.emails.iter().all(|e| e.addr != addr("graham@new.example")));
}

#[tokio::test]
async fn harmless_news_update_and_typed_names_stay() {
    let desk = Desk::new().await;
    let key = deliver(&desk, &with_card("graham@example.net", "a", GRAHAM)).await;
    let id = import(&desk, key).await;
    let mut contact = desk.engine.contact(id).await.expect("a contact");
    contact.name = "Graham (work)".into();
    desk.engine.save_contact(contact).await.expect("saved");
    let news = "FN:G. Pearce\nROLE:Director\nTEL;TYPE=fax:+1-613-555-0199\n\
                EMAIL:graham@example.net";
    let key = deliver(&desk, &with_card("graham@example.net", "b", news)).await;
    let expected = CardOfferKind::News(vec![CardField::Role, CardField::FaxNumber]);
    assert_eq!(offer(&desk, key).await, Some(expected));
    import(&desk, key).await;
    let contact = desk.engine.contact(id).await.expect("a contact");
    assert_eq!(contact.name, "Graham (work)");
    assert_eq!(contact.role.as_deref(), Some("Director"));
    assert_eq!(contact.tels.len(), 2);
    assert!(contact.has_spoken_name, "what the new card lacks stays");
}

fn old_and_new(comparison: &CardComparison, field: CardField) -> (Option<&str>, &str) {
    let change = comparison.changes.iter().find(|change| change.field == field).expect("a change");
    (change.old.as_ref().map(CardValue::as_str), change.new.as_str())
}

#[tokio::test]
async fn a_card_is_shown_beside_the_entry_field_by_field() {
    let desk = Desk::new().await;
    let key = deliver(&desk, &with_card("graham@example.net", "a", GRAHAM)).await;
    let compare = async |key| {
        let path = path(&desk, key).await;
        desk.engine.compare_card(key, path).await.expect("compared")
    };
    let new = compare(key).await;
    assert_eq!((new.contact.is_none(), new.changes.len()), (true, 6));
    assert!(new.changes.iter().all(|change| change.old.is_none()));
    let id = import(&desk, key).await;
    assert!(compare(key).await.changes.is_empty());
    let news = "FN:Graham Pearce\nROLE:Director\nORG:Example\nTEL;TYPE=voice:+1-613-555-0199\n\
        TEL;TYPE=fax:+1-613-555-0177\nEMAIL:graham@example.net\nEMAIL:graham@new.example";
    let key = deliver(&desk, &with_card("graham@example.net", "b", news)).await;
    let comparison = compare(key).await;
    assert_eq!(comparison.contact, Some((id, "Graham Pearce".into())));
    for (field, old, new) in [
        (CardField::Role, Some("Sales"), "Director"),
        (CardField::Organization, None, "Example"),
        (CardField::Number, Some("+1-613-555-0142"), "+1-613-555-0199"),
        (CardField::FaxNumber, None, "+1-613-555-0177"),
        (CardField::Address, Some("graham@example.net"), "graham@new.example"),
    ] {
        assert_eq!(old_and_new(&comparison, field), (old, new));
    }
    assert_eq!(comparison.changes.len(), 5, "what the card lacks is no change");
}

/// A message whose card names its sound by Content-ID, with a recording of so many octets under that
/// ID and one of other length beside it.
fn with_sounds(sound: &str, enclosed: bool) -> String {
    let part = |head: &str, octets: usize| {
        format!("--x\nContent-Type: audio/basic\n{head}\n\n{}\n", "~".repeat(octets))
    };
    let card = format!(
        "--x\nContent-Type: text/directory; profile=vCard\n\nBEGIN:VCARD\nVERSION:3.0\n\
         FN:Graham Pearce\nEMAIL:graham@example.net\n{sound}END:VCARD\n"
    );
    let spoken = part("Content-Disposition: inline; voice=Originator-Spoken-Name", 800);
    let other = part(
        "Content-ID: <mine@example.net>\nContent-Disposition: inline; voice=Voice-Message",
        1600,
    );
    let head = "From: Graham Pearce <graham@example.net>\nTo: robin@example.com\nSubject: Voice\n\
        Message-ID: <s@example.net>\nDate: Tue, 04 Mar 2025 09:10:00 +0000\nMIME-Version: 1.0\n";
    let body = |inside: &str| {
        format!(
            "{head}Content-Type: multipart/voice-message; version=2.0; boundary=x\n\n{inside}--x--\n"
        )
    };
    if enclosed {
        // The recording is in the outer message, the card in the inner one.
        let inner = body(&card).replace("--x", "--y").replace("=x", "=y");
        body(&format!("{spoken}{other}--x\nContent-Type: message/rfc822\n\n{inner}"))
    } else {
        body(&format!("{spoken}{other}{card}"))
    }
}

#[tokio::test]
async fn the_spoken_name_is_the_part_that_the_card_names_or_the_senders() {
    let name = "SOUND;TYPE=BASIC;VALUE=uri:CID:mine@example.net\n";
    let missing = "SOUND;TYPE=BASIC;VALUE=uri:CID:elsewhere@example.net\n";
    for (sound, samples) in [(name, Some(1600)), ("", Some(800)), (missing, None)] {
        let desk = Desk::new().await;
        let key = deliver(&desk, &with_sounds(sound, false)).await;
        let id = import(&desk, key).await;
        let found = desk.engine.spoken_name(id).await.ok().map(|pcm| pcm.samples.len());
        assert_eq!(found, samples, "{sound}");
    }
}

#[tokio::test]
async fn sound_and_picture_of_a_private_message_do_not_enter_the_directory() {
    let named = "SOUND;TYPE=BASIC;VALUE=uri:CID:mine@example.net\n";
    let inline = "SOUND;TYPE=BASIC;ENCODING=b:////////////////////////////////////////\n\
                  PHOTO;TYPE=GIF;ENCODING=b:R0lGODlh\n";
    let personal = [
        "NOTE:canary",
        "BDAY:1970-01-01",
        "URL:http://canary",
        "NICKNAME:Canary",
        "ORG:Canary;Left",
        "TITLE:Canary",
        "ADR:;;1 Canary St;Ottawa;;;",
        "TZ:-05:00",
        "UID:canary",
    ];
    let said = personal.join("\n") + "\nN:Pearce;Graham;;Dr;\n";
    for (value, lines, kept) in [
        ("Private", named, false),
        ("Private", "", false),
        ("Personal", inline, false),
        ("Hush", inline, false),
        ("Company-Confidential", inline, true),
    ] {
        let desk = Desk::new().await;
        let lines = &format!("{lines}{said}");
        let message = format!("Sensitivity: {value}\n{}", with_sounds(lines, false));
        let key = deliver(&desk, &message).await;
        let id = import(&desk, key).await;
        let name = desk.engine.spoken_name(id).await;
        assert_eq!(name.is_ok(), kept, "{value} {lines}");
        let card = desk.engine.export_contact(id).await.expect("a card");
        let card = String::from_utf8_lossy(&card).into_owned();
        assert!(card.contains("FN:Graham Pearce") && card.contains("graham@example.net"), "{card}");
        assert_eq!(card.contains("SOUND") || card.contains("PHOTO"), kept, "{value}: {card}");
        assert!(card.contains("Pearce;Graham;;Dr"), "{value}: {card}");
        for line in personal {
            let (name, said) = line.split_once(':').expect("a field");
            let there =
                card.contains(&format!("\n{name}")) || card.to_lowercase().contains("canary");
            assert!(kept || !there, "{value}: {said} of {name} in {card}");
        }
    }
}

#[tokio::test]
async fn a_forwarded_card_stays_in_its_message_and_takes_nothing_from_around_it() {
    let desk = Desk::new().await;
    let name = "SOUND;TYPE=BASIC;VALUE=uri:CID:mine@example.net\n";
    let key = deliver(&desk, &with_sounds(name, true)).await;
    let opened = desk.engine.open(key).await.expect("opened");
    assert!(opened.mail.cards.is_empty() && opened.offers.is_empty());
    let [inner] = opened.mail.forwarded.as_slice() else { panic!("{:?}", opened.mail.forwarded) };
    let path = format!("3/{}", inner.cards[0].path);
    let (id, _) = desk.engine.import_card(key, path, false).await.expect("imported");
    assert!(desk.engine.spoken_name(id).await.is_err(), "the recording is of another level");
}

#[tokio::test]
async fn what_the_user_typed_is_never_replaced() {
    let desk = Desk::new().await;
    let key = deliver(&desk, &with_card("graham@example.net", "a", GRAHAM)).await;
    let id = import(&desk, key).await;
    let mut contact = desk.engine.contact(id).await.expect("a contact");
    contact.role = Some("My neighbour".into());
    contact.place = Some("Ottawa".into());
    desk.engine.save_contact(contact).await.expect("saved");
    let news = "FN:Graham\nROLE:Director\nADR:;;;Toronto;;;\nEMAIL:graham@example.net";
    let key = deliver(&desk, &with_card("graham@example.net", "b", news)).await;
    assert_eq!(offer(&desk, key).await, Some(CardOfferKind::News(vec![CardField::Name])));
    import(&desk, key).await;
    let file = format!("BEGIN:VCARD\nVERSION:3.0\n{news}\nEND:VCARD\n").into_bytes();
    desk.engine.import_cards(file, "a.vcf".into(), true).await.expect("imported");
    let contact = desk.engine.contact(id).await.expect("a contact");
    assert_eq!(contact.name, "Graham");
    assert_eq!(contact.role.as_deref(), Some("My neighbour"));
    assert_eq!(contact.place.as_deref(), Some("Ottawa"));
}

#[tokio::test]
async fn a_file_overwrites_nothing_unasked_and_is_taken_back_as_a_whole() {
    let desk = Desk::new().await;
    let key = deliver(&desk, &with_card("graham@example.net", "a", GRAHAM)).await;
    let id = import(&desk, key).await;
    let before = desk.engine.contact(id).await.expect("a contact");
    let file = b"BEGIN:VCARD\nVERSION:3.0\nFN:G. P.\nROLE:Director\nORG:Example\n\
        EMAIL:graham@example.net\nEMAIL:graham@new.example\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:4.0\nFN:Flo\nTEL:4417\nEND:VCARD\n";
    let import = async |overwrite| {
        let imported = desk.engine.import_cards(file.to_vec(), "a.vcf".into(), overwrite).await;
        imported.expect("imported")
    };
    let (ids, undo) = import(false).await;
    assert_eq!((ids.len(), ids[0]), (2, id));
    let kept = desk.engine.contact(id).await.expect("a contact");
    assert_eq!((&kept.name, &kept.role), (&before.name, &before.role));
    assert_eq!(kept.emails, before.emails);
    assert_eq!(kept.source, before.source);
    assert_eq!(kept.organization.as_deref(), Some("Example"), "what was missing is taken");
    desk.engine.undo(undo).await.expect("taken back");
    assert_eq!(desk.engine.contact(id).await.expect("a contact"), before);
    assert!(desk.engine.contacts("Flo".into()).await.expect("people").is_empty());
    let (_, undo) = import(true).await;
    let taken = desk.engine.contact(id).await.expect("a contact");
    assert_eq!((taken.name.as_str(), taken.role.as_deref()), ("G. P.", Some("Director")));
    assert_eq!(taken.emails.len(), before.emails.len() + 1, "no address is lost");
    assert_eq!(taken.source, ContactSource::File("a.vcf".into()));
    assert!(taken.has_spoken_name, "what the card lacks stays");
    desk.engine.undo(undo).await.expect("taken back");
    assert_eq!(desk.engine.contact(id).await.expect("a contact"), before);
}

#[tokio::test]
async fn numbers_match_after_addresses_and_bring_no_address_in_unasked() {
    let desk = Desk::new().await;
    let file = b"BEGIN:VCARD\nFN:Ada\nTEL:+1-613-555-0100\nEND:VCARD\n\
        BEGIN:VCARD\nFN:Bo\nTEL:+1 613 555 0101\nEND:VCARD\n";
    let ids = desk.engine.import_file(file.to_vec(), "a.vcf".into()).await.expect("imported");
    let compare = async |card: &str| {
        let file = format!("BEGIN:VCARD\n{card}\nEND:VCARD\n").into_bytes();
        desk.engine.compare_cards(file).await.expect("compared").remove(0)
    };
    // By number, whatever the separators; never by name.
    let same = compare("FN:A.\nTEL:+16135550100").await;
    assert_eq!(same.contact, Some((ids[0], "Ada".into())));
    assert_eq!(compare("FN:Ada\nTEL:+16135550109").await.contact, None);
    let file = b"BEGIN:VCARD\nFN:Cy\nEMAIL:cy@example.net\nTEL:+16135550109\nEND:VCARD\n\
        BEGIN:VCARD\nFN:Dee\nEMAIL:dee@example.net\nTEL:+16135550100\nEND:VCARD\n";
    let ids = desk.engine.import_file(file.to_vec(), "b.vcf".into()).await.expect("imported");
    // Dee's card has Ada's number: it is taken for Ada's, and its address waits for a choice.
    let ada = same.contact.clone().expect("Ada").0;
    assert_eq!(ids[1], ada);
    assert!(desk.engine.contact(ada).await.expect("Ada").emails.is_empty());
    let dee = compare("FN:Dee\nEMAIL:dee@example.net\nTEL:+16135550100").await;
    assert!(dee.changes.iter().all(|change| change.needs_choice()), "{dee:?}");
    // A number that two people have tells nothing.
    let again = Contact { id: None, ..desk.engine.contact(ada).await.expect("Ada") };
    desk.engine.save_contact(again).await.expect("saved");
    assert_eq!(compare("FN:A.\nTEL:+16135550100").await.contact, None);
    // An address counts before a number.
    let cy = compare("FN:Cy\nTEL:+16135550100\nEMAIL:cy@example.net").await;
    assert_eq!(cy.contact.as_ref().map(|(id, _)| *id), Some(ids[0]));
    assert_eq!(old_and_new(&cy, CardField::Number), (Some("+16135550109"), "+16135550100"));
}

#[tokio::test]
async fn our_own_card_goes_only_to_those_who_sent_theirs() {
    let desk = Desk::new().await;
    desk.deliver(sending::PLAIN);
    deliver(&desk, &with_card("graham@example.net", "a", GRAHAM)).await;
    let cards = async |when| {
        desk.engine.set_own_card(when);
        let before = desk.server.submitted().len();
        for to in ["cy@example.net", "graham@example.net"] {
            desk.engine.send(sending::voice(desk.account, to)).await.expect("queued");
        }
        desk.engine.drain_outbox().await.expect("drained");
        let mut sent: Vec<_> = desk
            .server
            .submitted()
            .iter()
            .skip(before)
            .map(|s| Mail::read(&s.octets, &ReadOptions::default()))
            .map(|mail| (mail.to[0].addr.to_string(), mail.cards.len()))
            .collect();
        sent.sort();
        sent.into_iter().map(|(_, cards)| cards).collect::<Vec<_>>()
    };
    assert_eq!(cards(OwnCard::Automatic).await, [0, 1]);
    assert_eq!(cards(OwnCard::Never).await, [0, 0]);
    assert_eq!(cards(OwnCard::Always).await, [1, 1]);
}

#[tokio::test]
async fn an_older_card_brings_nothing_back() {
    let desk = Desk::new().await;
    let dated = |rev: &str, role: &str| {
        let card = format!("FN:Graham\nREV:{rev}\nROLE:{role}\nEMAIL:graham@example.net");
        with_card("graham@example.net", rev, &card)
    };
    let key = deliver(&desk, &dated("20250304T100000Z", "Director")).await;
    let id = import(&desk, key).await;
    let key = deliver(&desk, &dated("2024-01-01T00:00:00Z", "Sales")).await;
    assert_eq!(offer(&desk, key).await, Some(CardOfferKind::Known));
    let path = path(&desk, key).await;
    refused(desk.engine.import_card(key, path, false).await);
    let role = desk.engine.contact(id).await.expect("a contact").role;
    assert_eq!(role.as_deref(), Some("Director"));
}

#[tokio::test]
async fn nobody_comes_in_from_header_fields() {
    let desk = Desk::new().await;
    deliver(&desk, super::sending::PLAIN).await;
    assert!(desk.engine.contacts(String::new()).await.expect("people").is_empty());
}

#[tokio::test]
async fn two_cards_in_one_message_offer_nothing() {
    let desk = Desk::new().await;
    let message = with_card("graham@example.net", "a", GRAHAM).replace(
        "--x--",
        "--x\nContent-Type: text/vcard\n\nBEGIN:VCARD\nVERSION:3.0\nFN:B\nEMAIL:b@example.net\n\
         END:VCARD\n--x--",
    );
    let key = deliver(&desk, &message).await;
    assert_eq!(offer(&desk, key).await, None);
    // Below the window too.
    let opened = desk.engine.open(key).await.expect("opened");
    assert_eq!(opened.mail.cards.len(), 2);
    for card in &opened.mail.cards {
        refused(desk.engine.import_card(key, card.path.clone(), true).await);
        refused(desk.engine.compare_card(key, card.path.clone()).await);
    }
    assert!(desk.engine.contacts(String::new()).await.expect("people").is_empty());
}

#[tokio::test]
async fn the_users_own_hand() {
    let desk = Desk::new().await;
    let nameless = Contact::default();
    assert!(matches!(desk.engine.save_contact(nameless).await, Err(Error::Invalid(_))));
    let contact = Contact {
        name: "Dee Moss".into(),
        emails: vec![ContactEmail { addr: addr("dee@example.net"), vpim: true, preferred: true }],
        ..Contact::default()
    };
    let id = desk.engine.save_contact(contact).await.expect("saved");
    let saved = desk.engine.contact(id).await.expect("a contact");
    assert_eq!(saved.source, ContactSource::Typed);
    let card = desk.engine.export_contact(id).await.expect("a card");
    let undo = desk.engine.delete_contact(id).await.expect("deleted");
    assert!(desk.engine.contacts("dee".into()).await.expect("people").is_empty());
    desk.engine.undo(undo).await.expect("back");
    assert_eq!(desk.engine.contacts("moss".into()).await.expect("people").len(), 1);
    let again = desk.engine.import_file(card, "dee.vcf".into()).await.expect("imported");
    assert_eq!(again, [id], "the same person");
    let other = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Flo\r\nTEL:4417\r\nEND:VCARD\r\n".to_vec();
    let flo = desk.engine.import_file(other, "flo.vcf".into()).await.expect("imported");
    let flo = desk.engine.contact(flo[0]).await.expect("a contact");
    assert_eq!(flo.source, ContactSource::File("flo.vcf".into()));
    assert!(matches!(
        desk.engine.import_file(b"nonsense".to_vec(), "x".into()).await,
        Err(Error::Invalid(_))
    ));
}

#[tokio::test]
async fn digits_go_through_the_gateway() {
    let desk = Desk::new().await;
    let found = desk.engine.complete(desk.account, "4417".into()).await.expect("suggestions");
    assert_eq!(found[0].kind, CompletionKind::Extension("4417".into()));
    assert_eq!(found[0].address.addr, addr("4417@gw.example.com"));
    let found =
        desk.engine.complete(desk.account, "+44 113 496 0117".into()).await.expect("suggestions");
    let (number, gateway) = ("+44 113 496 0117".into(), "gw.example.com".into());
    assert_eq!(found[0].kind, CompletionKind::Number { number, gateway });
    assert_eq!(found[0].address.addr, addr("+441134960117@gw.example.com"));
    let found = desk.engine.complete(desk.account, "ada@example.net".into()).await.expect("it");
    assert_eq!(found.last().map(|c| c.address.addr.clone()), Some(addr("ada@example.net")));
}

#[tokio::test]
async fn a_card_is_handed_on_with_all_that_it_said() {
    let lines = [
        "FN:Dr. Jane Q. Roe PhD",
        "N:Roe;Jane;Q.;Dr.;PhD",
        "NICKNAME:JR,Janey",
        "BDAY:1980-02-03",
        "ORG:ABC\\, Inc.;North;Sales",
        "TITLE:Head",
        "ADR;TYPE=work:;Suite 5;12 Main St;Springfield;IL;62701;USA",
        "URL:https://example.com/jane?a=1,2",
        "NOTE:Likes\\nlong lines",
    ];
    let card = format!(
        "BEGIN:VCARD\nVERSION:3.0\n{}\nEMAIL:jane@example.net\nEND:VCARD\n",
        lines.join("\n")
    );
    let desk = Desk::new().await;
    let ids = desk.engine.import_file(card.into_bytes(), "jane.vcf".into()).await.expect("taken");
    let out = async || {
        let octets = desk.engine.export_contact(ids[0]).await.expect("a card");
        String::from_utf8(octets).expect("text").replace("\r\n ", "")
    };
    let whole = out().await;
    for line in lines {
        assert!(whole.contains(&format!("\r\n{line}\r\n")), "{line}: {whole}");
    }
    // A card with less takes nothing away, one with other words replaces them.
    let newer = "BEGIN:VCARD\nVERSION:3.0\nFN:Dr. Jane Q. Roe PhD\nORG:Calder;Leeds\n\
                 EMAIL:jane@example.net\nREV:20300101T000000Z\nEND:VCARD\n";
    desk.engine.import_cards(newer.into(), "new.vcf".into(), true).await.expect("taken");
    let newer = out().await;
    assert!(newer.contains("\r\nORG:Calder;Leeds\r\n") && !newer.contains("ABC"), "{newer}");
    assert!(newer.contains("\r\nN:Roe;Jane;Q.;Dr.;PhD\r\n"), "{newer}");
    assert!(newer.contains("\r\nBDAY:1980-02-03\r\n"), "{newer}");
    // What the user types wins.
    let contact = desk.engine.contact(ids[0]).await.expect("an entry");
    let contact = Contact { name: "Jane Miller".into(), place: Some("Hull".into()), ..contact };
    desk.engine.save_contact(contact).await.expect("kept");
    let typed = out().await;
    assert!(typed.contains("\r\nFN:Jane Miller\r\nN:Jane Miller;;;;\r\n"), "{typed}");
    assert!(typed.contains("\r\nADR:;;;Hull;;;\r\n") && !typed.contains("Springfield"), "{typed}");
    assert!(typed.contains("\r\nNICKNAME:JR,Janey\r\n"), "{typed}");
}

#[tokio::test]
async fn domains_of_the_directory_are_those_that_mail_is_written_to() {
    let desk = Desk::new().await;
    let card = "FN:J\u{fc}rgen\nEMAIL:juergen@b\u{fc}cher.example";
    let key = deliver(&desk, &with_card("juergen@xn--bcher-kva.example", "a", card)).await;
    let id = import(&desk, key).await;
    let mut contact = desk.engine.contact(id).await.expect("a contact");
    let written = |contact: &Contact| -> Vec<String> {
        contact.emails.iter().map(|email| email.addr.to_string()).collect()
    };
    assert_eq!(written(&contact), ["juergen@xn--bcher-kva.example"]);
    // Typed, it becomes the same.
    contact.emails[0].addr = addr("jurgen@b\u{fc}cher.example");
    desk.engine.save_contact(contact).await.expect("saved");
    let contact = desk.engine.contact(id).await.expect("a contact");
    assert_eq!(written(&contact), ["jurgen@xn--bcher-kva.example"]);
    // The sender is known however the domain is written.
    let key = deliver(&desk, &with_card("jurgen@b\u{fc}cher.example", "b", "FN:X")).await;
    let row = desk.engine.open(key).await.expect("opened").row;
    assert_eq!(row.contact, Some(id));
}
