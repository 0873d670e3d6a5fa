use crate::ui::prefs::Prefs;
use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    audio::{PlayerState, State},
    message::PartProblem,
    ui::screen::testing::{self, ctx},
};

fn part(path: &str, role: PartRole, seconds: f64) -> PartInfo {
    testing::part(path, "audio/32kadpcm", role, Some(seconds))
}

fn mail() -> Mail {
    Mail {
        parts: vec![
            part("1", PartRole::SpokenName, 2.0),
            part("2", PartRole::SpokenSubject, 5.0),
            part("3", PartRole::VoiceMessage, 34.0),
        ],
        ..Mail::default()
    }
}

fn player() -> Player {
    Player::new(MessageKey(7), &mail(), None, true).expect("it sounds")
}

fn loaded(player: &Player) -> Message {
    let segments = player
        .tracks
        .iter()
        .map(|t| Segment {
            label: if t.role == PartRole::VoiceMessage { MESSAGE } else { "x" }.into(),
            pcm: Arc::new(Pcm::telephone(vec![0; (t.seconds.unwrap_or(1.0) * 8000.0) as usize])),
            primary: t.role == PartRole::VoiceMessage,
            open: None,
        })
        .collect();
    Message::Loaded(
        player.clip.clone(),
        Ok(Loaded { segments, peaks: Arc::from([1, 2]), silences: Arc::from([false, false]) }),
    )
}

fn at(phase: Phase, segment: usize, seconds: u64) -> State {
    State {
        player: PlayerState {
            clip: Some(clip_of(MessageKey(7), None)),
            phase,
            segment,
            label: if segment == 2 { MESSAGE.into() } else { "x".into() },
            position: Duration::from_secs(seconds),
            length: Duration::from_secs(34),
            ..PlayerState::default()
        },
        ..State::default()
    }
}

#[test]
fn play_asks_for_the_sound_and_starts_with_the_name() {
    let mut p = player();
    let idle = State::default();
    let asked = p.update(Message::Toggle, &ctx(&idle));
    assert!(matches!(asked, Action::Ask(Question::Load { key: MessageKey(7), .. })));
    assert_eq!(p.stand(&idle), Stand::Loading(None));
    let order = p.update(loaded(&p.clone()), &ctx(&idle));
    let Action::Audio(Command::Load { segments, segment, play, .. }) = order else {
        panic!("{order:?}")
    };
    assert_eq!((segments.len(), segment, play), (3, 0, true));
}

#[test]
fn a_message_goes_on_where_somebody_stopped() {
    let mut p = player();
    let idle = State::default();
    let (stopped, length) = (Duration::from_secs(21), Duration::from_secs(34));
    p.set_stopped_at(stopped);
    p.update(loaded(&p.clone()), &ctx(&idle));
    assert_eq!(p.position(&idle), (stopped, length), "shown before it sounds");
    let begins = |p: &mut Player, message| match p.update(message, &ctx(&idle)) {
        Action::Audio(Command::Load { segment, at, play: true, .. }) => (segment, at),
        other => panic!("{other:?}"),
    };
    // Without its spoken name again.
    assert_eq!(begins(&mut p, Message::Toggle), (2, stopped));
    assert_eq!(begins(&mut p, Message::Restart), (2, Duration::ZERO));
    assert_eq!(begins(&mut p, Message::Chip(PartRole::SpokenName)), (0, Duration::ZERO));
    p.update(Message::StoppedAt(Duration::ZERO), &ctx(&idle));
    assert_eq!(begins(&mut p, Message::Toggle), (0, Duration::ZERO), "heard to its end");
}

#[test]
fn a_second_press_while_loading_takes_the_wish_back() {
    let mut p = player();
    let idle = State::default();
    p.update(Message::Toggle, &ctx(&idle));
    p.update(Message::Toggle, &ctx(&idle));
    assert!(matches!(p.update(loaded(&p.clone()), &ctx(&idle)), Action::None));
}

#[test]
fn keys_follow_what_sounds() {
    let mut p = player();
    let playing = at(Phase::Playing, 2, 13);
    assert!(matches!(p.update(Message::Toggle, &ctx(&playing)), Action::Audio(Command::Pause)));
    assert_eq!(p.position(&playing), (Duration::from_secs(13), Duration::from_secs(34)));
    assert_eq!(p.current(&playing), Some(PartRole::VoiceMessage));
    // While the spoken subject plays, the waveform of the message stands at its start.
    assert_eq!(p.position(&at(Phase::Playing, 1, 3)).0, Duration::ZERO);
    let other = State::default();
    assert_eq!(p.stand(&other), Stand::Ready, "another message sounds: this one is at rest");
}

