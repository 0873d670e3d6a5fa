//! What sounds and what is recorded here: the message, its spoken subject, and the original.

use std::{sync::Arc, time::Duration};

use super::{
    Act, Action, Composer, Question,
    recorder::{self, Phase, Recorder, Take},
};
use crate::{
    audio::{self, ClipId, Command, Segment},
    codec::Pcm,
    engine::Error,
    ui::{
        screen::{Context, Toast, Undo, player, words},
        theme::Icon,
    },
};

impl Composer {
    pub(super) fn audio(&mut self, ctx: &Context<'_>) -> Act {
        let recorder = &ctx.audio.recorder;
        let spoken = self.spoken.as_mut().is_some_and(|spoken| spoken.on_audio_state(recorder));
        let message = self.recorder.on_audio_state(recorder);
        if !message && !spoken {
            if self.recorder.phase() == Phase::Ready && self.recorder.problem().is_some() {
                self.send_after = false;
            }
            return Action::None;
        }
        let kept = if message { self.measure() } else { Action::None }.and(self.changed());
        if self.send_after && self.takes_closed() {
            self.send_after = false;
            return kept.and(self.send(ctx));
        }
        kept
    }

    /// Whether the files of all takes are complete.
    pub(super) fn takes_closed(&self) -> bool {
        self.recorder.is_closed() && self.spoken.as_ref().is_none_or(Recorder::is_closed)
    }

    pub(super) fn press(&mut self) -> Act {
        if !self.dir_ready {
            self.record_when_ready = true;
            return Action::None;
        }
        self.trouble = None;
        orders(self.recorder.press())
    }

    pub(super) fn play(&mut self, ctx: &Context<'_>) -> Act {
        self.recorder.take().map_or(Action::None, |take| hear(take, ctx))
    }

    pub(super) fn play_original(&mut self, ctx: &Context<'_>) -> Act {
        let (Some(original), Some(key)) = (&self.original, self.key()) else { return Action::None };
        let clip = player::clip_of(key, None);
        toggle(ctx.audio, &clip)
            .unwrap_or_else(|| Action::Ask(Question::Hear(clip, key, original.paths.clone())))
    }

    pub(super) fn seek(&mut self, at: Duration, ctx: &Context<'_>) -> Act {
        let Some(take) = self.recorder.take() else { return Action::None };
        if ctx.audio.player.clip == Some(take_clip(take)) {
            return Action::Audio(Command::Seek(at.min(take.length)));
        }
        Action::None
    }

    /// The main button of the spoken subject. One microphone: the message is held meanwhile.
    pub(super) fn speak_subject(&mut self) -> Act {
        match &mut self.spoken {
            None => {
                let held = self.recorder.finish();
                let limit = Some(recorder::SUBJECT_LIMIT);
                let mut spoken = Recorder::new(self.dir.clone(), "subject", limit);
                let begun = spoken.press();
                self.spoken = Some(spoken);
                orders(held).and(orders(begun))
            }
            Some(spoken) => orders(match spoken.phase() {
                Phase::Review => spoken.start_again(),
                Phase::Ready | Phase::Recording | Phase::Paused => spoken.press(),
            }),
        }
    }

    pub(super) fn remove_spoken(&mut self) -> Act {
        match self.spoken.take() {
            Some(mut spoken) => orders(spoken.discard()),
            None => Action::None,
        }
    }

    pub(super) fn start_again(&mut self) -> Act {
        let had = self.recorder.take().is_some();
        let action = orders(self.recorder.start_again());
        if !had {
            return action;
        }
        let toast = Toast::new(Icon::Mic, fl!("composer-new-recording")).undo(Undo::Take);
        action.and(Action::Toast(toast))
    }
}

pub(super) fn orders(commands: Vec<Command>) -> Act {
    commands.into_iter().fold(Action::None, |all, command| all.and(Action::Audio(command)))
}

/// Holds or goes on, when the clip is loaded already.
pub(super) fn toggle(audio: &audio::State, clip: &ClipId) -> Option<Act> {
    (audio.player.clip.as_ref() == Some(clip)).then_some(Action::Audio(Command::Toggle))
}

/// Plays a take, or holds it.
pub(super) fn hear(take: &Take, ctx: &Context<'_>) -> Act {
    let clip = take_clip(take);
    toggle(ctx.audio, &clip).unwrap_or_else(|| Action::Ask(Question::Read(clip, take.file.clone())))
}

/// A take by its file and length: after "Record more" it is another clip.
pub(super) fn take_clip(take: &Take) -> ClipId {
    ClipId(format!("take:{}:{}", take.file.display(), take.length.as_millis()))
}

/// Whether a clip is a take of a composer.
fn is_take(clip: &ClipId) -> bool {
    clip.0.starts_with("take:")
}

pub(super) fn stop_take(audio: &audio::State) -> Act {
    match &audio.player.clip {
        Some(clip) if is_take(clip) => Action::Audio(Command::Stop),
        Some(_) | None => Action::None,
    }
}

/// Plays what was just read.
pub(super) fn loaded(clip: ClipId, result: Result<Arc<Pcm>, Error>) -> Act {
    match result {
        Ok(pcm) => Action::Audio(Command::Load {
            segments: vec![Segment::whole(player::MESSAGE, pcm, !is_take(&clip))],
            clip,
            segment: 0,
            at: Duration::ZERO,
            play: true,
        }),
        Err(error) => Action::say(words::error_text(&error)),
    }
}
