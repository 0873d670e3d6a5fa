//! Playing: exact samples, one sound at a time, positions, and when a message is heard.

use std::{sync::Arc, time::Duration};

use aloud::{
    audio::{Audio, ClipId, Command, NullDevices, Pace, Phase, Problem, Segment},
    codec::Pcm,
};

use super::{signal, until};

fn clip(name: &str, samples: Vec<i16>, primary: bool, play: bool) -> Command {
    Command::Load {
        clip: ClipId(name.into()),
        segments: vec![Segment::whole("message", Arc::new(Pcm::telephone(samples)), primary)],
        segment: 0,
        at: Duration::ZERO,
        play,
    }
}

fn as_i16(heard: Vec<f32>) -> Vec<i16> {
    heard.into_iter().map(|s| (s * 32_768.0).round() as i16).collect()
}

#[tokio::test]
async fn the_device_gets_exactly_the_decoded_samples() {
    let devices = NullDevices::new(8_000, Pace::Fast, Vec::new());
    let audio = Audio::start_null(devices.clone()).unwrap();
    let samples = signal(20_000);
    audio.send(Command::Volume(1.0));
    audio.send(clip("a", samples.clone(), true, true));
    let state = until(&audio, "end", |s| s.player.phase == Phase::Ended).await;
    assert_eq!(as_i16(devices.heard()), samples);
    assert_eq!(state.player.position, Duration::from_millis(2_500));
    assert!(state.player.heard);
}

#[tokio::test]
async fn a_seek_near_the_end_is_not_hearing_but_playing_from_there_is() {
    let audio = Audio::start_null(NullDevices::new(8_000, Pace::Fast, Vec::new())).unwrap();
    audio.send(clip("a", signal(80_000), true, false));
    audio.send(Command::Seek(Duration::from_secs_f64(9.9)));
    let state = until(&audio, "sought", |s| s.player.position > Duration::from_secs(9)).await;
    assert!(!state.player.heard);
    audio.send(Command::Play);
    until(&audio, "heard", |s| s.player.heard).await;
}

#[tokio::test]
async fn a_spoken_name_alone_hears_nothing() {
    let audio = Audio::start_null(NullDevices::new(8_000, Pace::Fast, Vec::new())).unwrap();
    audio.send(clip("name", signal(4_000), false, true));
    let state = until(&audio, "end", |s| s.player.phase == Phase::Ended).await;
    assert!(!state.player.heard);
}

#[tokio::test]
async fn only_one_message_sounds_and_segments_follow_each_other() {
    let devices = NullDevices::new(8_000, Pace::Fast, Vec::new());
    let audio = Audio::start_null(devices.clone()).unwrap();
    audio.send(Command::Volume(1.0));
    let (name, body) = (vec![1_000; 800], vec![2_000; 1_600]);
    let segment = |label: &str, samples: &[i16], primary| {
        Segment::whole(label, Arc::new(Pcm::telephone(samples.to_vec())), primary)
    };
    audio.send(Command::Load {
        clip: ClipId("a".into()),
        segments: vec![segment("name", &name, false), segment("message", &body, true)],
        segment: 0,
        at: Duration::ZERO,
        play: true,
    });
    let state = until(&audio, "end", |s| s.player.phase == Phase::Ended).await;
    assert_eq!(state.player.label, "message");
    assert_eq!(as_i16(devices.heard()), [name, body].concat());
}

#[tokio::test]
async fn speed_and_skipped_silence_shorten_what_is_heard() {
    let devices = NullDevices::new(8_000, Pace::Fast, Vec::new());
    let audio = Audio::start_null(devices.clone()).unwrap();
    let with_gap = [signal(16_000), vec![0; 24_000], signal(16_000)].concat();
    audio.send(Command::Speed(2.0));
    audio.send(clip("a", with_gap.clone(), true, true));
    until(&audio, "end", |s| s.player.phase == Phase::Ended).await;
    let fast = devices.heard().len();
    assert!(fast.abs_diff(28_000) < 1_000, "{fast}");
    audio.send(Command::Speed(1.0));
    audio.send(Command::SkipSilence(true));
    audio.send(clip("b", with_gap, true, true));
    until(&audio, "second end", |s| {
        s.player.phase == Phase::Ended && s.player.clip == Some(ClipId("b".into()))
    })
    .await;
    let skipped = devices.heard().len() - fast;
    assert!((32_000..44_000).contains(&skipped), "{skipped}");
}

#[tokio::test]
async fn no_device_is_a_state_and_plugging_one_in_helps() {
    let devices = NullDevices::new(8_000, Pace::Fast, Vec::new());
    devices.set_present(false);
    let audio = Audio::start_null(devices.clone()).unwrap();
    audio.send(clip("a", signal(4_000), true, true));
    let state = until(&audio, "problem", |s| s.player.problem.is_some()).await;
    assert_eq!(
        (state.player.problem, state.player.phase),
        (Some(Problem::NoOutput), Phase::Paused)
    );
    devices.set_present(true);
    audio.send(Command::Play);
    until(&audio, "end", |s| s.player.phase == Phase::Ended && s.player.problem.is_none()).await;
}

#[tokio::test]
async fn unplugging_while_playing_holds_with_a_reason_and_keeps_the_place() {
    let devices = NullDevices::new(8_000, Pace::Real, Vec::new());
    let audio = Audio::start_null(devices.clone()).unwrap();
    audio.send(clip("a", signal(80_000), true, true));
    until(&audio, "under way", |s| s.player.position > Duration::from_millis(100)).await;
    devices.set_present(false);
    let state = until(&audio, "problem", |s| s.player.problem.is_some()).await;
    assert_eq!(state.player.problem, Some(Problem::Unplugged));
    assert_eq!(state.player.phase, Phase::Paused);
    assert!(state.player.position > Duration::from_millis(100));
}
