//! Recordings and pages wherever they stand: in ordinary mail, in enclosed messages, by the thousand.

use std::sync::Arc;

use super::{clips, *};
use crate::{
    audio::{self, PlayerState, Segment},
    engine::Opened,
    message::{PartInfo, vendors::Kind},
    ui::screen::testing::{ctx, mail, marked_private, opened, part},
};

const KEY: MessageKey = MessageKey(7);

fn feed_at(reader: &mut Reader, message: Message, audio: &State) -> Vec<Act> {
    reader.update(message, &ctx(audio)).flat()
}

fn feed(reader: &mut Reader, message: Message) -> Vec<Act> {
    feed_at(reader, message, &State::default())
}

fn reader(opened: Opened) -> (Reader, Vec<Act>) {
    let (mut reader, _) = Reader::open(KEY);
    let asked = feed(&mut reader, Message::Opened(KEY, Ok(Box::new(opened))));
    (reader, asked)
}

fn page(reader: &Reader) -> &Page {
    match &reader.phase {
        super::Phase::Open(page) => page,
        other => panic!("{other:?}"),
    }
}

fn sound(path: &str, seconds: f64) -> PartInfo {
    part(path, "audio/mp4", PartRole::Attachment, Some(seconds))
}

/// An ordinary mail with so many recordings behind its text.
fn ordinary(count: usize) -> Mail {
    let mut m = Mail { kind: MessageKind::Email, ..mail() };
    m.parts = vec![part("1", "text/plain", PartRole::Text, None)];
    m.parts.extend((0..count).map(|n| sound(&(n + 2).to_string(), 12.0)));
    m.text = Some("Here they are.".into());
    m
}

fn loads(actions: &[Act]) -> Vec<String> {
    actions
        .iter()
        .filter_map(|action| match action {
            Action::Ask(
                Question::Clips(clips::Question(_, player::Question::Load { tracks, .. }))
                | Question::InnerClips(_, clips::Question(_, player::Question::Load { tracks, .. })),
            ) => Some(tracks[0].paths[0].clone()),
            _ => None,
        })
        .collect()
}

fn decoded(at: usize, path: &str) -> clips::Message {
    let pcm = Arc::new(Pcm::telephone(vec![1; 8_000]));
    clips::Message::Player(
        at,
        player::Message::Loaded(
            player::clip_of(KEY, Some(path)),
            Ok(player::Loaded {
                segments: vec![Segment::whole("part", pcm, false)],
                peaks: Arc::from([1_u8; 4]),
                silences: Arc::from([false; 4]),
            }),
        ),
    )
}

fn sounding(path: &str) -> State {
    State {
        player: PlayerState {
            clip: Some(player::clip_of(KEY, Some(path))),
            phase: audio::Phase::Playing,
            label: "part".into(),
            ..PlayerState::default()
        },
        ..State::default()
    }
}

#[test]
fn space_plays_the_first_recording_of_an_ordinary_mail_and_then_the_one_under_way() {
    let (mut r, asked) = reader(opened(ordinary(3)));
    assert_eq!(loads(&asked), ["2", "3", "4"], "few and short: decoded ahead");
    assert!(feed(&mut r, Message::Keyed(player::Message::Toggle)).is_empty(), "it is coming");
    let plays = feed(&mut r, Message::Clips(decoded(0, "2")));
    assert!(
        matches!(plays.as_slice(), [Action::Audio(Command::Load { clip, play: true, .. })]
            if *clip == player::clip_of(KEY, Some("2"))),
        "{plays:?}"
    );
    // The third was pressed and sounds: keys mean that one now.
    feed(&mut r, Message::Clips(decoded(2, "4")));
    let playing = sounding("4");
    assert_eq!(r.player(&playing).map(|p| p.clip().clone()), playing.player.clip);
    let held = feed_at(&mut r, Message::Keyed(player::Message::Toggle), &playing);
    assert!(matches!(held.as_slice(), [Action::Audio(Command::Pause)]), "{held:?}");
    let back = feed_at(&mut r, Message::Keyed(player::Message::Skip(-5.0)), &playing);
    assert!(matches!(back.as_slice(), [Action::Audio(Command::Skip(_))]), "{back:?}");
}