#[test]
fn seeking_in_the_name_jumps_to_the_message() {
    let mut p = player();
    let idle = State::default();
    p.update(Message::Toggle, &ctx(&idle));
    p.update(loaded(&p.clone()), &ctx(&idle));
    let order = p.update(Message::Seek(Duration::from_secs(17)), &ctx(&at(Phase::Playing, 0, 1)));
    assert!(matches!(
        order,
        Action::Audio(Command::Load { segment: 2, at, play: true, .. }) if at == Duration::from_secs(17)
    ));
    let order = p.update(Message::Seek(Duration::from_secs(17)), &ctx(&at(Phase::Playing, 2, 1)));
    assert!(matches!(order, Action::Audio(Command::Seek(at)) if at == Duration::from_secs(17)));
}

#[test]
fn the_stepper_goes_by_quarters_and_stops_at_its_ends() {
    for (speed, by, expected) in [(1.0, 1, 1.25), (1.0, -1, 0.75), (3.0, 1, 3.0), (0.5, -1, 0.5)] {
        assert!((step(speed, by) - expected).abs() < 1e-6);
    }
}

#[test]
fn unknown_and_damaged_recordings_say_so() {
    let mut unknown = mail();
    unknown.parts[2].decodable = false;
    unknown.parts[2].media_type = "audio/x-example".into();
    let p = Player::new(MessageKey(7), &unknown, None, true).expect("it sounds");
    let idle = State::default();
    assert_eq!(p.stand(&idle), Stand::Faulty(Fault::Unknown("audio/x-example".into())));

    let mut damaged = mail();
    damaged.parts[2].problem = Some(PartProblem::DamagedEncoding);
    let mut p = Player::new(MessageKey(7), &damaged, None, true).expect("it sounds");
    assert!(matches!(p.update(Message::Toggle, &ctx(&idle)), Action::None));
    assert!(matches!(p.update(Message::PlayWhatsThere, &ctx(&idle)), Action::Ask(_)));
}

#[test]
fn parts_of_inner_messages_have_their_whole_path() {
    let p = Player::new(MessageKey(7), &mail(), Some("2"), true).expect("it sounds");
    assert_eq!(p.tracks[2].paths, ["2/3"]);
    assert_eq!(key_of(&p.clip), Some(MessageKey(7)));
    assert_eq!(key_of(&ClipId("name:5".into())), None);
}

#[test]
fn started_and_heard_are_told_once() {
    let mut listening = Listening::default();
    let key = MessageKey(7);
    assert!(
        listening.on_audio_state(&at(Phase::Playing, 0, 1).player).is_empty(),
        "the name starts nothing"
    );
    assert_eq!(listening.on_audio_state(&at(Phase::Playing, 2, 1).player), [Noticed::Started(key)]);
    assert!(listening.on_audio_state(&at(Phase::Playing, 2, 2).player).is_empty());
    let mut heard = at(Phase::Playing, 2, 31).player;
    heard.heard = true;
    assert_eq!(listening.on_audio_state(&heard), [Noticed::Heard(key)]);
    assert!(listening.on_audio_state(&heard).is_empty());
}

#[test]
fn the_waveform_shows_what_skipping_silence_leaves_out() {
    let mut samples = vec![0i16; 8000];
    samples.extend(std::iter::repeat_n(8000, 8000));
    let (peaks, silences) = load::measure(&Pcm::telephone(samples), 4);
    assert_eq!(&*peaks, &[0, 0, 255, 255]);
    assert_eq!(&*silences, &[true, true, false, false]);
    assert!(load::measure(&Pcm::default(), 4).0.is_empty());
}

fn unknown_form() -> Player {
    let mut mail = mail();
    mail.parts[2].decodable = false;
    mail.parts[2].codec = Some("Windows Media Audio".into());
    Player::new(MessageKey(7), &mail, None, true).expect("it sounds")
}

#[test]
fn a_program_runs_by_a_press_and_by_nothing_else() {
    let idle = State::default();
    let prefs = Prefs { ffmpeg: Some("/usr/bin/ffmpeg".into()), ..Prefs::default() };
    let context = Context { prefs: &prefs, ..ctx(&idle) };
    let mut p = unknown_form();
    assert_eq!(p.stand(&idle), Stand::Faulty(Fault::Unknown("Windows Media Audio".into())));
    for message in [
        Message::Toggle,
        Message::Restart,
        Message::Chip(PartRole::VoiceMessage),
        Message::Seek(Duration::from_secs(3)),
        Message::PlayWhatsThere,
    ] {
        assert!(matches!(p.update(message, &context), Action::None));
    }
    assert!(matches!(p.prepare(), Action::None));
    let asked = p.update(Message::ByProgram, &context);
    assert!(matches!(asked, Action::Ask(Question::Load { by_program: true, .. })), "{asked:?}");
    assert_eq!(p.stand(&idle), Stand::Loading(None));
    let order = p.update(loaded(&p.clone()), &context);
    assert!(matches!(order, Action::Audio(Command::Load { segment: 2, play: true, .. })));
    // An ordinary recording is never given to it.
    assert!(matches!(player().update(Message::ByProgram, &context), Action::None));
}

