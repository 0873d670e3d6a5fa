//! What the screens show, in the exact words of the interface text, and what a press on it says.
//! Drawn by iced's simulator, without a display.
//!
//! With the variable `ALOUD_PICTURES` set to a folder, each screen is also written there as a
//! picture, light and dark, to be looked at beside the design.

use std::{path::PathBuf, time::Duration};

use iced::{Settings, Size};
use iced_test::Simulator;

use super::{
    Action, Compose, Context,
    account::{self, Account},
    composer::{self, Composer},
    directory::{self, Directory},
    outbox::{self, Outbox},
    reader::{self, Reader, bars::Message as Press, toolbar::Message as Tool},
    testing::{account as an_account, addr, ctx, mail, marked_private, opened, person},
    welcome,
};
use crate::{
    audio::{Command, Phase, PlayerState, RecorderPhase, RecorderState, State},
    engine::{
        CardOffer, CardOfferKind, Contact, ContactEmail, ContactTel, Error, Failure, FailureWhy,
        FormatPlan, Opened, OutboxRow, OutboxState, ReceiptState, SpokenName,
    },
    message::{Dsn, Permission, Refusal, Report, dsn, mail::Transcript},
    model::{
        AccountId, ContactId, Importance, MessageKey, MessageKind, OutboxId, Sensitivity,
        voice::VoiceFormat,
    },
    ui::{
        prefs::Prefs,
        theme::{FONTS, Look, REGULAR},
        widget::{El, lines::Change},
    },
};

mod identity;
mod pages;

const KEY: MessageKey = MessageKey(7);
const PANE: Size = Size::new(688.0, 800.0);

