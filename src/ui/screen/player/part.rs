//! The player of one recording that stands beside what a message is about.

use std::{sync::Arc, time::Duration};

use super::{Player, Sound, Track};
use crate::{
    audio::{self, Phase},
    message::{PartInfo, PartRole},
    model::MessageKey,
};

impl Player {
    /// The player of one recording that stands beside what the message is about. `path` leads to it
    /// from the whole message; `name` is proposed for its file.
    #[must_use]
    pub fn of_part(key: MessageKey, part: &PartInfo, path: String, name: String) -> Self {
        Self {
            key,
            clip: super::clip_of(key, Some(&path)),
            fault: super::track::fault_of(part),
            tracks: vec![Track {
                role: PartRole::Attachment,
                paths: vec![path],
                seconds: part.seconds,
            }],
            sound: Sound::Unasked,
            start: None,
            stopped_at: Duration::ZERO,
            progress: None,
            peaks: Arc::from([]),
            silences: Arc::from([]),
            show_total: false,
            speeds_open: false,
            volume_open: false,
            anyway: false,
            saves: true,
            waits: true,
            despite: None,
            file_name: name,
        }
    }

    /// Takes over the wish to play of the player that stood here before.
    pub fn inherit_wish(&mut self, before: &Self) {
        if self.clip == before.clip {
            self.start = before.start;
        }
    }

    /// Whether its sound is decoded and here.
    #[must_use]
    pub fn is_here(&self) -> bool {
        matches!(self.sound, Sound::Here(_))
    }

    /// Lets go of its decoded sound, unless the audio thread has it; the waveform and the length
    /// stay.
    pub fn rest(&mut self, audio: &audio::State) {
        if self.is_loaded(audio) || !self.is_here() {
            return;
        }
        let (main, length) = (self.main(), self.length());
        if let Some(track) = self.tracks.get_mut(main) {
            track.seconds = length.map(|length| length.as_secs_f64());
        }
        self.sound = Sound::Unasked;
    }

    /// Whether a leaf is one of its tracks.
    #[must_use]
    pub fn plays(&self, path: &str) -> bool {
        self.tracks.iter().any(|track| track.paths.iter().any(|p| p == path))
    }

    /// Whether its clip is in the hand of the audio thread: it sounds, or is held on its way.
    #[must_use]
    pub fn is_under_way(&self, audio: &audio::State) -> bool {
        let phase = audio.player.phase;
        self.is_loaded(audio) && matches!(phase, Phase::Playing | Phase::Waiting | Phase::Paused)
    }
}
