//! Recordings in ordinary mail, and who a message is from, as the window shows them.

use super::*;
use crate::{
    engine::{Confirmation, KnownCaller},
    message::{PartProblem, PartRole, Seal},
    model::Address,
    ui::screen::testing::part,
};

/// An ordinary mail with so many recordings.
fn recordings(count: usize) -> Opened {
    let mut m = mail();
    m.kind = MessageKind::Email;
    m.subject = Some("Three takes".into());
    m.text = Some("Here they are.".into());
    m.parts = vec![part("1", "text/plain", PartRole::Text, None)];
    for n in 0..count {
        let mut sound = part(&(n + 2).to_string(), "audio/mp4", PartRole::Attachment, Some(12.0));
        sound.filename = Some(format!("Take {}.m4a", n + 1));
        m.parts.push(sound);
    }
    opened(m)
}

#[test]
fn an_ordinary_mail_with_three_recordings() {
    let state = State::default();
    let reader = reader_of(recordings(3), &state);
    let texts = ["Here they are.", "3 recordings", "Take 1.m4a", "Take 2.m4a", "Take 3.m4a"];
    let context = ctx(&state);
    let mut shown = show("recordings", PANE, |look| reader::view(&reader, false, &context, look));
    for text in &texts[1..] {
        assert!(shown.find(*text).is_ok(), "“{text}” is not there");
    }
    assert!(shown.find("Attached").is_err(), "what plays is no file beside it");
    // The one that sounds has speed and the rest below it.
    let mut playing = playing();
    playing.player.clip = Some(super::super::player::clip_of(KEY, Some("3")));
    playing.player.segment = 0;
    reads("recordings-playing", &reader, &playing, &["Take 2.m4a", "1×", "Skip silence"]);
}

#[test]
fn many_recordings_are_shown_by_and_by() {
    let state = State::default();
    let reader = reader_of(recordings(1_000), &state);
    let context = ctx(&state);
    let size = Size::new(688.0, 4_000.0);
    let view = |look| reader::view(&reader, false, &context, look);
    let mut shown = show("recordings-many", size, view);
    assert!(shown.find("1000 recordings").is_ok());
    assert!(shown.find("Take 20.m4a").is_ok() && shown.find("Take 21.m4a").is_err());
    shown.click("Show more (980)").expect("a button");
    let said: Vec<_> = shown.into_messages().collect();
    assert!(
        matches!(said.as_slice(), [reader::Message::Clips(reader::clips::Message::More)]),
        "{said:?}"
    );
}

#[test]
fn a_spoofed_bank_shows_where_it_came_from() {
    let state = State::default();
    let mut m = mail();
    m.sender.name = Some("HSBC Bank".into());
    m.sender.number = Some("+44 20 7946 0000".into());
    m.sender.address = Some(addr("thief@evil.example"));
    let mut o = opened(m);
    o.row.via = Some("thief@evil.example".into());
    o.confirmation = Confirmation::Failed {
        domain: "evil.example".into(),
        server: "mx.calderfinch.example".into(),
    };
    reads(
        "spoofed",
        &reader_of(o, &state),
        &state,
        &[
            "HSBC Bank",
            "+44 20 7946 0000 · via thief@evil.example",
            "This may not be from evil.example",
        ],
    );
}

#[test]
fn my_own_message_in_sent_is_from_me_and_offers_no_answer() {
    let state = State::default();
    let accounts = [an_account()];
    let mut m = mail();
    m.sensitivity = Some(Sensitivity::Private);
    let mut o = opened(m);
    o.row.outgoing = true;
    let mut reader = reader_of(o, &state);
    let context = Context { accounts: &accounts, ..ctx(&state) };
    let mut shown = show("sent", PANE, |look| reader::view(&reader, false, &context, look));
    for text in
        ["Helen Marsh", "helen@calderfinch.example", "You marked this message private", "Forward"]
    {
        assert!(shown.find(text).is_ok(), "“{text}” is not there");
    }
    for text in
        ["Reply by voice", "Reply", "The sender’s system didn’t supply a text for this message."]
    {
        assert!(shown.find(text).is_err(), "“{text}” is there");
    }
    drop(shown);
    for press in [Tool::ReplyVoice, Tool::ReplyText, Tool::ReplyAll] {
        let said = reader.update(reader::Message::Toolbar(press), &context).flat();
        assert!(matches!(said.as_slice(), [Action::Toast(_)]), "{said:?}");
    }
}

#[test]
fn a_telephone_system_offers_the_number_and_whom_it_belongs_to() {
    let state = State::default();
    let mut m = mail();
    m.sender.outside_caller = true;
    m.sender.name = Some("Alice Adams".into());
    m.sender.number = Some("+1 212 555 1234".into());
    m.may_reply = Permission::Refused(Refusal::OutsideCaller { number: None });
    let mut o = opened(m);
    o.caller = Some(KnownCaller {
        contact: ContactId(3),
        name: "Alice Adams".into(),
        address: Some(Address::bare(addr("alice@example.net"))),
    });
    let mut reader = reader_of(o, &state);
    for (button, press) in [
        ("Copy number", Press::CopyNumber),
        ("Call", Press::Call),
        ("Record a message to Alice Adams", Press::ReplyToKnown),
    ] {
        let said = reads("outside-known", &reader, &state, &[button]);
        assert!(
            matches!(said.as_slice(), [reader::Message::Bar(message)] if *message == press),
            "{said:?}"
        );
    }
    let composes = reader.update(reader::Message::Bar(Press::ReplyToKnown), &ctx(&state)).flat();
    let [Action::Do(super::super::Verb::Compose(Compose::Voice(to)))] = composes.as_slice() else {
        panic!("{composes:?}")
    };
    assert_eq!(to[0].addr, addr("alice@example.net"));
    let calls = reader.update(reader::Message::Bar(Press::Call), &ctx(&state)).flat();
    assert!(matches!(calls.as_slice(), [Action::Run(_)]), "{calls:?}");
}

#[test]
fn sealed_mail_says_so_where_the_text_would_stand() {
    let state = State::default();
    let sealed = |text: Option<&str>| {
        let mut m = mail();
        m.kind = MessageKind::Email;
        m.text = text.map(Into::into);
        let mut part = part("1", "application/pkcs7-mime", PartRole::Attachment, None);
        part.problem = Some(PartProblem::Sealed(Seal::Smime));
        m.parts = vec![part];
        reader_of(opened(m), &state)
    };
    let said = "This message is encrypted (S/MIME); open it in a mail program that has your \
                certificate.";
    let context = ctx(&state);
    let (bare, read) = (sealed(None), sealed(Some("Read me on the page.")));
    let mut shown = show("sealed", PANE, |look| reader::view(&bare, false, &context, look));
    assert!(shown.find(said).is_ok(), "where the text would stand");
    assert!(shown.find("There is nothing in this message.").is_err());
    reads("sealed-read", &read, &state, &[said]);
    // A voice message too: no system failed to write something there.
    let mut m = mail();
    m.text = None;
    m.transcript = None;
    let mut part = part("1", "application/pkcs7-mime", PartRole::Attachment, None);
    part.problem = Some(PartProblem::Sealed(Seal::Smime));
    m.parts = vec![part];
    let mut voice = opened(m);
    voice.row.kind = MessageKind::Voice;
    let voice = reader_of(voice, &state);
    let mut shown = show("sealed-voice", PANE, |look| reader::view(&voice, false, &context, look));
    assert!(shown.find(said).is_ok(), "where the text would stand");
    assert!(shown.find(fl!("reader-no-text").as_str()).is_err());
}
