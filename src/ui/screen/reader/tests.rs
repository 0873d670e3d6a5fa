use super::{bars::Message as Press, toolbar::Message as Tool, *};
use crate::{
    audio::State,
    engine::{CardOffer, CardOfferKind, ReceiptAnswer, ReceiptState, UndoToken},
    message::{Permission, Refusal, Sender},
    model::Sensitivity,
    ui::screen::{
        Compose, Undo,
        testing::{addr, ctx, mail, marked_private, opened, part},
    },
};

const KEY: MessageKey = MessageKey(7);

fn reader(opened: Opened) -> Reader {
    let (mut reader, action) = Reader::open(KEY);
    assert!(matches!(
        action.flat().as_slice(),
        [Action::Ask(Question::Peek(KEY)), Action::Ask(Question::Open(KEY))]
    ));
    feed(&mut reader, Message::Opened(KEY, Ok(Box::new(opened))));
    reader
}

fn feed(reader: &mut Reader, message: Message) -> Vec<Act> {
    reader.update(message, &ctx(&State::default())).flat()
}

fn page(reader: &Reader) -> &Page {
    match &reader.phase {
        Phase::Open(page) => page,
        other => panic!("{other:?}"),
    }
}

fn private() -> Opened {
    let mut m = mail();
    m.sensitivity = Some(Sensitivity::Private);
    m.may_forward = Permission::Refused(marked_private(true));
    m.may_save = Permission::Refused(marked_private(false));
    opened(m)
}

fn asking() -> Opened {
    let mut o = opened(mail());
    o.receipt =
        ReceiptState::Ask { to: vec![addr("6135550142@vm.northgate.example")], elsewhere: false };
    o
}

fn composes(actions: &[Act]) -> Option<&Compose> {
    actions.iter().find_map(|a| match a {
        Action::Do(Verb::Compose(compose)) => Some(compose),
        _ => None,
    })
}

#[test]
fn answers_and_forwards_open_a_composer() {
    let mut r = reader(opened(mail()));
    for (message, compose) in [
        (Message::Toolbar(Tool::ReplyVoice), Compose::ReplyVoice(KEY)),
        (Message::Toolbar(Tool::ReplyText), Compose::ReplyText(KEY)),
        (Message::Toolbar(Tool::ReplyAll), Compose::ReplyAllVoice(KEY)),
        (Message::Toolbar(Tool::Forward), Compose::Forward(KEY)),
    ] {
        assert_eq!(composes(&feed(&mut r, message)), Some(&compose));
    }
}

#[test]
fn a_private_message_explains_instead_of_forwarding_or_saving() {
    let mut r = reader(private());
    assert_eq!(composes(&feed(&mut r, Message::Toolbar(Tool::Forward))), None);
    assert_eq!(page(&r).overlay, Some(Overlay::Reason(Popover::Forward)));
    assert!(feed(&mut r, Message::Toolbar(Tool::SaveRecording)).is_empty());
    assert_eq!(page(&r).overlay, Some(Overlay::Reason(Popover::Save)));
    assert!(feed(&mut r, Message::Toolbar(Tool::CopyText)).is_empty());
    assert_eq!(page(&r).overlay, Some(Overlay::Reason(Popover::Copy)));
    assert!(feed(&mut r, Message::Attachment("3".into())).is_empty());
    assert!(
        composes(&feed(&mut r, Message::Toolbar(Tool::ReplyVoice))).is_some(),
        "answering stays possible"
    );
    assert_eq!(r.bar(), Some(Bar::Private { word: "private".into() }));
}

