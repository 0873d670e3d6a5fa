//! Messages of each kind in the reading pane, and the composer.

use super::*;
use crate::{
    audio::{RecorderPhase, RecorderState},
    engine::{CardOffer, CardOfferKind, FormatPlan, Missing, Opened, ReceiptState, SpokenName},
    message::{
        Dsn, Mail, Mdn, PartProblem, PartRole, Permission, Problem, Refusal, Report, dsn,
        mail::Transcript,
    },
    model::{Sensitivity, voice::VoiceFormat},
    ui::screen::{
        Compose, Verb,
        reader::toolbar::{Message as Tool, Popover},
        testing::{mail, marked_private, opened, part},
    },
};

/// A voice message whose names, texts and addresses are data to the eye.
fn voice() -> Mail {
    let mut m = mail();
    m.subject = Some("Встреча в пятницу".into());
    m.sender.name = Some("Анна Орлова".into());
    m.sender.address = Some(addr("anna@example.com"));
    m.to = vec![
        person("Елена Маркова", "helen@example.com"),
        person("Αθηνά Δήμου", "4417@vm.example.com"),
    ];
    m.reply_to = None;
    m.profile = None;
    m
}

/// Opens a message in the reading pane.
fn read(app: &mut App, o: Opened) {
    let _ = app.verb(Verb::Open(MessageKey(0)));
    put(app, Message::Reader(reader::Message::Opened(MessageKey(0), Ok(Box::new(o)))));
    let coming = app.reader.as_ref().map(Reader::key);
    assert_eq!(coming, Some(MessageKey(0)), "it is on screen");
}

fn open(m: Mail) -> Opened {
    let mut o = opened(m);
    o.row.key = MessageKey(0);
    o
}

fn tool(app: &mut App, message: Tool) {
    put(app, Message::Reader(reader::Message::Toolbar(message)));
}

