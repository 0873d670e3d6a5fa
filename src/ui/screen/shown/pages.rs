//! A fax at several sizes, the menu of a message, and the settings.

use super::*;
use crate::ui::screen::{
    reader::{fax, toolbar},
    settings::{self, Section, Settings, voice_card},
    testing::part,
};

/// A fax of one page, as wide as a scan, with lines on it.
fn fax_open() -> Reader {
    let mut m = mail();
    m.kind = MessageKind::Fax;
    m.subject = Some("Bill of lading 40718".into());
    m.parts = vec![part("1", "image/tiff", crate::message::PartRole::Fax, None)];
    m.pages = Some(2);
    let state = State::default();
    let mut reader = reader_of(opened(m), &state);
    let place = |page| fax::Place { path: "1".into(), page };
    let (width, height) = (620_u32, 800_u32);
    let pixel = |n: u32| if (n / width) % 40 < 4 || n % width % 155 < 3 { 60 } else { 255 };
    let pixels =
        (0..width * height).flat_map(|n| [pixel(n), pixel(n), pixel(n), 255]).collect::<Vec<u8>>();
    let page = fax::Page {
        handle: iced::widget::image::Handle::from_rgba(width, height, pixels),
        size: (width, height),
        damaged: false,
        fine: false,
    };
    for message in [
        fax::Message::Counted(KEY, Ok(vec![place(0), place(1)].into())),
        fax::Message::Drawn(KEY, 0, Ok(page)),
    ] {
        reader.update(reader::Message::Fax(message), &ctx(&state));
    }
    reader
}

#[test]
fn a_fax_says_its_page_and_its_size_and_zooms_by_buttons() {
    let state = State::default();
    let mut reader = fax_open();
    reads("fax", &reader, &state, &["Page 1 of 2", "100 %"]);
    for _ in 0..3 {
        reader.update(reader::Message::Fax(fax::Message::ZoomIn), &ctx(&state));
    }
    let said = reads("fax-zoomed", &reader, &state, &["Page 1 of 2", "200 %"]);
    reader.update(reader::Message::Fax(fax::Message::FitWidth), &ctx(&state));
    assert!(matches!(said.as_slice(), [reader::Message::Fax(fax::Message::FitWidth)]), "{said:?}");
    reader.update(reader::Message::Fax(fax::Message::ZoomOut), &ctx(&state));
    reads("fax-small", &reader, &state, &["75 %"]);
}

#[test]
fn the_menu_of_a_message() {
    let state = State::default();
    let mut reader = reader_of(voice(), &state);
    reader.update(reader::Message::Toolbar(Tool::More), &ctx(&state));
    reader.update(reader::Message::Ignored, &ctx(&state));
    let said = reads("reader-menu", &reader, &state, &["Mark as unheard"]);
    let pressed =
        |m: &reader::Message| matches!(m, reader::Message::Toolbar(toolbar::Message::MarkUnheard));
    assert!(said.iter().any(pressed), "{said:?}");
}

#[test]
fn every_section_of_the_settings_and_the_voice_card() {
    const PAGE: Size = Size::new(1280.0, 800.0);
    let state = State::default();
    let context = Context { width: PAGE.width, ..ctx(&state) };
    let (mut settings, _) = Settings::open();
    for (section, name, text) in [
        (Section::Accounts, "settings-accounts", "Add your account"),
        (Section::Listening, "settings-listening", "Test"),
        (Section::Recording, "settings-recording", "Test"),
        (Section::Sending, "settings-sending", "10 s"),
        (Section::Appearance, "settings-appearance", "150 %"),
        (Section::Keyboard, "settings-keyboard", "On"),
        (Section::Doctor, "settings-doctor", "Check everything"),
        (Section::About, "settings-about", "Aloud"),
        (Section::VoiceCard, "settings-voice-card", "Your spoken name"),
    ] {
        settings.update(settings::Message::Show(section), &context);
        let mut shown = show(name, PAGE, |look| settings::view(&settings, &context, look));
        assert!(shown.find(text).is_ok(), "“{text}” is not in {name}");
    }
    let card = |message| settings::Message::Card(message);
    settings.update(card(voice_card::Message::Loaded(Ok(None))), &context);
    settings.update(card(voice_card::Message::Press), &context);
    settings.update(card(voice_card::Message::Ready(Ok(()))), &context);
    let mut shown =
        show("settings-recording-name", PAGE, |look| settings::view(&settings, &context, look));
    assert!(shown.find("Finish").is_ok());
    let _ = shown.click("Back to mail");
    let said: Vec<settings::Message> = shown.into_messages().collect();
    assert!(matches!(said.as_slice(), [settings::Message::Back]), "{said:?}");
}

#[test]
fn what_a_server_would_not_do_has_its_buttons() {
    use crate::{
        engine::{OpFailure, Operation, OperationId, OperationKind, OperationState},
        model::{AccountId, DateTime, MailboxId},
    };
    let operation = |id, state| Operation {
        id: OperationId(id),
        account: AccountId(1),
        mailbox: MailboxId(1),
        message: KEY,
        subject: "Friday".into(),
        kind: OperationKind::Move(MailboxId(2)),
        state,
        why: OpFailure::Server,
        said: "[OVERQUOTA] Full".into(),
        attempts: 1,
    };
    let state = State::default();
    let context = ctx(&state);
    let (mut outbox, _) = outbox::Outbox::open();
    outbox.update(outbox::Message::Loaded(Ok(Vec::new()), Vec::new()));
    let later = OperationState::Later(DateTime::utc(context.now.unix + 60));
    outbox.update(outbox::Message::Undone(vec![operation(1, later)]));
    let size = Size::new(420.0, 300.0);
    let mut shown = show("undone", size, |look| outbox::view(&outbox, &context, look));
    for text in [
        "Not done on the server",
        "Friday",
        "A message is not moved on the server yet; Aloud asks again. The server said: [OVERQUOTA] \
         Full",
    ] {
        assert!(shown.find(text).is_ok(), "“{text}” is not there");
    }
    shown.click("Try again").expect("a button");
    shown.click("Give up").expect("a button");
    let said: Vec<outbox::Message> = shown.into_messages().collect();
    for message in said {
        // The first order rests the buttons.
        outbox.update(message);
    }
    let mut shown = show("undone-busy", size, |look| outbox::view(&outbox, &context, look));
    let _ = shown.click("Give up");
    assert_eq!(shown.into_messages().count(), 0);
    outbox.update(outbox::Message::Undone(vec![operation(2, OperationState::Failed)]));
    let mut shown = show("undone-failed", size, |look| outbox::view(&outbox, &context, look));
    assert!(shown.find("Try again").is_err(), "it was taken back");
    shown.click("Remove").expect("a button");
    let said: Vec<outbox::Message> = shown.into_messages().collect();
    let remove = outbox::undone::Message::Discard(OperationId(2));
    assert!(matches!(said.as_slice(), [outbox::Message::Operation(m)]
        if format!("{m:?}") == format!("{remove:?}")));
}
