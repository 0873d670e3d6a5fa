//! Playing what is still coming: it waits instead of ending, goes on, and is heard only once its
//! length is known.

use std::{sync::Arc, time::Duration};

use aloud::{
    audio::{Audio, ClipId, Command, NullDevices, Pace, Phase, Segment, State},
    codec::Pcm,
};

use super::{signal, until};

const RATE: usize = 8_000;

fn piece(samples: &[i16]) -> Arc<Pcm> {
    Arc::new(Pcm::telephone(samples.to_vec()))
}

fn clip() -> ClipId {
    ClipId("a".into())
}

struct Stage {
    devices: NullDevices,
    audio: Audio,
    samples: Vec<i16>,
}

impl Stage {
    /// A message of some seconds, of which nothing was handed over yet.
    fn new(seconds: usize) -> Self {
        let devices = NullDevices::new(8_000, Pace::Fast, Vec::new());
        let audio = Audio::start_null(devices.clone()).unwrap();
        audio.send(Command::Volume(1.0));
        Self { devices, audio, samples: signal(seconds * RATE) }
    }

    /// Loads the first so many seconds, about `expected` seconds in all.
    fn load(&self, seconds: usize, expected: u64, at: u64) {
        let segment = Segment {
            open: Some(Duration::from_secs(expected)),
            ..Segment::whole("message", piece(&self.samples[..seconds * RATE]), true)
        };
        self.audio.send(Command::Load {
            clip: clip(),
            segments: vec![segment],
            segment: 0,
            at: Duration::from_secs(at),
            play: true,
        });
    }

    /// Appends some seconds.
    fn append(&self, from: usize, to: usize) {
        let at = from * RATE;
        let pcm = piece(&self.samples[at..to * RATE]);
        self.audio.send(Command::Append { clip: clip(), segment: 0, at, pcm });
    }

    fn complete(&self) {
        let segments = vec![Segment::whole("message", piece(&self.samples), true)];
        self.audio.send(Command::Complete { clip: clip(), segments });
    }

    async fn at(&self, phase: Phase, seconds: u64) -> State {
        let position = Duration::from_secs(seconds);
        until(&self.audio, &format!("{phase:?} at {seconds} s"), |s| {
            s.player.phase == phase && s.player.position == position
        })
        .await
    }

    fn heard(&self) -> Vec<i16> {
        self.devices.heard().into_iter().map(|s| (s * 32_768.0).round() as i16).collect()
    }
}

#[tokio::test]
async fn it_waits_where_it_runs_dry_and_ends_where_it_ends() {
    let stage = Stage::new(10);
    stage.load(2, 9, 0);
    let state = stage.at(Phase::Waiting, 2).await;
    assert_eq!(state.player.length, Duration::from_secs(9), "about");
    stage.append(2, 5);
    stage.at(Phase::Waiting, 5).await;
    // What was there already is not played twice, what leaves a gap not at all.
    stage.append(4, 7);
    stage.append(8, 9);
    let state = stage.at(Phase::Waiting, 7).await;
    assert!(!state.player.heard);
    stage.complete();
    let state = stage.at(Phase::Ended, 10).await;
    assert!(state.player.heard);
    assert_eq!(state.player.length, Duration::from_secs(10));
    assert_eq!(stage.heard(), stage.samples);
}

#[tokio::test]
async fn it_begins_with_a_second_in_hand() {
    let stage = Stage::new(3);
    stage.load(0, 3, 0);
    stage.at(Phase::Waiting, 0).await;
    let half = RATE / 2;
    let append = |range: std::ops::Range<usize>| Command::Append {
        clip: clip(),
        segment: 0,
        at: range.start,
        pcm: piece(&stage.samples[range]),
    };
    stage.audio.send(append(0..half));
    stage.audio.send(Command::Mute(true));
    let state = until(&stage.audio, "the order after it", |s| s.player.muted).await;
    assert_eq!((state.player.phase, stage.heard().len()), (Phase::Waiting, 0));
    stage.audio.send(Command::Mute(false));
    stage.audio.send(append(half..2 * half));
    stage.at(Phase::Waiting, 1).await;
    assert_eq!(stage.heard(), stage.samples[..RATE]);
}