#[test]
fn a_recording_beside_a_message_does_not_make_it_heard() {
    let mut listening = player::Listening::default();
    let state = PlayerState { heard: false, ..sounding("2").player };
    assert_eq!(listening.on_audio_state(&state), []);
}

#[test]
fn a_thousand_recordings_are_a_list_without_a_decoder() {
    let (mut r, asked) = reader(opened(ordinary(1_000)));
    assert!(loads(&asked).is_empty(), "nothing is decoded unasked");
    let shown = |r: &Reader| page(r).clips.shown().0.len();
    assert_eq!((shown(&r), page(&r).clips.shown().1), (20, 980));
    feed(&mut r, Message::Clips(clips::Message::More));
    assert_eq!(shown(&r), 40);
    for at in 0..30 {
        let path = (at + 2).to_string();
        let play = clips::Message::Player(at, player::Message::Toggle);
        assert_eq!(loads(&feed(&mut r, Message::Clips(play))), [path.as_str()]);
        feed(&mut r, Message::Clips(decoded(at, &path)));
    }
    let kept = (0..30).filter(|at| page(&r).clips.player(*at).is_some_and(Player::is_here));
    assert_eq!(kept.count(), 8, "the others were let go");
    let first = page(&r).clips.player(0).expect("there");
    assert_eq!(first.length(), Some(Duration::from_secs(1)), "its length stays");
}

/// A mail with so many mails inside, each with one recording.
fn enclosing(count: usize) -> Mail {
    let mut outer = ordinary(0);
    let place = |n: usize| part(&(n + 2).to_string(), "message/rfc822", PartRole::Original, None);
    outer.parts.extend((0..count).map(place));
    outer.forwarded = (0..count).map(|_| ordinary(1)).collect();
    outer
}

#[test]
fn recordings_in_fifty_enclosed_messages_are_counted_together() {
    assert_eq!(loads(&reader(opened(enclosing(4))).1), ["2/2", "3/2", "4/2", "5/2"]);
    let (mut r, asked) = reader(opened(enclosing(50)));
    assert!(loads(&asked).is_empty(), "nothing is decoded unasked");
    let playing = sounding("2/2");
    for at in 0..30 {
        let path = format!("{}/2", at + 2);
        let play = clips::Message::Player(0, player::Message::Toggle);
        let asked = feed_at(&mut r, Message::InnerClips(at, play), &playing);
        assert!(at == 0 || loads(&asked) == [path.as_str()], "{asked:?}");
        feed_at(&mut r, Message::InnerClips(at, decoded(0, &path)), &playing);
    }
    let here = |at: &usize| page(&r).inner[*at].clips.player(0).is_some_and(Player::is_here);
    let kept: Vec<_> = (0..30).filter(here).collect();
    assert_eq!(kept, [0, 23, 24, 25, 26, 27, 28, 29], "what sounds, and the last");
    // Voice messages inside have players of their own, which count too.
    let mut voices = enclosing(50);
    voices.forwarded = (0..50).map(|_| mail()).collect();
    assert!(
        !reader(opened(voices)).1.iter().any(|a| matches!(a, Action::Ask(Question::Inner(..))))
    );
}