#[test]
fn a_program_that_fails_says_why_and_leaves_the_ways_out() {
    let idle = State::default();
    let mut p = unknown_form();
    p.update(Message::ByProgram, &ctx(&idle));
    let failed = Message::Loaded(
        p.clip.clone(),
        Err(Error::Invalid(crate::engine::Invalid::ProgramTooSlow)),
    );
    let said = p.update(failed, &ctx(&idle));
    assert!(
        matches!(&said, Action::Toast(t) if t.text == fl!("invalid-program-too-slow")),
        "{said:?}"
    );
    assert!(matches!(p.stand(&idle), Stand::Faulty(Fault::Unknown(_))));
}

#[test]
fn swapped_code_words_are_decoded_again_and_go_on_where_they_were() {
    let idle = State::default();
    let mut p = player();
    assert!(matches!(p.reload(&ctx(&idle)), Action::None), "nothing was decoded yet");
    p.update(Message::Toggle, &ctx(&idle));
    p.update(loaded(&p.clone()), &ctx(&idle));
    let playing = at(Phase::Playing, 2, 13);
    let again = p.reload(&ctx(&playing)).flat();
    assert!(matches!(
        again.as_slice(),
        [Action::Audio(Command::Stop), Action::Ask(Question::Load { by_program: false, .. })]
    ));
    let order = p.update(loaded(&p.clone()), &ctx(&idle));
    assert!(matches!(
        order,
        Action::Audio(Command::Load { segment: 2, at, play: true, .. }) if at == Duration::from_secs(13)
    ));
}

/// A message of which a part is here.
fn fetching() -> Player {
    let mut p = player();
    p.set_progress(40, 100);
    p
}

fn ticket(asked: &Action<Message, Question>) -> u64 {
    match asked {
        Action::Ask(Question::Hear { ticket, main: 2, key: MessageKey(7), .. }) => *ticket,
        other => panic!("{other:?}"),
    }
}

fn open_segments() -> Vec<Segment> {
    let silent = || Arc::new(Pcm::telephone(Vec::new()));
    vec![
        Segment::whole("name", Arc::new(Pcm::telephone(vec![1; 800])), false),
        Segment::whole("subject", silent(), false),
        Segment { open: Some(Duration::from_secs(34)), ..Segment::whole(MESSAGE, silent(), true) },
    ]
}

fn piece(p: &Player, ticket: u64, at: usize, samples: usize) -> Message {
    let came = Came::Piece {
        segments: (at == 0).then(open_segments),
        at,
        pcm: Arc::new(Pcm::telephone(vec![5; samples])),
        peaks: Arc::from([1, 0]),
    };
    Message::Came(p.clip.clone(), 2, ticket, Box::new(came))
}

fn came(p: &Player, ticket: u64, came: Came) -> Message {
    Message::Came(p.clip.clone(), 2, ticket, Box::new(came))
}