#[test]
fn an_outside_caller_cannot_be_answered() {
    let mut m = mail();
    m.sender = Sender {
        outside_caller: true,
        number: Some("+44 20 7946 0153".into()),
        ..Sender::default()
    };
    m.may_reply = Permission::Refused(Refusal::OutsideCaller { number: None });
    let mut r = reader(opened(m));
    assert_eq!(composes(&feed(&mut r, Message::Toolbar(Tool::ReplyVoice))), None);
    assert_eq!(page(&r).overlay, Some(Overlay::Reason(Popover::Reply)));
    assert_eq!(
        r.bar(),
        Some(Bar::Outside { number: Some("+44 20 7946 0153".into()), known: None })
    );
    assert!(matches!(
        feed(&mut r, Message::Bar(Press::CopyNumber)).as_slice(),
        [Action::Run(_), Action::Toast(_)]
    ));
}

#[test]
fn a_receipt_is_answered_once() {
    let mut r = reader(asking());
    let actions = feed(&mut r, Message::Bar(Press::Receipt(true)));
    assert!(matches!(
        actions.as_slice(),
        [Action::Ask(Question::Receipt(KEY, ReceiptAnswer::Send))]
    ));
    assert!(feed(&mut r, Message::Bar(Press::Receipt(true))).is_empty(), "under way");
    let done = feed(&mut r, Message::ReceiptDone(true, Ok(())));
    assert!(matches!(&done[0], Action::Toast(t) if t.text == "Receipt sent to Graham Pearce"));
}

#[test]
fn from_now_on_is_for_the_sender_only() {
    let mut r = reader(asking());
    feed(&mut r, Message::Bar(Press::FromNowOn(true)));
    assert!(matches!(
        feed(&mut r, Message::Bar(Press::Receipt(false))).as_slice(),
        [Action::Ask(Question::Receipt(KEY, ReceiptAnswer::DeclineAlways))]
    ));
    let mut o = asking();
    o.receipt = ReceiptState::Ask { to: vec![addr("other@x.example")], elsewhere: true };
    let mut r = reader(o);
    feed(&mut r, Message::Bar(Press::FromNowOn(true)));
    assert!(matches!(
        feed(&mut r, Message::Bar(Press::Receipt(true))).as_slice(),
        [Action::Ask(Question::Receipt(KEY, ReceiptAnswer::Send))]
    ));
}

#[test]
fn nothing_is_imported_without_a_press_and_closing_says_no_for_good() {
    let mut o = opened(mail());
    o.offers = vec![CardOffer {
        path: "4".into(),
        name: "Graham Pearce".into(),
        kind: CardOfferKind::New { numbers: 2, addresses: 2, spoken_name: true },
    }];
    let mut r = reader(o.clone());
    assert!(matches!(
        feed(&mut r, Message::Bar(Press::Import("4".into(), false))).as_slice(),
        [Action::Ask(Question::Import { accept_conflict: false, .. })]
    ));
    let done =
        feed(&mut r, Message::Imported("Graham Pearce".into(), Ok((ContactId(3), UndoToken(5)))));
    assert!(matches!(&done[0], Action::Toast(t)
        if t.text == "Graham Pearce added to your directory" && t.undo == Some(Undo::Engine(UndoToken(5)))));

    let mut r = reader(o);
    assert!(matches!(
        feed(&mut r, Message::Bar(Press::Close)).as_slice(),
        [Action::Ask(Question::Dismiss(KEY, path))] if path == "4"
    ));
    assert_eq!(r.bar(), None);
}

#[test]
fn a_text_counts_as_read_after_two_seconds_and_a_voice_message_never_by_showing() {
    let mut m = mail();
    m.kind = MessageKind::Email;
    m.parts.clear();
    m.text = Some("Hello all".into());
    let mut r = reader(opened(m));
    assert!(matches!(
        feed(&mut r, Message::TextShown(KEY)).as_slice(),
        [Action::Ask(Question::Presented(KEY))]
    ));
    assert!(feed(&mut r, Message::TextShown(KEY)).is_empty(), "told once");

    let (mut r, _) = Reader::open(KEY);
    let actions = feed(&mut r, Message::Opened(KEY, Ok(Box::new(opened(mail())))));
    assert!(
        !actions.iter().any(|a| matches!(a, Action::Run(_))),
        "no timer runs for a voice message: {actions:?}"
    );
}