#[test]
fn messages_of_each_kind() {
    look(&[
        ("voice", |app| {
            let mut m = voice();
            m.importance = Some(Importance::High);
            m.transcript =
                Some(Transcript { text: "Здравствуйте".into(), origin: "Ω".into() });
            let mut card = part("4", "text/vcard", PartRole::Card, None);
            card.filename = Some("Анна.vcf".replace("vcf", "вкф"));
            m.parts.push(card);
            let mut o = open(m);
            o.receipt = ReceiptState::NotYet;
            o.offers = vec![CardOffer {
                path: "4".into(),
                name: "Анна Орлова".into(),
                kind: CardOfferKind::New { numbers: 2, addresses: 1, spoken_name: true },
            }];
            o.spoken_name =
                Some(SpokenName { contact: ContactId(3), length: Some(Duration::from_secs(2)) });
            read(app, o);
            vec![fl!("reader-reply-voice"), fl!("add")]
        }),
        ("the menu of a message", |app| {
            read(app, open(voice()));
            tool(app, Tool::More);
            vec![fl!("reader-unheard")]
        }),
        ("details", |app| {
            read(app, open(voice()));
            tool(app, Tool::Details);
            vec![]
        }),
        ("a receipt asked for", |app| {
            let mut o = open(voice());
            o.receipt = ReceiptState::Ask { to: vec![addr("anna@example.com")], elsewhere: false };
            read(app, o);
            put(app, Message::Reader(reader::Message::Heard));
            vec![]
        }),
        ("private", |app| {
            let mut m = voice();
            m.sensitivity = Some(Sensitivity::Private);
            m.to.truncate(1);
            m.may_forward = Permission::Refused(Refusal::Marked {
                by: Some("Анна Орлова".into()),
                inside: false,
                value: Sensitivity::Private,
                may_reply: true,
            });
            m.may_save = m.may_forward.clone();
            read(app, open(m));
            tool(app, Tool::Explain(Some(Popover::Forward)));
            vec![fl!("reader-reply-voice")]
        }),
        ("an outside caller", |app| {
            let mut m = voice();
            m.sender.outside_caller = true;
            m.sender.number = Some("+44 20 7946 0153".into());
            m.may_reply = Permission::Refused(Refusal::OutsideCaller { number: None });
            read(app, open(m));
            vec![fl!("copy-number")]
        }),
        ("a number that was not passed on", |app| {
            let mut m = voice();
            (m.sender.name, m.sender.number, m.sender.address) = (None, None, None);
            m.sender.outside_caller = true;
            m.may_reply = Permission::Refused(Refusal::OutsideCaller { number: None });
            read(app, open(m));
            vec![]
        }),
        ("an unknown kind of recording", |app| {
            let mut m = voice();
            m.parts[2].decodable = false;
            m.parts[2].codec = Some("Ω".into());
            read(app, open(m));
            vec![fl!("player-save")]
        }),
        ("a damaged recording", |app| {
            let mut m = voice();
            let problem = PartProblem::DamagedEncoding;
            m.problems = vec![
                Problem::UnclosedMessage,
                Problem::Part { path: "3".into(), problem },
                Problem::UnreadableDate,
            ];
            read(app, open(m));
            tool(app, Tool::Details);
            vec![]
        }),
        ("not all of it is here", |app| {
            let mut o = open(voice());
            (o.complete, o.have) = (false, (40, 100));
            app.shared.sidebar.accounts[0].state = AccountState::Offline(NOW);
            read(app, o);
            vec![]
        }),
        ("fax", |app| {
            let mut m = voice();
            m.kind = MessageKind::Fax;
            m.parts = vec![part("1", "image/tiff", PartRole::Fax, None)];
            m.pages = Some(2);
            read(app, open(m));
            vec![]
        }),
        ("text", |app| {
            let mut m = voice();
            m.kind = MessageKind::Email;
            m.parts = vec![part("1", "text/plain", PartRole::Text, None)];
            m.text = Some("Здравствуйте, жду ответа.".into());
            m.cc = vec![person("Αθηνά Δήμου", "a@example.com"); 9];
            read(app, open(m));
            vec![fl!("reader-reply")]
        }),
        ("nothing in it", |app| {
            let mut m = voice();
            m.kind = MessageKind::Email;
            m.parts.clear();
            m.sensitivity = Some(Sensitivity::CompanyConfidential);
            read(app, open(m));
            vec![]
        }),
        ("a receipt", |app| {
            let mut m = voice();
            m.kind = MessageKind::Mdn;
            m.parts.clear();
            let recipient = Some("anna@example.com".into());
            m.report = Some(Report::Mdn(Mdn { recipient, ..Mdn::default() }));
            read(app, open(m));
            tool(app, Tool::Details);
            vec![]
        }),
        ("a report", |app| {
            let mut m = voice();
            m.kind = MessageKind::Dsn;
            m.parts.clear();
            let of = |who: &str, action, status: &str| Dsn {
                recipient: format!("{who}@example.com"),
                action,
                status: status.into(),
                reported_by: Some("mx.example.com".into()),
                ..Dsn::default()
            };
            m.report = Some(Report::Dsn(vec![
                of("a", dsn::Action::Failed, "5.2.2"),
                of("b", dsn::Action::Delayed, "4.4.1"),
                of("c", dsn::Action::Delivered, "2.0.0"),
                of("d", dsn::Action::Failed, "5.1.1"),
                of("e", dsn::Action::Failed, "5.3.4"),
                of("f", dsn::Action::Failed, "5.6.3"),
                of("g", dsn::Action::Relayed, "2.0.0"),
            ]));
            let mut o = open(m);
            o.about = Some(MessageKey(11));
            read(app, o);
            let mut about = open(voice());
            about.row.key = MessageKey(11);
            let about = reader::Message::AboutOpened(MessageKey(11), Ok(Box::new(about)));
            put(app, Message::Reader(about));
            tool(app, Tool::Details);
            vec![]
        }),
        ("a message that cannot be opened", |app| {
            let _ = app.verb(Verb::Open(MessageKey(0)));
            let gone = Err(Error::NotFound(Missing::Row));
            put(app, Message::Reader(reader::Message::Opened(MessageKey(0), gone)));
            vec![]
        }),
        ("the original", |app| {
            read(app, open(voice()));
            tool(app, Tool::ShowOriginal);
            put(app, Message::Reader(reader::Message::Raw(MessageKey(0), Ok("Ω".into()))));
            vec![]
        }),
        ("what plays out of sight", |app| {
            press(app, "j");
            put(app, Message::Sound(playing(0, false)));
            press(app, "j");
            vec![]
        }),
    ]);
}