fn whole_of(p: &Player) -> Loaded {
    match loaded(p) {
        Message::Loaded(_, Ok(loaded)) => loaded,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_message_that_is_still_coming_sounds_from_the_first_piece_on() {
    let idle = State::default();
    let mut p = fetching();
    let run = ticket(&p.prepare());
    assert!(matches!(p.update(Message::Toggle, &ctx(&idle)), Action::None), "nothing is here");
    assert_eq!(p.stand(&idle), Stand::Loading(Some(40)));
    let orders = p.update(piece(&p.clone(), run, 0, 8000), &ctx(&idle)).flat();
    let [
        Action::Audio(Command::Load { segments, segment: 0, play: false, .. }),
        Action::Audio(Command::Append { segment: 2, at: 0, .. }),
        Action::Audio(Command::Play),
    ] = orders.as_slice()
    else {
        panic!("{orders:?}")
    };
    assert_eq!(segments[2].open, Some(Duration::from_secs(34)));
    // What follows goes to the audio thread without the player, wherever that is.
    let next = piece(&p, run, 8000, 4000);
    assert!(matches!(follow(&next), Some(Command::Append { segment: 2, at: 8000, .. })));
    assert!(matches!(p.update(next, &ctx(&at(Phase::Playing, 2, 0))), Action::None));
    assert_eq!(p.position(&at(Phase::Playing, 2, 1)).1, Duration::from_secs(34), "as announced");

    // It waits, and a press takes the wish back.
    let waiting = at(Phase::Waiting, 2, 1);
    assert_eq!(p.stand(&waiting), Stand::Loading(Some(40)));
    assert!(matches!(p.update(Message::Toggle, &ctx(&waiting)), Action::Audio(Command::Pause)));

    // The whole: what sounds goes on with it.
    let whole = came(&p, run, Came::Whole { loaded: whole_of(&p), as_told: true });
    assert!(
        matches!(follow(&whole), Some(Command::Complete { segments, .. }) if segments.len() == 3)
    );
    assert!(matches!(p.update(whole, &ctx(&waiting)), Action::None));
    assert_eq!((p.is_coming(), p.peaks.len()), (false, 2));
}

#[test]
fn a_download_that_breaks_holds_and_is_asked_for_again() {
    let idle = State::default();
    let mut p = fetching();
    let run = ticket(&p.prepare());
    p.update(piece(&p.clone(), run, 0, 8000), &ctx(&idle));
    let gone = || Error::Unreachable { host: "h".into(), reason: crate::engine::Broken::Closed };
    let broken = came(&p, run, Came::Broken(gone()));
    assert!(matches!(follow(&broken), Some(Command::Broken(_))));
    p.update(broken, &ctx(&at(Phase::Playing, 2, 0)));
    let held = at(Phase::Paused, 2, 1);
    assert_eq!(p.stand(&held), Stand::Paused);
    let again = p.update(Message::Toggle, &ctx(&held)).flat();
    let [Action::Audio(Command::Play), Action::Ask(Question::Hear { ticket, have: 8000, .. })] =
        again.as_slice()
    else {
        panic!("{again:?}")
    };
    // Late answers to the first question are dropped; the second goes on where it was.
    let samples = |p: &Player| match &p.sound {
        Sound::Coming(coming) => coming.here(),
        other => panic!("{other:?}"),
    };
    p.update(piece(&p.clone(), run, 8000, 8000), &ctx(&held));
    assert_eq!(samples(&p), Duration::from_secs(1));
    p.update(piece(&p.clone(), *ticket, 8000, 8000), &ctx(&held));
    assert_eq!(samples(&p), Duration::from_secs(2));

    // Without any sound yet, the wish ends with the reason.
    let mut p = fetching();
    let run = ticket_of(p.update(Message::Toggle, &ctx(&idle)));
    p.update(came(&p.clone(), run, Came::Broken(gone())), &ctx(&idle));
    assert_eq!(p.stand(&idle), Stand::Faulty(Fault::NotHere));
}

fn ticket_of(asked: Action<Message, Question>) -> u64 {
    ticket(&asked)
}

#[test]
fn what_came_outlives_a_better_known_message() {
    let idle = State::default();
    let mut p = fetching();
    let run = ticket(&p.prepare());
    p.update(piece(&p.clone(), run, 0, 8000), &ctx(&idle));
    let mut next = player();
    next.inherit(&p, &idle);
    assert!(next.is_coming() && matches!(next.prepare(), Action::None));
    assert!(matches!(next.completed(), Action::None), "its question is still under way");
    next.update(came(&p, run, Came::Whole { loaded: whole_of(&p), as_told: true }), &ctx(&idle));
    assert!(!next.is_coming());

    // A part that came to light puts the tracks in another order: it begins anew, where it was.
    let mut fewer = mail();
    fewer.parts.remove(0);
    let mut p = Player::new(MessageKey(7), &fewer, None, true).expect("it sounds");
    p.set_progress(40, 100);
    let Action::Ask(Question::Hear { ticket: run, .. }) = p.prepare() else { panic!("not asked") };
    p.update(piece(&p.clone(), run, 0, 8000), &ctx(&idle));
    let sounding = at(Phase::Waiting, 1, 5);
    let mut next = player();
    next.inherit(&p, &sounding);
    assert!(matches!(next.prepare(), Action::Ask(Question::Load { .. })));
    let order = next.update(loaded(&next.clone()), &ctx(&sounding));
    assert!(matches!(
        order,
        Action::Audio(Command::Load { segment: 2, at, play: true, .. }) if at == Duration::from_secs(5)
    ));
}

#[test]
fn pieces_that_turn_out_wrong_are_replaced_where_they_play() {
    let idle = State::default();
    let mut p = fetching();
    let run = ticket(&p.prepare());
    p.update(piece(&p.clone(), run, 0, 8000), &ctx(&idle));
    let whole = came(&p, run, Came::Whole { loaded: whole_of(&p), as_told: false });
    assert!(matches!(follow(&whole), Some(Command::Broken(_))));
    let order = p.update(whole, &ctx(&at(Phase::Waiting, 2, 1)));
    assert!(matches!(
        order,
        Action::Audio(Command::Load { segment: 2, at, play: true, .. }) if at == Duration::from_secs(1)
    ));
}