#[test]
fn a_fax_is_viewed_with_its_last_page() {
    let mut m = mail();
    m.kind = MessageKind::Fax;
    m.parts = vec![part("1", "image/tiff", PartRole::Fax, None)];
    m.pages = Some(2);
    let (mut r, _) = Reader::open(KEY);
    let actions = feed(&mut r, Message::Opened(KEY, Ok(Box::new(opened(m)))));
    assert!(matches!(actions.as_slice(), [Action::Ask(Question::Fax(_))]));
    let page = || fax::Page {
        handle: iced::widget::image::Handle::from_rgba(1, 1, vec![0; 4]),
        size: (1, 1),
        damaged: false,
        fine: false,
    };
    let place = |page| fax::Place { path: "1".into(), page };
    let counted = fax::Message::Counted(KEY, Ok(vec![place(0), place(1)].into()));
    feed(&mut r, Message::Fax(counted));
    assert!(feed(&mut r, Message::Fax(fax::Message::Drawn(KEY, 0, Ok(page())))).is_empty());
    feed(&mut r, Message::Fax(fax::Message::Next));
    assert!(matches!(
        feed(&mut r, Message::Fax(fax::Message::Drawn(KEY, 1, Ok(page())))).as_slice(),
        [Action::Ask(Question::Presented(KEY))]
    ));
}

/// A message of which a tenth is here, open in the reader, and the ticket of its sound.
fn coming() -> (Reader, u64) {
    let mut o = opened(mail());
    o.complete = false;
    o.have = (10, 100);
    let (mut r, _) = Reader::open(KEY);
    let actions = feed(&mut r, Message::Opened(KEY, Ok(Box::new(o))));
    let [Action::Ask(Question::Player(player::Question::Hear { ticket, .. }))] = actions.as_slice()
    else {
        panic!("{actions:?}")
    };
    (r, *ticket)
}

fn came(r: &Reader, ticket: u64, came: player::Came) -> Message {
    let clip = page(r).player.as_ref().expect("a player").clip().clone();
    Message::Player(player::Message::Came(clip, 2, ticket, Box::new(came)))
}

#[test]
fn what_waits_for_the_download_starts_when_it_is_here() {
    let (mut r, ticket) = coming();
    assert!(feed(&mut r, Message::Player(player::Message::Toggle)).is_empty());
    feed(&mut r, Message::Progress(40, 100));
    let idle = State::default();
    assert_eq!(
        page(&r).player.as_ref().map(|p| p.stand(&idle)),
        Some(player::Stand::Loading(Some(40)))
    );
    // The message is here; its sound is what was asked for.
    assert!(feed(&mut r, Message::Opened(KEY, Ok(Box::new(opened(mail()))))).is_empty());
    let loaded = player::Loaded {
        segments: vec![],
        peaks: std::sync::Arc::from([1]),
        silences: std::sync::Arc::from([false]),
    };
    let whole = came(&r, ticket, player::Came::Whole { loaded, as_told: true });
    let actions = feed(&mut r, whole);
    assert!(
        matches!(actions.as_slice(), [Action::Audio(Command::Load { play: true, .. })]),
        "{actions:?}"
    );
}

#[test]
fn a_download_that_breaks_says_so_until_more_comes() {
    let (mut r, ticket) = coming();
    let broken = came(&r, ticket, player::Came::Broken(Error::Stopped));
    feed(&mut r, broken);
    assert_eq!(r.bar(), Some(Bar::Incomplete));
    let asked = feed(&mut r, Message::Player(player::Message::Toggle));
    let [Action::Ask(Question::Player(player::Question::Hear { ticket, .. }))] = asked.as_slice()
    else {
        panic!("{asked:?}")
    };
    let piece = player::Came::Piece {
        segments: Some(Vec::new()),
        at: 0,
        pcm: std::sync::Arc::default(),
        peaks: std::sync::Arc::from([]),
    };
    let piece = came(&r, *ticket, piece);
    feed(&mut r, piece);
    assert_eq!(r.bar(), None);
}

