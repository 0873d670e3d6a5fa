//! How a player stands: what its button does, where in the message it is, how long that is.

use std::time::Duration;

use super::{Fault, Player, Sound};
use crate::audio::{self, Phase};

/// A paused position so near to the end counts as ended.
const AT_END: Duration = Duration::from_millis(50);

/// How the player stands, for its view.
#[derive(Debug, Clone, PartialEq)]
pub enum Stand {
    /// Ready, at its start.
    Ready,
    /// Being fetched or decoded; percent where known.
    Loading(Option<u8>),
    /// Sounding.
    Playing,
    /// Held.
    Paused,
    /// At its end.
    Ended,
    /// Cannot be played.
    Faulty(Fault),
    /// There is no loudspeaker.
    NoOutput,
}

impl Player {
    /// Length of the message, as far as known.
    #[must_use]
    pub fn length(&self) -> Option<Duration> {
        let main = self.main();
        if let Sound::Here(segments) = &self.sound
            && let Some(segment) = segments.get(main)
        {
            return Some(segment.pcm.duration());
        }
        let seconds = self.tracks.get(main).and_then(|t| t.seconds);
        let said = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        match &self.sound {
            // What was said may be too little.
            Sound::Coming(coming) if coming.has_begun() => {
                Some(said.unwrap_or_default().max(coming.here()))
            }
            Sound::Unasked | Sound::Loading | Sound::Coming(_) | Sound::Here(_) => said,
        }
    }

    /// How it stands.
    #[must_use]
    pub fn stand(&self, audio: &audio::State) -> Stand {
        if self.is_loaded(audio) {
            if audio.player.problem.is_some() {
                return Stand::NoOutput;
            }
            let (position, length) = self.position(audio);
            let at_end = !self.is_coming() && !length.is_zero() && position + AT_END >= length;
            return match audio.player.phase {
                Phase::Playing => Stand::Playing,
                Phase::Waiting => Stand::Loading(self.percent()),
                // Moved to the end while held: there is nothing to go on with.
                Phase::Paused if at_end => Stand::Ended,
                Phase::Paused => Stand::Paused,
                Phase::Ended => Stand::Ended,
                Phase::Ready | Phase::Empty => Stand::Ready,
            };
        }
        if let Some(fault) = &self.fault
            && !(self.anyway && *fault == Fault::Damaged)
        {
            return Stand::Faulty(fault.clone());
        }
        match self.start {
            Some(_) => Stand::Loading(self.percent()),
            None => Stand::Ready,
        }
    }

    /// How much of the message is here, while it is being fetched.
    fn percent(&self) -> Option<u8> {
        let (here, all) = self.progress?;
        Some((here.saturating_mul(100) / all.max(1)).min(100) as u8)
    }

    /// Position in the message and its length: where somebody stopped, before it began; the whole once
    /// it ended.
    #[must_use]
    pub fn position(&self, audio: &audio::State) -> (Duration, Duration) {
        let length = self.length().unwrap_or_default();
        if !self.is_loaded(audio) {
            return (self.stopped_at.min(length), length);
        }
        let main = self.main();
        if audio.player.segment == main {
            if audio.player.phase == Phase::Ended {
                return (length, length);
            }
            return (audio.player.position.min(length), length);
        }
        (if audio.player.segment > main { length } else { Duration::ZERO }, length)
    }
}