/// Draws a view; writes its picture where one is wished for.
fn show<'a, M: 'a>(name: &str, size: Size, view: impl Fn(Look) -> El<'a, M>) -> Simulator<'a, M> {
    let settings = || Settings {
        default_font: REGULAR,
        fonts: FONTS.iter().map(|font| (*font).into()).collect(),
        ..Settings::default()
    };
    if let Some(folder) = std::env::var_os("ALOUD_PICTURES").map(PathBuf::from) {
        for (dark, suffix) in [(false, ""), (true, "-dark")] {
            let look = Look::new(dark);
            let drawn = iced::widget::container(view(look))
                .width(iced::Length::Fill)
                .height(iced::Length::Fill)
                .style(move |_| iced::widget::container::Style {
                    text_color: Some(look.c.text),
                    ..crate::ui::theme::style::area(look.c.reading)
                });
            let mut drawn = Simulator::<M>::with_size(settings(), size, drawn);
            let picture = drawn.snapshot(&look.theme()).expect("drawn");
            let file = folder.join(format!("{name}{suffix}.png"));
            picture.matches_image(&file).expect("written");
        }
    }
    Simulator::with_size(settings(), size, view(Look::new(false)))
}

fn reader_of(opened: Opened, state: &State) -> Reader {
    let (mut reader, _) = Reader::open(KEY);
    reader.update(reader::Message::Opened(KEY, Ok(Box::new(opened))), &ctx(state));
    reader
}

/// Looks for texts in a reader and presses the last one.
fn reads(name: &str, reader: &Reader, state: &State, texts: &[&str]) -> Vec<reader::Message> {
    let context = ctx(state);
    let mut shown = show(name, PANE, |look| reader::view(reader, false, &context, look));
    for text in texts {
        assert!(shown.find(*text).is_ok(), "“{text}” is not there");
    }
    if let Some(last) = texts.last() {
        let _ = shown.click(*last);
    }
    shown.into_messages().collect()
}

fn voice() -> Opened {
    let mut m = mail();
    m.importance = Some(Importance::High);
    m.transcript = Some(Transcript {
        text: "Hi Helen, it’s Graham in Ottawa. Quick one before the call. The carrier has moved our trunk migration to Friday, six to eight in the evening, your time. Leeds and Bristol go quiet for about ten minutes, so please warn the front desk.".into(),
        origin: "Cisco Unity Connection".into(),
    });
    let mut card = super::testing::part("4", "text/vcard", crate::message::PartRole::Card, None);
    card.filename = Some("Graham Pearce.vcf".into());
    m.parts.push(card);
    let mut o = opened(m);
    o.receipt = ReceiptState::NotYet;
    o.offers = vec![CardOffer {
        path: "4".into(),
        name: "Graham Pearce".into(),
        kind: CardOfferKind::New { numbers: 2, addresses: 2, spoken_name: true },
    }];
    o.peaks = (0..256_u32).map(|n| ((n * 37) % 200 + (n % 7) * 8) as u8).collect();
    o
}

fn playing() -> State {
    State {
        player: PlayerState {
            clip: Some(super::player::clip_of(KEY, None)),
            phase: Phase::Playing,
            segment: 2,
            label: "message".into(),
            position: Duration::from_secs(13),
            length: Duration::from_secs(34),
            skip_silence: true,
            volume: 0.72,
            ..PlayerState::default()
        },
        ..State::default()
    }
}

#[test]
fn a_voice_message_with_a_card() {
    let state = playing();
    let reader = reader_of(voice(), &state);
    let said = reads(
        "reader",
        &reader,
        &state,
        &[
            "Reply by voice",
            "Forward",
            "Ottawa trunk migration: Friday window",
            "Graham Pearce",
            "+1 613 555 0142",
            "To Helen Marsh, Leeds front desk",
            "Today, 09:41",
            "High importance",
            "Receipt requested",
            "Add Graham Pearce to your directory?",
            "The contact card has 2 numbers, 2 addresses and a spoken name.",
            "Hear who it’s from",
            "Spoken subject",
            "VPIM · English (Canada)",
            "0:13",
            "−0:21",
            "Skip silence",
            "Transcript",
            "Sent along by Cisco Unity Connection. May contain mistakes.",
            "Attached",
            "Add",
        ],
    );
    assert!(
        matches!(said.as_slice(), [reader::Message::Bar(Press::Import(path, false))] if path == "4"),
        "{said:?}"
    );
}

#[test]
fn a_message_that_sounds_while_it_is_fetched() {
    use super::player::{Came, Message, Question};
    let (mut reader, _) = Reader::open(KEY);
    let mut o = opened(mail());
    (o.complete, o.have) = (false, (40, 100));
    let idle = State::default();
    let came = reader::Message::Opened(KEY, Ok(Box::new(o)));
    let asked = reader.update(came, &ctx(&idle)).flat();
    let [super::Action::Ask(reader::Question::Player(Question::Hear { ticket, .. }))] =
        asked.as_slice()
    else {
        panic!("{asked:?}")
    };
    let peaks = (0..256_u32).map(|n| if n < 100 { 60 + (n * 37 % 180) as u8 } else { 0 });
    let piece = Came::Piece {
        segments: Some(Vec::new()),
        at: 0,
        pcm: std::sync::Arc::new(crate::codec::Pcm::telephone(vec![1; 13 * 8000])),
        peaks: peaks.collect(),
    };
    let clip = super::player::clip_of(KEY, None);
    let piece = Message::Came(clip, 2, *ticket, Box::new(piece));
    reader.update(reader::Message::Player(piece), &ctx(&idle));
    // While it sounds: its position, and what remains of the announced length.
    let mut state = playing();
    state.player.skip_silence = false;
    state.player.position = Duration::from_secs(9);
    reads("reader-coming", &reader, &state, &["0:09", "−0:25"]);
    // Where it runs dry.
    state.player.phase = Phase::Waiting;
    state.player.position = Duration::from_secs(13);
    reads("reader-waiting", &reader, &state, &["Fetching the recording, 40 %"]);
}

#[test]
fn the_name_stands_beside_the_sender_where_the_message_brings_none() {
    let mut state = State::default();
    let name = || Some(SpokenName { contact: ContactId(3), length: Some(Duration::from_secs(2)) });
    let mut o = voice();
    o.mail = std::sync::Arc::new(crate::message::Mail {
        parts: o.mail.parts.iter().skip(1).cloned().collect(),
        ..(*o.mail).clone()
    });
    o.spoken_name = name();
    let mut reader = reader_of(o, &state);
    let said = reads("reader-name", &reader, &state, &["0:02", "Hear the name"]);
    assert!(matches!(said.as_slice(), [reader::Message::HearName]), "{said:?}");
    let asks = reader.update(reader::Message::HearName, &ctx(&state)).flat();
    assert!(matches!(asks.as_slice(), [Action::Ask(reader::Question::Name(ContactId(3)))]));
    let pcm = std::sync::Arc::new(crate::codec::Pcm::telephone(vec![0; 800]));
    let plays = reader.update(reader::Message::Name(ContactId(3), Ok(pcm)), &ctx(&state)).flat();
    let [Action::Audio(Command::Load { clip, play: true, .. })] = plays.as_slice() else {
        panic!("{plays:?}");
    };
    // A second press holds it.
    state.player.clip = Some(clip.clone());
    state.player.phase = Phase::Playing;
    let holds = reader.update(reader::Message::HearName, &ctx(&state)).flat();
    assert!(matches!(holds.as_slice(), [Action::Audio(Command::Toggle)]));
    // The message's own name is the player's; it is not offered twice, and has the same key.
    let mut o = voice();
    o.spoken_name = name();
    let mut reader = reader_of(o, &State::default());
    let context = ctx(&state);
    let mut shown =
        show("reader-own-name", PANE, |look| reader::view(&reader, false, &context, look));
    assert!(shown.find("Hear who it’s from").is_ok());
    assert!(shown.find("Hear the name").is_err());
    drop(shown);
    let asks = reader.update(reader::Message::HearName, &ctx(&State::default())).flat();
    assert!(!asks.iter().any(|a| matches!(a, Action::Ask(reader::Question::Name(_)))), "{asks:?}");
}

#[test]
fn the_receipt_bar_after_listening() {
    let mut state = playing();
    state.player.phase = Phase::Ended;
    let mut o = voice();
    o.receipt = ReceiptState::Ask { to: vec![addr("g@northgate.example")], elsewhere: false };
    let reader = reader_of(o, &state);
    let said = reads(
        "receipt",
        &reader,
        &state,
        &[
            "Graham Pearce asked for a receipt",
            "A receipt tells Graham that you heard this today at 10:40.",
            "Do the same for Graham from now on",
            "Don’t send",
            "Send receipt",
        ],
    );
    assert!(matches!(said.as_slice(), [reader::Message::Bar(Press::Receipt(true))]), "{said:?}");
}

#[test]
fn a_private_message_explains_itself() {
    let state = State::default();
    let mut m = mail();
    m.sender.name = Some("Dr Amara Okafor".into());
    m.sensitivity = Some(Sensitivity::Private);
    m.to.truncate(1);
    m.may_forward = Permission::Refused(marked_private(true));
    m.may_save = Permission::Refused(marked_private(false));
    let mut reader = reader_of(opened(m), &state);
    reader.update(reader::Message::Toolbar(Tool::Forward), &ctx(&state));
    reads(
        "private",
        &reader,
        &state,
        &[
            "To Helen Marsh only",
            "Private",
            "This message can’t be forwarded",
            "Dr Amara Okafor marked it private. You can still reply.",
            "Dr Okafor marked this message private",
            "Aloud won’t forward it or export the sound. Replies leave the original out.",
            "The sender’s system didn’t supply a text for this message.",
        ],
    );
}

#[test]
fn an_outside_caller() {
    let state = State::default();
    let mut m = mail();
    m.sender.outside_caller = true;
    m.sender.name = Some("+44 20 7946 0153".into());
    m.sender.number = Some("+44 20 7946 0153".into());
    m.may_reply = Permission::Refused(Refusal::OutsideCaller { number: None });
    let reader = reader_of(opened(m), &state);
    let said = reads(
        "outside",
        &reader,
        &state,
        &[
            "This caller can’t be answered by mail",
            "The message was left from an outside line: +44 20 7946 0153.",
            "Copy number",
        ],
    );
    assert!(matches!(said.as_slice(), [reader::Message::Bar(Press::CopyNumber)]));
}

#[test]
fn a_delivery_report() {
    let state = State::default();
    let mut m = mail();
    m.kind = MessageKind::Dsn;
    m.parts.clear();
    m.report = Some(Report::Dsn(vec![
        Dsn {
            recipient: "7214@vm.bridgewater.example".into(),
            action: dsn::Action::Failed,
            status: "5.2.2".into(),
            ..Dsn::default()
        },
        Dsn {
            recipient: "4310@vm.calderfinch.example".into(),
            action: dsn::Action::Delivered,
            status: "2.0.0".into(),
            ..Dsn::default()
        },
    ]));
    let mut o = opened(m);
    o.about = Some(MessageKey(11));
    let mut reader = reader_of(o, &state);
    let mut sent = mail();
    sent.subject = Some("Board dial-in change".into());
    sent.to = vec![
        person("Gwen Vidal", "7214@vm.bridgewater.example"),
        person("Priya Raman", "4310@vm.calderfinch.example"),
    ];
    let mut about = opened(sent);
    about.row.key = MessageKey(11);
    let message = reader::Message::AboutOpened(MessageKey(11), Ok(Box::new(about)));
    reader.update(message, &ctx(&state));
    reader.update(reader::Message::Toolbar(Tool::Details), &ctx(&state));
    let said = reads(
        "report",
        &reader,
        &state,
        &[
            "Gwen Vidal didn’t get your message",
            "Try another address",
            "Board dial-in change",
            "Open in Sent",
            "Mailbox full",
            "Delivered",
            "Details for your administrator",
            "5.2.2",
            "Send again to Gwen",
        ],
    );
    assert!(
        matches!(said.as_slice(), [reader::Message::Report(reader::report::Message::SendAgain)]),
        "{said:?}"
    );
}

fn recording() -> (Composer, State) {
    let state = State::default();
    let accounts = [an_account()];
    let context = Context { accounts: &accounts, ..ctx(&state) };
    let to = vec![
        person("Graham Pearce", "6135550142@vm.northgate.example"),
        person("Leeds front desk", "4417@vm.calderfinch.example"),
    ];
    let (mut composer, _) = Composer::open(&Compose::Voice(to.clone()), &context);
    composer.update(composer::Message::Ready(Ok(())), &context);
    composer.update(composer::Message::Subject("Re: Ottawa trunk migration".into()), &context);
    composer.update(composer::Message::Press, &context);
    let plan = FormatPlan { groups: vec![(VoiceFormat::Vpim, to)], ..FormatPlan::default() };
    composer.update(composer::Message::Planned(1, Ok(plan)), &context);
    let state = State {
        recorder: RecorderState {
            phase: RecorderPhase::Recording,
            file: Some(composer.dir().join("take-1.wav")),
            length: Duration::from_secs(18),
            level: 0.3,
            peaks: (0..60_u32).map(|n| ((n * 53) % 220) as u8).collect(),
            ..RecorderState::default()
        },
        ..State::default()
    };
    composer.update(composer::Message::Audio, &Context { accounts: &accounts, ..ctx(&state) });
    (composer, state)
}

#[test]
fn a_recording_in_the_composer() {
    let (composer, state) = recording();
    let accounts = [an_account()];
    let context = Context { accounts: &accounts, ..ctx(&state) };
    let view = |look| composer::view(&composer, false, &context, look);
    let mut shown = show("composer", Size::new(688.0, 420.0), view);
    for text in [
        "New voice message",
        "Graham Pearce",
        "ext. 4417",
        "Add spoken subject",
        "0:18",
        "Recording",
        "Finish",
        "Start again",
        "Good level",
        "Normal importance",
        "Private",
        "Ask for a receipt",
        "Text note",
        "Sent as VPIM voice mail, as both recipients’ systems take it.",
    ] {
        assert!(shown.find(text).is_ok(), "“{text}” is not there");
    }
    let _ = shown.click("Finish and send");
    let said: Vec<composer::Message> = shown.into_messages().collect();
    assert!(matches!(said.as_slice(), [composer::Message::Send]), "{said:?}");
}

#[test]
fn a_finished_recording_with_a_note_that_vpim_leaves_out() {
    let (mut composer, mut state) = recording();
    let accounts = [an_account()];
    composer.update(composer::Message::Finish, &Context { accounts: &accounts, ..ctx(&state) });
    state.recorder.phase = RecorderPhase::Finished;
    let context = Context { accounts: &accounts, ..ctx(&state) };
    composer.update(composer::Message::Audio, &context);
    composer.update(composer::Message::OpenNote, &context);
    for c in "Page two".chars() {
        let insert = iced::widget::text_editor::Edit::Insert(c);
        let edit = iced::widget::text_editor::Action::Edit(insert);
        composer.update(composer::Message::Note(Change::Do(edit)), &context);
    }
    composer.update(composer::Message::Private(true), &context);
    let clip =
        crate::audio::ClipId(format!("take:{}:18000", composer.dir().join("take-1.wav").display()));
    let peaks = (0..256_u32).map(|n| ((n * 53) % 220) as u8).collect();
    composer.update(composer::Message::Measured(clip, peaks), &context);
    let view = |look| composer::view(&composer, true, &context, look);
    let mut shown = show("composer-review", PANE, view);
    for text in [
        "Your message",
        "Record more",
        "Graham Pearce and Leeds front desk won’t get the text note",
        "Asks for it not to be passed on. Voicemail systems keep to that or return the message; ordinary mail programs need not.",
        "Send",
    ] {
        assert!(shown.find(text).is_ok(), "“{text}” is not there");
    }
}

fn contact(id: i64, name: &str, organization: &str, vpim: bool) -> Contact {
    Contact {
        id: Some(ContactId(id)),
        name: name.into(),
        organization: Some(organization.into()),
        emails: vec![ContactEmail {
            addr: addr(&format!("44{id}@vm.calderfinch.example")),
            vpim,
            preferred: vpim,
        }],
        tels: vec![ContactTel {
            number: "+1 613 555 0142".into(),
            kinds: vec!["work".into(), "voice".into()],
        }],
        has_spoken_name: true,
        spoken_name_length: Some(Duration::from_secs(2)),
        ..Contact::default()
    }
}

#[test]
fn the_directory() {
    let state = State::default();
    let (mut directory, _) = Directory::open();
    let people = vec![
        contact(10, "Graham Pearce", "Northgate Telecom", true),
        contact(17, "Leeds front desk", "Calder & Finch", true),
        contact(12, "Priya Raman", "Calder & Finch", false),
    ];
    directory.update(directory::Message::People(1, Ok(people)), &ctx(&state));
    directory.update(directory::Message::Select(ContactId(10)), &ctx(&state));
    let context = ctx(&state);
    let mut shown = show("directory-list", Size::new(360.0, 800.0), |look| {
        directory::list(&directory, &context, look)
    });
    for text in ["Directory", "3 people", "P", "L", "Calder & Finch · ext. 4417"] {
        assert!(shown.find(text).is_ok(), "“{text}” is not there");
    }
    let mut shown = show("directory", PANE, |look| directory::card(&directory, &context, look));
    for text in [
        "Graham Pearce",
        "Hear the name",
        "Supports VPIM",
        "Work, voice",
        "Voice messages, preferred",
        "Typed in by you",
        "Write",
        "Edit",
    ] {
        assert!(shown.find(text).is_ok(), "“{text}” is not there");
    }
    let _ = shown.click("Record a message");
    let said: Vec<directory::Message> = shown.into_messages().collect();
    assert!(matches!(said.as_slice(), [directory::Message::Record]));
}

#[test]
fn an_empty_directory() {
    let state = State::default();
    let (mut directory, _) = Directory::open();
    directory.update(directory::Message::People(1, Ok(Vec::new())), &ctx(&state));
    let context = ctx(&state);
    let mut shown = show("directory-empty", Size::new(360.0, 800.0), |look| {
        directory::list(&directory, &context, look)
    });
    assert!(shown.find("No one here yet").is_ok());
    let _ = shown.click("Import cards…");
    let said: Vec<directory::Message> = shown.into_messages().collect();
    assert!(matches!(said.as_slice(), [directory::Message::Import]));
}

#[test]
fn the_two_doors() {
    let mut shown = show("welcome", Size::new(1280.0, 800.0), |look| welcome::view(look, 1280.0));
    for text in ["Welcome to Aloud", "Try the demo mailbox", "Add your account"] {
        assert!(shown.find(text).is_ok(), "“{text}” is not there");
    }
    let _ = shown.click("Open the demo");
    let said: Vec<welcome::Message> = shown.into_messages().collect();
    assert_eq!(said, [welcome::Message::OpenDemo]);
}

#[test]
fn a_wrong_password() {
    let mut form = Account::default();
    for (field, text) in [
        (account::Field::Name, "Helen Marsh"),
        (account::Field::Address, "helen@calderfinch.example"),
        (account::Field::Password, "correct horse"),
    ] {
        form.update(account::Message::Typed(field, text.into()));
    }
    form.update(account::Message::ByHand);
    form.update(account::Message::Check);
    form.refuse(Error::Auth("no".into()));
    let mut shown = show("account", Size::new(1280.0, 960.0), |look| account::view(&form, look));
    for text in [
        "The server didn’t accept this password. Check it and try again. If you sign in with two steps elsewhere, you may need an app password from your administrator.",
        "Incoming mail",
        "STARTTLS",
        "Aloud keeps the password in this computer’s keyring, if there is one.",
    ] {
        assert!(shown.find(text).is_ok(), "“{text}” is not there");
    }
    let _ = shown.click("Try again");
    assert_eq!(shown.into_messages().count(), 1);
}

#[test]
fn the_outbox() {
    let state = State::default();
    let (mut outbox, _) = Outbox::open();
    let rows = vec![OutboxRow {
        id: OutboxId(1),
        account: AccountId(1),
        to: vec![person("Graham Pearce", "g@x.example")],
        subject: "Re: Friday".into(),
        duration: Some(Duration::from_secs(18)),
        state: OutboxState::Failed(Failure {
            why: FailureWhy::Refused,
            code: Some(552),
            recipient: Some(person("", "7214@vm.example").addr),
            said: "5.2.2 full".into(),
        }),
        message_id: "1@x.example".into(),
        receipt: false,
        answers: None,
        forward: false,
    }];
    outbox.update(outbox::Message::Loaded(Ok(rows), Vec::new()));
    let context = ctx(&state);
    let mut shown =
        show("outbox", Size::new(420.0, 400.0), |look| outbox::view(&outbox, &context, look));
    let meaning = "Couldn’t be sent: The mailbox is full, so the system at vm.example turned your \
                   message away.";
    assert!(shown.find(meaning).is_ok());
    assert!(shown.find("Server said: 7214@vm.example: 552 5.2.2 full").is_ok());
    let _ = shown.click("Try again");
    let said: Vec<outbox::Message> = shown.into_messages().collect();
    assert!(matches!(said.as_slice(), [outbox::Message::Retry(OutboxId(1))]));
}

#[test]
fn a_recording_of_an_unknown_kind_says_what_it_is_and_offers_ways_out() {
    let state = State::default();
    let mut m = mail();
    m.parts[2].decodable = false;
    m.parts[2].codec = Some("Windows Media Audio".into());
    let prefs = Prefs { ffmpeg: Some("/usr/bin/ffmpeg".into()), ..Prefs::default() };
    let with_program = Context { prefs: &prefs, ..ctx(&state) };
    let reader = reader_of(opened(m.clone()), &state);
    let mut shown =
        show("unknown-kind", PANE, |look| reader::view(&reader, false, &with_program, look));
    for text in ["Aloud can’t play this kind of recording (Windows Media Audio).", "Save the file"]
    {
        assert!(shown.find(text).is_ok(), "“{text}” is not there");
    }
    let _ = shown.click("Open with ffmpeg");
    assert_eq!(shown.into_messages().count(), 1);
    // A private one may be heard, but not saved; without a program nothing is offered.
    m.may_save = Permission::Refused(marked_private(false));
    let reader = reader_of(opened(m), &state);
    let mut shown =
        show("unknown-private", PANE, |look| reader::view(&reader, false, &with_program, look));
    assert!(shown.find("Save the file").is_err() && shown.find("Open with ffmpeg").is_ok());
    let plain = ctx(&state);
    let mut shown = show("unknown-plain", PANE, |look| reader::view(&reader, false, &plain, look));
    assert!(shown.find("Open with ffmpeg").is_err());
}

#[test]
fn what_cannot_be_played_and_asks_for_a_receipt_offers_to_say_so() {
    let state = State::default();
    let mut m = mail();
    m.parts[2].decodable = false;
    let o = Opened { receipt: ReceiptState::NotYet, ..opened(m) };
    let said = reads(
        "unplayable",
        &reader_of(o, &state),
        &state,
        &[
            "Graham Pearce asked for a receipt",
            "Aloud can’t play this recording. A receipt can tell Graham so.",
            "Don’t send",
            "Send receipt",
        ],
    );
    assert!(
        matches!(said.as_slice(), [reader::Message::Bar(Press::ReceiptUnplayable(true))]),
        "{said:?}"
    );
}

#[test]
fn a_voice_message_is_no_mail_with_an_attachment() {
    let state = State::default();
    let reader = reader_of(opened(mail()), &state);
    let context = ctx(&state);
    let mut shown = show("voice-only", PANE, |look| reader::view(&reader, false, &context, look));
    assert!(shown.find("Hear who it’s from").is_ok(), "its player is there");
    assert!(shown.find("Attached").is_err(), "and its sound is not listed again");
    assert!(shown.find("+1 613 555 0142").is_ok(), "the caller’s number, not an address");
}

#[test]
fn at_150_percent_in_a_narrow_window_nothing_is_cut_off() {
    let state = playing();
    let reader = reader_of(voice(), &state);
    let narrow = Context { width: 664.0, narrow: true, ..ctx(&state) };
    let size = Size::new(664.0, 1600.0);
    let mut shown = show("large", size, |look| {
        reader::view(&reader, false, &narrow, Look { scale: 1.5, ..look })
    });
    for text in ["Reply by voice", "Reply", "Hear who it’s from", "Spoken subject", "0:13", "Add"]
    {
        let found = shown.find(text).unwrap_or_else(|_| panic!("“{text}” is not there"));
        let bounds = found.visible_bounds().expect("in sight");
        assert!(bounds.x >= 0.0 && bounds.x + bounds.width <= 664.0, "{text}: {bounds:?}");
    }
    assert!(shown.find("Forward").is_err(), "it is in More");
}

#[test]
fn a_forward_and_a_gateway_warn_in_the_composer() {
    let state = State::default();
    let accounts = [an_account()];
    let context = Context { accounts: &accounts, ..ctx(&state) };
    let (mut composer, _) = Composer::open(&Compose::Forward(KEY), &context);
    composer.update(composer::Message::Original(KEY, Ok(Box::new(opened(mail())))), &context);
    let line = composer::Line::To;
    let typed = "VOICE=+14165550199@gw.example.net,".to_owned();
    composer.update(composer::Message::Typed(line, typed), &context);
    let view = |look| composer::view(&composer, true, &context, look);
    let mut shown = show("composer-warns", PANE, view);
    for text in [
        "The caller’s name Graham Pearce and number +1 613 555 0142 go along with the message.",
        "This may cost money",
        "gw.example.net will telephone +1 416 555 0199. It decides the route, and the call may cost money.",
    ] {
        assert!(shown.find(text).is_ok(), "“{text}” is not there");
    }
}