#[test]
fn late_answers_for_another_message_are_dropped() {
    let mut r = reader(opened(mail()));
    assert!(feed(&mut r, Message::Opened(MessageKey(9), Err(Error::Stopped))).is_empty());
    assert!(feed(&mut r, Message::Raw(MessageKey(9), Ok("x".into()))).is_empty());
    assert!(page(&r).original().is_none());
}

#[test]
fn links_ask_first_and_only_web_addresses_open() {
    let mut r = reader(opened(mail()));
    feed(&mut r, Message::Link("file:///etc/passwd".into()));
    assert!(page(&r).panel.is_none());
    feed(&mut r, Message::Link("https://example.com/x".into()));
    assert!(feed(&mut r, Message::OpenLink(false)).is_empty());
    feed(&mut r, Message::Link("https://example.com/x".into()));
    assert!(matches!(feed(&mut r, Message::OpenLink(true)).as_slice(), [Action::Run(_)]));
}

#[test]
fn a_report_offers_the_recording_again_only_as_the_button_says() {
    let mut m = mail();
    m.kind = MessageKind::Dsn;
    m.parts.clear();
    m.report = Some(Report::Dsn(vec![crate::message::Dsn {
        recipient: "7214@vm.bridgewater.example".into(),
        action: crate::message::dsn::Action::Failed,
        status: "5.3.3".into(),
        ..crate::message::Dsn::default()
    }]));
    let mut o = opened(m);
    o.about = Some(MessageKey(11));
    let (mut r, _) = Reader::open(KEY);
    let actions = feed(&mut r, Message::Opened(KEY, Ok(Box::new(o))));
    assert!(actions.iter().any(|a| matches!(a, Action::Ask(Question::About(MessageKey(11))))));
    let mut about = private();
    about.row.key = MessageKey(11);
    feed(&mut r, Message::AboutOpened(MessageKey(11), Ok(Box::new(about))));
    assert!(matches!(
        composes(&feed(&mut r, Message::Report(report::Message::SendAgain))),
        Some(Compose::Again { key: MessageKey(11), private: false, .. })
    ));
    assert!(matches!(
        composes(&feed(&mut r, Message::Report(report::Message::TryAnother))),
        Some(Compose::Again { private: true, to, .. }) if to.is_empty()
    ));
}

#[test]
fn escape_closes_what_is_open_first() {
    let mut r = reader(private());
    assert!(!r.escape());
    feed(&mut r, Message::Toolbar(Tool::More));
    assert!(r.escape());
    feed(&mut r, Message::Toolbar(Tool::Forward));
    assert!(r.escape());
    assert!(!r.escape());
    feed(&mut r, Message::Toolbar(Tool::ShowOriginal));
    feed(&mut r, Message::Raw(KEY, Ok("Subject: x".into())));
    feed(&mut r, Message::Toolbar(Tool::More));
    assert!(r.escape());
    assert!(page(&r).original().is_some(), "one thing at a time");
    assert!(r.escape());
    assert!(page(&r).original().is_none());
}

#[test]
fn an_original_that_nobody_waits_for_is_not_shown() {
    let original = || Message::Raw(KEY, Ok("Subject: x".into()));
    let mut r = reader(opened(mail()));
    let asked = feed(&mut r, Message::Toolbar(Tool::ShowOriginal));
    assert!(matches!(asked.as_slice(), [Action::Ask(Question::Raw(KEY))]));
    assert!(!r.escape(), "nothing is on screen yet");
    feed(&mut r, original());
    assert!(page(&r).original().is_none(), "Esc took it back");
    feed(&mut r, Message::Toolbar(Tool::ShowOriginal));
    feed(&mut r, original());
    assert!(page(&r).original().is_some());
    feed(&mut r, Message::Toolbar(Tool::ShowOriginal));
    assert!(page(&r).original().is_none(), "the same entry leads back");
}