/// A composer of a kind, with two recipients.
fn compose(app: &mut App, what: &Compose) {
    let _ = app.verb(Verb::Compose(what.clone()));
    put(app, Message::Composer(composer::Message::Ready(Ok(()))));
}

/// A recording that has begun.
fn record(app: &mut App) {
    compose(app, &Compose::Voice(people()));
    put(app, Message::Composer(composer::Message::Press));
    let plan = FormatPlan { groups: vec![(VoiceFormat::Vpim, people())], ..FormatPlan::default() };
    put(app, Message::Composer(composer::Message::Planned(1, Ok(plan))));
    sound(app, RecorderPhase::Recording);
}

fn sound(app: &mut App, phase: RecorderPhase) {
    let take = app.composer.as_ref().map(|c| c.dir().join("take-1.wav"));
    let recorder = RecorderState {
        phase,
        file: take,
        length: Duration::from_secs(18),
        level: 0.3,
        peaks: (0..60_u32).map(|n| ((n * 53) % 220) as u8).collect(),
        ..RecorderState::default()
    };
    let state = audio::State { recorder, ..audio::State::default() };
    put(app, Message::Sound(state));
}

#[test]
fn the_composer() {
    look(&[
        ("ready", |app| {
            compose(app, &Compose::Voice(Vec::new()));
            vec![fl!("composer-send")]
        }),
        ("recording", |app| {
            record(app);
            vec![fl!("composer-finish-send"), fl!("recorder-finish"), fl!("recorder-again")]
        }),
        ("review", |app| {
            record(app);
            put(app, Message::Composer(composer::Message::Finish));
            sound(app, RecorderPhase::Finished);
            put(app, Message::Composer(composer::Message::OpenNote));
            put(app, Message::Composer(composer::Message::Private(true)));
            vec![fl!("composer-send"), fl!("recorder-more")]
        }),
        ("importance", |app| {
            record(app);
            put(app, Message::Composer(composer::Message::Toggle(composer::Popover::Importance)));
            vec![fl!("importance-low")]
        }),
        ("formats", |app| {
            record(app);
            put(app, Message::Composer(composer::Message::Toggle(composer::Popover::Format)));
            vec![]
        }),
        ("nobody", |app| {
            compose(app, &Compose::Text(Vec::new()));
            put(app, Message::Composer(composer::Message::Send));
            vec![fl!("composer-send")]
        }),
        ("a number without a gateway", |app| {
            compose(app, &Compose::Voice(Vec::new()));
            let typed = composer::Message::Typed(composer::Line::To, "+1 416 555 0199,".into());
            put(app, Message::Composer(typed));
            put(app, Message::Composer(composer::Message::Send));
            vec![]
        }),
        ("text", |app| {
            compose(app, &Compose::Text(people()));
            put(app, Message::Composer(composer::Message::OpenCc));
            vec![fl!("composer-send")]
        }),
        ("no microphone", |app| {
            compose(app, &Compose::Voice(people()));
            put(app, Message::Composer(composer::Message::Press));
            let mut state = audio::State::default();
            state.recorder.problem = Some(audio::Problem::NoInput);
            put(app, Message::Sound(state));
            vec![]
        }),
        ("forward", |app| {
            compose(app, &Compose::Forward(MessageKey(0)));
            let original = Ok(Box::new(open(voice())));
            put(app, Message::Composer(composer::Message::Original(MessageKey(0), original)));
            let typed = "VOICE=+14165550199@gw.example.net,".to_owned();
            put(app, Message::Composer(composer::Message::Typed(composer::Line::To, typed)));
            vec![]
        }),
        ("a private original", |app| {
            compose(app, &Compose::ReplyVoice(MessageKey(0)));
            let mut m = voice();
            m.sensitivity = Some(Sensitivity::Private);
            m.may_forward = Permission::Refused(marked_private(true));
            let original = Ok(Box::new(open(m)));
            put(app, Message::Composer(composer::Message::Original(MessageKey(0), original)));
            vec![]
        }),
    ]);
}