#[tokio::test]
async fn hearing_needs_the_true_length() {
    // Announced as three seconds: nine tenths of those are nothing of a minute.
    let stage = Stage::new(60);
    stage.load(10, 3, 0);
    let state = stage.at(Phase::Waiting, 10).await;
    assert!(!state.player.heard);
    stage.append(10, 55);
    let state = stage.at(Phase::Waiting, 55).await;
    assert!(!state.player.heard);
    // Held there, it counts once the length is known.
    stage.audio.send(Command::Pause);
    stage.at(Phase::Paused, 55).await;
    stage.complete();
    let state = until(&stage.audio, "heard", |s| s.player.heard).await;
    assert_eq!(state.player.phase, Phase::Paused);
}

#[tokio::test]
async fn a_break_plays_what_is_there_and_holds() {
    let stage = Stage::new(10);
    stage.load(2, 10, 0);
    stage.at(Phase::Waiting, 2).await;
    stage.append(2, 4);
    stage.audio.send(Command::Broken(clip()));
    let state = stage.at(Phase::Paused, 4).await;
    assert!(!state.player.heard && state.player.problem.is_none());
    // Whoever presses play again waits for the rest, and gets it.
    stage.audio.send(Command::Play);
    stage.at(Phase::Waiting, 4).await;
    stage.audio.send(Command::Broken(clip()));
    stage.at(Phase::Paused, 4).await;
    stage.audio.send(Command::Play);
    stage.append(4, 8);
    stage.at(Phase::Waiting, 8).await;
    stage.complete();
    stage.at(Phase::Ended, 10).await;
    assert_eq!(stage.heard(), stage.samples);
}

#[tokio::test]
async fn a_rest_of_less_than_a_second_sounds_too() {
    let stage = Stage::new(4);
    stage.load(2, 4, 0);
    stage.at(Phase::Waiting, 2).await;
    let at = 2 * RATE;
    let pcm = piece(&stage.samples[at..at + 100]);
    stage.audio.send(Command::Append { clip: clip(), segment: 0, at, pcm });
    stage.audio.send(Command::Broken(clip()));
    until(&stage.audio, "held", |s| s.player.phase == Phase::Paused).await;
    assert_eq!(stage.heard(), stage.samples[..at + 100]);
}

#[tokio::test]
async fn a_place_that_is_not_here_yet_is_waited_for() {
    let stage = Stage::new(20);
    stage.load(2, 20, 5);
    stage.at(Phase::Waiting, 5).await;
    stage.append(2, 4);
    stage.append(4, 8);
    stage.at(Phase::Waiting, 8).await;
    stage.audio.send(Command::Seek(Duration::from_secs(30)));
    let state = stage.at(Phase::Waiting, 20).await;
    assert!(!state.player.heard);
    stage.complete();
    let state = stage.at(Phase::Ended, 20).await;
    assert!(!state.player.heard, "nothing sounded there");
    assert_eq!(stage.heard(), stage.samples[5 * RATE..8 * RATE]);
}

#[tokio::test]
async fn speed_and_skipped_silence_go_on_across_pieces() {
    let mut stage = Stage::new(8);
    stage.samples[3 * RATE..5 * RATE].fill(0);
    stage.audio.send(Command::SkipSilence(true));
    stage.load(2, 8, 0);
    stage.at(Phase::Waiting, 2).await;
    stage.append(2, 6);
    stage.at(Phase::Waiting, 6).await;
    stage.audio.send(Command::Speed(2.0));
    stage.complete();
    until(&stage.audio, "end", |s| s.player.phase == Phase::Ended).await;
    // 2 s of pause but for its margins of 0.15 s, and 2 s at twice the speed.
    let expected = (6.0 - 1.7 + 1.0) * RATE as f64;
    let heard = stage.heard().len();
    assert!((heard as f64 - expected).abs() < 600.0, "{heard}");
}

#[tokio::test]
async fn pieces_of_another_clip_are_ignored() {
    let stage = Stage::new(3);
    stage.load(2, 3, 0);
    stage.at(Phase::Waiting, 2).await;
    let other = ClipId("b".into());
    let (at, pcm) = (2 * RATE, piece(&stage.samples));
    stage.audio.send(Command::Append { clip: other.clone(), segment: 0, at, pcm });
    stage.audio.send(Command::Broken(other.clone()));
    stage.audio.send(Command::Complete { clip: other, segments: Vec::new() });
    stage.complete();
    stage.at(Phase::Ended, 3).await;
    assert_eq!(stage.heard(), stage.samples);
}
