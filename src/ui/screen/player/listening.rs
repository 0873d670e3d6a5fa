//! When a message began to sound and when it counts as heard, for the whole window.

use super::key_of;
use crate::{
    audio::{ClipId, Phase, PlayerState},
    model::MessageKey,
};

/// Follows the audio thread and says what the engine must be told, once each.
#[derive(Debug, Default)]
pub struct Listening {
    clip: Option<ClipId>,
    started: bool,
    heard: bool,
}

/// What was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noticed {
    /// The message itself (not its spoken name) began to sound.
    Started(MessageKey),
    /// It counts as heard.
    Heard(MessageKey),
}

impl Listening {
    /// Looks at a new state of the audio thread.
    pub fn on_audio_state(&mut self, player: &PlayerState) -> Vec<Noticed> {
        if self.clip != player.clip {
            *self = Self { clip: player.clip.clone(), ..Self::default() };
        }
        let Some(key) = self.clip.as_ref().and_then(key_of) else { return Vec::new() };
        let mut noticed = Vec::new();
        if !self.started && player.phase == Phase::Playing && player.label == MESSAGE {
            self.started = true;
            noticed.push(Noticed::Started(key));
        }
        if !self.heard && player.heard {
            self.heard = true;
            noticed.push(Noticed::Heard(key));
        }
        noticed
    }
}

/// Label of the segment that is the message itself.
pub const MESSAGE: &str = "message";