#[test]
fn code_words_are_swapped_for_this_message() {
    let mut m = mail();
    for part in &mut m.parts {
        part.rendering = Rendering::Sound { code_words: false };
    }
    assert!(!page(&reader(opened(m))).has_code_words(), "nothing says that it is G.726");
    let mut r = reader(opened(mail()));
    assert!(page(&r).has_code_words());
    assert!(matches!(
        feed(&mut r, Message::Toolbar(Tool::Swap)).as_slice(),
        [Action::Ask(Question::Swap(KEY, true))]
    ));
    feed(&mut r, Message::Swapped(true));
    assert!(page(&r).opened.swapped);
    assert!(matches!(
        feed(&mut r, Message::Toolbar(Tool::Swap)).as_slice(),
        [Action::Ask(Question::Swap(KEY, false))]
    ));
}

#[test]
fn what_cannot_be_played_is_reported_once_and_only_by_a_press() {
    let mut m = mail();
    m.parts[2].decodable = false;
    let o = Opened { receipt: ReceiptState::NotYet, ..opened(m) };
    let mut r = reader(o);
    assert_eq!(r.bar(), Some(Bar::Unplayable));
    let asked = feed(&mut r, Message::Bar(Press::ReceiptUnplayable(true)));
    assert!(matches!(asked.as_slice(), [Action::Ask(Question::ReceiptUnplayable(KEY, true))]));
    assert!(feed(&mut r, Message::Bar(Press::ReceiptUnplayable(true))).is_empty(), "under way");
}

#[test]
fn the_transcript_stands_once_and_a_cover_is_no_text() {
    let mut m = mail();
    m.text = Some("Im Anhang liegt eine Sprachnachricht.".into());
    let text = m.parts.iter().position(|p| p.role == PartRole::Text);
    let at = text.unwrap_or_else(|| {
        m.parts.push(part("9", "text/plain", PartRole::Text, None));
        m.parts.len() - 1
    });
    assert!(shown_text(&m).is_some(), "the sender's own");
    m.parts[at].required = false;
    assert!(shown_text(&m).is_some(), "another system's, which may be left out");
    m.parts[at].content_id = Some("cover.1@x.example".into());
    assert_eq!(shown_text(&m), None);
    m.text = Some("New message. Transcript: call me back".into());
    m.transcript = Some(crate::message::mail::Transcript {
        text: "call me back".into(),
        origin: "Example".into(),
    });
    assert_eq!(shown_text(&m).as_deref(), Some("call me back"));
}

#[test]
fn the_viewer_of_the_primary_content_opens_and_others_on_a_press() {
    let mut m = mail();
    m.parts.push(part("4", "image/tiff", PartRole::Fax, None));
    let mut r = reader(opened(m.clone()));
    assert!(page(&r).player.is_some() && !page(&r).fax_open, "a voice message opens its player");
    feed(&mut r, Message::Attachment("4".into()));
    assert!(page(&r).fax_open, "its pages open on a press");
    m.kind = MessageKind::Fax;
    let r = reader(opened(m.clone()));
    assert!(page(&r).fax_open, "a fax opens its pages");
    m.kind = MessageKind::Email;
    m.parts.clear();
    m.text = Some("Hello".into());
    let r = reader(opened(m));
    assert!(page(&r).player.is_none() && page(&r).fax.is_none());
    assert_eq!(page(&r).text.text().trim(), "Hello");
}

