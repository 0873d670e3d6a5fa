//! A voice message sounds while it is being fetched, over the server in this process and devices in
//! memory: sound reaches the loudspeaker before the end is here, and what played in the end is the
//! decoded message, sample by sample.

use std::{sync::Arc, time::Duration};

use aloud::{
    audio::{Audio, ClipId, Command, NullDevices, Pace, Phase, Segment, State},
    codec::Pcm,
    engine::{Heard, Hearing, Progress},
    loopback::{Faults, Protocol, Valve},
};

use super::until;
use crate::engine::streaming::{PATH, desk};

struct Stage {
    devices: NullDevices,
    audio: Audio,
    clip: ClipId,
    /// Samples handed over.
    at: usize,
}

impl Stage {
    fn new() -> Self {
        let devices = NullDevices::new(8_000, Pace::Fast, Vec::new());
        let audio = Audio::start_null(devices.clone()).unwrap();
        audio.send(Command::Volume(1.0));
        let clip = ClipId("message:1".into());
        audio.send(Command::Load {
            clip: clip.clone(),
            segments: vec![Segment {
                open: Some(Duration::from_secs(90)),
                ..Segment::whole("message", Arc::new(Pcm::telephone(Vec::new())), true)
            }],
            segment: 0,
            at: Duration::ZERO,
            play: true,
        });
        Self { devices, audio, clip, at: 0 }
    }

    /// Hands the next of what is heard over; false after the end.
    async fn step(&mut self, hearing: &mut Hearing, skipped: &mut usize) -> bool {
        let clip = self.clip.clone();
        match hearing.next().await {
            Some(Heard::Piece(pcm)) => {
                let at = *skipped;
                *skipped += pcm.samples.len();
                self.at = self.at.max(*skipped);
                self.audio.send(Command::Append { clip, segment: 0, at, pcm });
                true
            }
            Some(Heard::Whole { pcm, as_told }) => {
                assert!(as_told);
                let segments = vec![Segment::whole("message", pcm, true)];
                self.audio.send(Command::Complete { clip, segments });
                false
            }
            Some(Heard::Broken(_)) => {
                self.audio.send(Command::Broken(clip));
                false
            }
            other => panic!("{other:?}"),
        }
    }

    fn heard(&self) -> Vec<i16> {
        self.devices.heard().into_iter().map(|s| (s * 32_768.0).round() as i16).collect()
    }

    async fn until(&self, phase: Phase, samples: usize) -> State {
        let position = Duration::from_secs_f64(samples as f64 / 8_000.0);
        until(&self.audio, &format!("{phase:?} at {position:?}"), |s| {
            s.player.phase == phase && s.player.position == position
        })
        .await
    }
}

#[tokio::test]
async fn sound_reaches_the_loudspeaker_before_the_message_is_here() {
    let (desk, key, sound) = desk().await;
    let valve = Valve::new(60_000);
    let slow = Faults { valve: Some(valve.clone()), ..Faults::default() };
    desk.server.fault_always(Protocol::Imap, slow);
    let mut stage = Stage::new();
    let mut hearing = desk.engine.hear(key, PATH.into());
    let mut told = 0;
    while stage.at < 8 * 8_000 {
        assert!(stage.step(&mut hearing, &mut told).await);
    }
    let state = stage.until(Phase::Waiting, stage.at).await;
    let opened = desk.engine.peek(key).await.expect("there");
    assert!(!opened.complete, "the message is not here");
    assert_eq!(stage.heard(), sound[..stage.at], "and all of it that is here has sounded");
    assert!(!state.player.heard);
    valve.open();
    while stage.step(&mut hearing, &mut told).await {}
    let state = until(&stage.audio, "end", |s| s.player.phase == Phase::Ended).await;
    assert!(state.player.heard);
    assert_eq!(stage.heard(), sound);
}

#[tokio::test]
async fn a_server_that_closes_in_mid_play_holds_the_player_and_it_goes_on_later() {
    let (desk, key, sound) = desk().await;
    for _ in 0..2 {
        let cut = Faults { cut_output: Some(120_000), ..Faults::default() };
        desk.server.fault_next(Protocol::Imap, cut);
    }
    let mut stage = Stage::new();
    let mut hearing = desk.engine.hear(key, PATH.into());
    let mut told = 0;
    while stage.step(&mut hearing, &mut told).await {}
    let state = stage.until(Phase::Paused, stage.at).await;
    assert!(!state.player.heard && stage.at < sound.len());
    assert_eq!(stage.heard(), sound[..stage.at]);
    assert_eq!(desk.inbox().await[0].progress, Progress::New);

    desk.server.fault_always(Protocol::Imap, Faults::default());
    stage.audio.send(Command::Play);
    let mut hearing = desk.engine.hear(key, PATH.into());
    let mut told = 0;
    while stage.step(&mut hearing, &mut told).await {}
    let state = until(&stage.audio, "end", |s| s.player.phase == Phase::Ended).await;
    assert!(state.player.heard);
    assert_eq!(stage.heard(), sound);
}