#[test]
fn a_press_before_the_message_is_here_is_remembered() {
    let mut o = opened(ordinary(6));
    (o.complete, o.have) = (false, (10, 100));
    let (mut r, asked) = reader(o);
    assert!(loads(&asked).is_empty());
    let play = || Message::Clips(clips::Message::Player(5, player::Message::Toggle));
    assert!(feed(&mut r, play()).is_empty());
    let asked = feed(&mut r, Message::Opened(KEY, Ok(Box::new(opened(ordinary(6))))));
    assert_eq!(loads(&asked), ["7"], "{asked:?}");
    // The same inside an enclosed message.
    let mut o = opened(enclosing(6));
    (o.complete, o.have) = (false, (10, 100));
    let (mut r, _) = reader(o);
    let play = clips::Message::Player(0, player::Message::Toggle);
    assert!(feed(&mut r, Message::InnerClips(5, play)).is_empty());
    feed(&mut r, Message::OpenInner(5));
    let asked = feed(&mut r, Message::Opened(KEY, Ok(Box::new(opened(enclosing(6))))));
    assert_eq!(loads(&asked), ["7/2"], "{asked:?}");
    assert!(!page(&r).inner[5].open, "it stays closed");
    let plays = feed(&mut r, Message::InnerClips(5, decoded(0, "7/2")));
    assert!(matches!(plays.as_slice(), [Action::Audio(Command::Load { play: true, .. })]));
    // And of a voice message inside.
    let mut voices = enclosing(6);
    voices.forwarded = (0..6).map(|_| mail()).collect();
    let mut o = opened(voices.clone());
    (o.complete, o.have) = (false, (10, 100));
    let (mut r, _) = reader(o);
    feed(&mut r, Message::Inner(5, player::Message::Toggle));
    let asked = feed(&mut r, Message::Opened(KEY, Ok(Box::new(opened(voices)))));
    let loads = |a: &Act| matches!(a, Action::Ask(Question::Inner(at, player::Question::Load { .. })) if *at == 5);
    assert!(asked.iter().any(loads), "{asked:?}");
}

#[test]
fn what_hangs_open_at_any_player_is_known() {
    let mut m = enclosing(1);
    m.forwarded = vec![mail()];
    m.parts.push(sound("9", 12.0));
    let mut o = opened(m);
    o.about = Some(MessageKey(11));
    let (mut r, _) = reader(o);
    feed(&mut r, Message::AboutOpened(MessageKey(11), Ok(Box::new(opened(mail())))));
    for message in [
        || Message::Inner(0, player::Message::Speeds),
        || Message::AboutPlayer(player::Message::Speeds),
        || Message::Clips(clips::Message::Player(0, player::Message::Speeds)),
    ] {
        assert!(!r.hangs());
        feed(&mut r, message());
        assert!(r.hangs(), "{:?}", message());
        feed(&mut r, message());
    }
}

#[test]
fn what_stands_in_enclosed_messages_plays_and_shows() {
    let mut innermost = ordinary(1);
    innermost.parts.push(part("3", "image/tiff", PartRole::Attachment, None));
    let mut middle = ordinary(0);
    middle.parts.push(part("2", "message/rfc822", PartRole::Original, None));
    middle.forwarded = vec![innermost];
    let mut outer = ordinary(0);
    outer.parts.push(part("2", "message/rfc822", PartRole::Original, None));
    outer.forwarded = vec![middle];
    let (mut r, asked) = reader(opened(outer));
    let inner: Vec<_> = page(&r).inner.iter().map(|i| (i.path.clone(), i.depth)).collect();
    assert_eq!(inner, [("2".to_owned(), 0), ("2/2".to_owned(), 1)]);
    assert_eq!(loads(&asked), ["2/2/2"]);
    feed(&mut r, Message::Keyed(player::Message::Toggle));
    let plays = feed(&mut r, Message::InnerClips(1, decoded(0, "2/2/2")));
    assert!(matches!(plays.as_slice(), [Action::Audio(Command::Load { play: true, .. })]));
    // Its pages are shown where they stand, and hidden by a second press.
    let asked = feed(&mut r, Message::Attachment("2/2/3".into()));
    assert!(
        matches!(asked.as_slice(), [Action::Ask(Question::Fax(fax::Question::Count(KEY, paths)))]
            if paths == &["2/2/3"]),
        "{asked:?}"
    );
    assert!(r.shows_fax());
    feed(&mut r, Message::Attachment("2/2/3".into()));
    assert!(!r.shows_fax());
}

