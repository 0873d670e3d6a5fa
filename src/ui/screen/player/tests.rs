use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    audio::{PlayerState, State},
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
    damaged.parts[2].problem = Some("cut short".into());
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
        listening.observe(&at(Phase::Playing, 0, 1).player).is_empty(),
        "the name starts nothing"
    );
    assert_eq!(listening.observe(&at(Phase::Playing, 2, 1).player), [Noticed::Started(key)]);
    assert!(listening.observe(&at(Phase::Playing, 2, 2).player).is_empty());
    let mut heard = at(Phase::Playing, 2, 31).player;
    heard.heard = true;
    assert_eq!(listening.observe(&heard), [Noticed::Heard(key)]);
    assert!(listening.observe(&heard).is_empty());
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
    let context = Context { program: Some("ffmpeg"), ..ctx(&idle) };
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
    let failed = Message::Loaded(p.clip.clone(), Err(Error::Invalid("no decoder".into())));
    let said = p.update(failed, &ctx(&idle));
    assert!(matches!(&said, Action::Toast(t) if t.text == "no decoder"), "{said:?}");
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
