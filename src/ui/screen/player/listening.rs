//! When a message began to sound, when it counts as heard, and where somebody stopped, for the whole
//! window.

use std::time::Duration;

use super::{clip_of, key_of};
use crate::{
    audio::{ClipId, Phase, PlayerState},
    model::MessageKey,
};

/// So near to its start or end a message begins anew.
const NEAR: Duration = Duration::from_secs(3);
/// While it sounds, the position is kept so often: the program may end at any time.
const OFTEN: Duration = Duration::from_secs(10);

/// Follows the audio thread and says what the engine must be told, once each.
#[derive(Debug, Default)]
pub struct Listening {
    clip: Option<ClipId>,
    started: bool,
    heard: bool,
    /// Where it stands, once the message itself sounded, and what of that was said.
    at: Option<Duration>,
    said: Option<Duration>,
}

/// What was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noticed {
    /// The message itself (not its spoken name) began to sound.
    Started(MessageKey),
    /// It counts as heard.
    Heard(MessageKey),
    /// Somebody would go on there; zero for its start.
    StoppedAt(MessageKey, Duration),
}

impl Listening {
    /// Looks at a new state of the audio thread.
    pub fn on_audio_state(&mut self, player: &PlayerState) -> Vec<Noticed> {
        let mut noticed = Vec::new();
        if self.clip != player.clip {
            noticed.extend(self.stopped());
            *self = Self { clip: player.clip.clone(), ..Self::default() };
        }
        let Some(key) = self.clip.as_ref().and_then(key_of) else { return noticed };
        if !self.started && player.phase == Phase::Playing && player.label == MESSAGE {
            self.started = true;
            noticed.push(Noticed::Started(key));
        }
        if !self.heard && player.heard {
            self.heard = true;
            noticed.push(Noticed::Heard(key));
        }
        if self.started && player.label == MESSAGE {
            let at = player.position;
            let near = at < NEAR || at + NEAR >= player.length;
            let at = if near || player.phase == Phase::Ended { Duration::ZERO } else { at };
            self.at = Some(at);
            let rests = matches!(player.phase, Phase::Paused | Phase::Ended);
            if rests || self.said.unwrap_or_default().abs_diff(at) >= OFTEN {
                noticed.extend(self.stopped());
            }
        }
        noticed
    }

    /// Where it stands, if that was not said. Messages inside others have no place of their own.
    fn stopped(&mut self) -> Option<Noticed> {
        let key = self.clip.as_ref().and_then(key_of)?;
        let own = self.clip.as_ref() == Some(&clip_of(key, None));
        let at = self.at.filter(|at| own && self.said != Some(*at))?;
        self.said = Some(at);
        Some(Noticed::StoppedAt(key, at))
    }
}

/// Label of the segment that is the message itself.
pub const MESSAGE: &str = "message";

#[cfg(test)]
mod tests {
    use super::*;

    fn state(clip: &str, phase: Phase, at: u64) -> PlayerState {
        PlayerState {
            clip: Some(ClipId(clip.into())),
            phase,
            label: MESSAGE.into(),
            position: Duration::from_secs(at),
            length: Duration::from_secs(60),
            ..PlayerState::default()
        }
    }

    /// Where the first message was left.
    fn stops(listening: &mut Listening, state: &PlayerState) -> Option<u64> {
        listening.on_audio_state(state).into_iter().find_map(|noticed| match noticed {
            Noticed::StoppedAt(MessageKey(1), at) => Some(at.as_secs()),
            Noticed::StoppedAt(..) | Noticed::Started(_) | Noticed::Heard(_) => None,
        })
    }

    #[test]
    fn where_somebody_stopped_is_said_when_it_is_held_left_or_has_sounded_for_long() {
        use Phase::{Ended, Paused, Playing};
        let mut listening = Listening::default();
        let one = |phase, at| state("message:1", phase, at);
        assert_eq!(stops(&mut listening, &one(Playing, 0)), None);
        assert_eq!(stops(&mut listening, &one(Playing, 9)), None);
        assert_eq!(stops(&mut listening, &one(Playing, 11)), Some(11));
        assert_eq!(stops(&mut listening, &one(Playing, 17)), None);
        assert_eq!(stops(&mut listening, &one(Paused, 18)), Some(18));
        assert_eq!(stops(&mut listening, &one(Paused, 18)), None, "once");
        assert_eq!(stops(&mut listening, &one(Playing, 20)), None);
        assert_eq!(stops(&mut listening, &state("message:2", Playing, 0)), Some(20), "left");
        assert_eq!(stops(&mut listening, &one(Playing, 50)), Some(50));
        assert_eq!(stops(&mut listening, &one(Paused, 58)), Some(0), "almost at its end");
        assert_eq!(stops(&mut listening, &one(Playing, 40)), Some(40));
        assert_eq!(stops(&mut listening, &one(Ended, 60)), Some(0));
    }

    /// A message that was only loaded keeps the place that it had; one inside another has none.
    #[test]
    fn what_did_not_sound_is_not_said() {
        let mut listening = Listening::default();
        for (clip, phase) in [
            ("message:1", Phase::Ready),
            ("message:1/2", Phase::Playing),
            ("message:1/2", Phase::Paused),
            ("draft", Phase::Paused),
        ] {
            assert_eq!(stops(&mut listening, &state(clip, phase, 30)), None, "{clip}");
        }
        assert_eq!(stops(&mut listening, &state("message:1", Phase::Playing, 30)), Some(30));
    }
}