#[test]
fn the_only_tiff_of_an_ordinary_mail_is_on_screen() {
    let mut m = ordinary(0);
    m.parts.push(part("2", "image/tiff", PartRole::Attachment, None));
    let (mut r, asked) = reader(opened(m.clone()));
    assert!(
        asked.iter().any(|a| matches!(a, Action::Ask(Question::Fax(fax::Question::Count(..)))))
    );
    assert!(r.shows_fax());
    let place = fax::Place { path: "2".into(), page: 0 };
    feed(&mut r, Message::Fax(fax::Message::Counted(KEY, Ok([place].into()))));
    let saved = feed(&mut r, Message::Fax(fax::Message::Save));
    assert!(matches!(saved.as_slice(), [Action::Ask(Question::Save { path, .. })] if path == "2"));
    // Two of them wait for a press, and a picture that is no bilevel TIFF is a file.
    m.parts.push(part("3", "image/tiff", PartRole::Attachment, None));
    assert!(!reader(opened(m.clone())).0.shows_fax());
    m.parts.pop();
    m.parts[1].decodable = false;
    let (mut r, _) = reader(opened(m));
    assert!(!r.shows_fax());
    let saved = feed(&mut r, Message::Attachment("2".into()));
    assert!(matches!(saved.as_slice(), [Action::Ask(Question::Save { .. })]), "{saved:?}");
}

#[test]
fn a_pdf_opens_and_other_files_are_saved() {
    let mut m = ordinary(0);
    m.parts.push(part("2", "application/pdf", PartRole::Attachment, None));
    m.parts.push(part("3", "application/zip", PartRole::Attachment, None));
    let (mut r, _) = reader(opened(m.clone()));
    let opens = feed(&mut r, Message::Attachment("2".into()));
    assert!(matches!(opens.as_slice(), [Action::Ask(Question::OpenPdf(KEY, path))] if path == "2"));
    let saves = feed(&mut r, Message::Attachment("3".into()));
    assert!(matches!(saves.as_slice(), [Action::Ask(Question::Save { .. })]));
    m.may_save = crate::message::Permission::Refused(marked_private(false));
    let (mut r, _) = reader(opened(m));
    assert!(feed(&mut r, Message::Attachment("2".into())).is_empty());
    assert_eq!(page(&r).overlay, Some(Overlay::Reason(Popover::Save)));
}

#[test]
fn nothing_beside_a_private_message_is_saved_or_handed_on() {
    let mut m = ordinary(1);
    m.parts[1].decodable = false;
    m.parts.push(part("3", "image/tiff", PartRole::Attachment, None));
    m.may_save = crate::message::Permission::Refused(marked_private(false));
    let (mut r, _) = reader(opened(m));
    let by_itself = clips::Message::Player(0, player::Message::Save);
    let saved = feed(&mut r, Message::Clips(by_itself));
    assert!(saved.is_empty(), "{saved:?}");
    let saved = feed(&mut r, Message::Fax(fax::Message::Save));
    assert!(saved.is_empty(), "{saved:?}");
    assert_eq!(page(&r).overlay, Some(Overlay::Reason(Popover::Save)));
}

#[test]
fn mail_like_this_is_treated_as_what_it_can_be() {
    let voice = reader(opened(mail())).0;
    assert_eq!(page(&voice).treats(), [Kind::Mail]);
    assert_eq!(page(&reader(opened(ordinary(0))).0).treats(), []);
    let (mut r, _) = reader(opened(ordinary(1)));
    assert_eq!(page(&r).treats(), [Kind::Voice]);
    let asked = feed(&mut r, Message::Toolbar(toolbar::Message::Treat(Kind::Voice)));
    assert!(matches!(asked.as_slice(), [Action::Ask(Question::Treat(KEY, Kind::Voice))]));
    let token = crate::engine::UndoToken(4);
    let said = feed(&mut r, Message::Treated(Kind::Voice, Ok(token)));
    let undo = crate::ui::screen::Undo::Engine(token);
    assert!(matches!(said.as_slice(), [Action::Toast(t)] if t.undo == Some(undo)), "{said:?}");
    // As the other kind it has the large player.
    let mut m = ordinary(1);
    m.kind = MessageKind::Voice;
    m.parts[1].role = PartRole::VoiceMessage;
    feed(&mut r, Message::Opened(KEY, Ok(Box::new(opened(m)))));
    assert!(page(&r).player.is_some() && page(&r).clips.is_empty());
}