/// Everything that comes by itself while a message is on screen.
fn background(about: MessageKey) -> Vec<Message> {
    let player =
        || player::Message::Loaded(player::clip_of(MessageKey(9), None), Err(Error::Stopped));
    vec![
        Message::Ignored,
        Message::Changed,
        Message::Opened(KEY, Ok(Box::new(opened(mail())))),
        Message::Opened(KEY, Err(Error::Stopped)),
        Message::Opened(MessageKey(9), Err(Error::Stopped)),
        Message::Progress(40, 100),
        Message::AboutOpened(about, Ok(Box::new(opened(mail())))),
        Message::AboutOpened(about, Err(Error::Stopped)),
        Message::Heard,
        Message::TextShown(KEY),
        Message::TextShown(KEY),
        Message::TextShown(MessageKey(9)),
        Message::Name(crate::model::ContactId(3), Err(Error::Stopped)),
        Message::Name(crate::model::ContactId(3), Ok(Arc::new(Pcm::telephone(vec![1])))),
        Message::Raw(MessageKey(9), Ok("x".into())),
        Message::Raw(KEY, Err(Error::Stopped)),
        Message::Swapped(true),
        Message::Imported("Graham Pearce".into(), Err(Error::Stopped)),
        Message::ReceiptDone(false, Ok(())),
        Message::ReceiptDone(true, Err(Error::Stopped)),
        Message::Saved(Ok(None)),
        Message::Saved(Err(Error::Stopped)),
        Message::Player(player()),
        Message::Inner(4, player()),
        Message::AboutPlayer(player()),
        Message::Fax(fax::Message::Counted(MessageKey(9), Err(Error::Stopped))),
    ]
}

#[test]
fn what_comes_by_itself_closes_nothing() {
    let about = MessageKey(11);
    // A message that is still coming, so that a whole one replaces it on the way.
    let mut o = opened(mail());
    (o.complete, o.have, o.about) = (false, (10, 100), Some(about));
    for answer in background(about) {
        let mut r = reader(o.clone());
        feed(&mut r, Message::Toolbar(Tool::More));
        feed(&mut r, answer.clone());
        assert_eq!(page(&r).overlay, Some(Overlay::Menu), "the menu is closed by {answer:?}");
        feed(&mut r, Message::Toolbar(Tool::Explain(Some(Popover::Forward))));
        assert_eq!(page(&r).overlay, Some(Overlay::Menu), "nor by the pointer over a button");
        feed(&mut r, Message::Toolbar(Tool::More));
        feed(&mut r, Message::Toolbar(Tool::Explain(Some(Popover::Forward))));
        feed(&mut r, answer.clone());
        assert_eq!(page(&r).overlay, Some(Overlay::Reason(Popover::Forward)), "{answer:?}");
        feed(&mut r, Message::Link("https://example.com/x".into()));
        feed(&mut r, answer.clone());
        assert!(
            matches!(page(&r).panel, Some(Panel::Link(_))),
            "the question is closed by {answer:?}"
        );
        feed(&mut r, Message::Toolbar(Tool::ShowOriginal));
        feed(&mut r, Message::Raw(KEY, Ok("Subject: x".into())));
        feed(&mut r, answer.clone());
        assert!(page(&r).original().is_some(), "the original is closed by {answer:?}");
    }
}

#[test]
fn that_the_message_of_a_report_cannot_be_opened_is_told_once() {
    let mut o = opened(mail());
    o.about = Some(MessageKey(11));
    let mut r = reader(o);
    let failed = || Message::AboutOpened(MessageKey(11), Err(Error::Stopped));
    let told = feed(&mut r, failed());
    assert!(
        matches!(told.as_slice(), [Action::Toast(toast)]
            if toast.text.starts_with("The message that this report is about can’t be opened.")),
        "{told:?}"
    );
    assert!(feed(&mut r, failed()).is_empty(), "told once");
    feed(&mut r, Message::AboutOpened(MessageKey(11), Ok(Box::new(opened(mail())))));
    assert!(page(&r).about.is_some(), "a later answer counts");
    assert!(feed(&mut r, failed()).is_empty());
    assert!(page(&r).about.is_some(), "and what is here stays");
}
