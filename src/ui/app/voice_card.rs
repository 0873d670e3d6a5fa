//! The settings' section "Your voice card": the user's own spoken name, recorded, heard and kept.
//! People hear it before the messages (RFC 3801 section 4.4.3). Each new take replaces the name as
//! soon as it is finished; the older one stays until then.

use std::{path::PathBuf, sync::Arc, time::Duration};

use iced::{
    Alignment, Length,
    widget::{column, container, row, space},
};

use crate::{
    audio::{ClipId, Command, Phase as Sounds, Segment, State},
    codec::Pcm,
    engine::Error,
    ui::{
        screen::{
            composer::recorder::{Phase, Recorder},
            words,
        },
        theme::{Icon, Look, MEDIUM, Type, style::Kind},
        widget::{El, button, clock, hairline, meter},
    },
};

/// Longest spoken name that is sent (decision E13).
const LONGEST: Duration = Duration::from_secs(5);

/// The section.
#[derive(Debug)]
pub struct VoiceCard {
    recorder: Recorder,
    /// The name that is kept.
    name: Option<Arc<Pcm>>,
    /// Whether the engine has said what is kept.
    loaded: bool,
    /// What went wrong, in words.
    wrong: Option<String>,
}

/// What happens to it.
#[derive(Debug, Clone)]
pub enum Message {
    /// The engine says which name is kept.
    Loaded(Result<Option<Arc<Pcm>>, Error>),
    /// Record, or finish.
    Press,
    /// Plays the name, or holds it.
    Play,
    /// Forgets the name.
    Remove,
    /// A take was read.
    Read(Result<Arc<Pcm>, Error>),
    /// The engine keeps it now, or keeps none.
    Kept(Option<Arc<Pcm>>, Result<(), Error>),
}

/// What the window does for it.
#[derive(Debug)]
pub enum Order {
    /// To the audio thread.
    Audio(Command),
    /// Reads a take.
    Read(PathBuf),
    /// Keeps a name, or none.
    Keep(Option<Arc<Pcm>>),
}

fn clip() -> ClipId {
    ClipId("own-name".into())
}

impl VoiceCard {
    /// Takes are written into `dir`.
    #[must_use]
    pub fn new(dir: PathBuf) -> Self {
        Self {
            recorder: Recorder::new(dir, "name", Some(LONGEST)),
            name: None,
            loaded: false,
            wrong: None,
        }
    }

    /// What happens next.
    pub fn update(&mut self, message: Message, state: &State) -> Vec<Order> {
        match message {
            Message::Loaded(Ok(name)) => {
                self.name = name;
                self.loaded = true;
                Vec::new()
            }
            Message::Press => {
                self.wrong = None;
                let commands = match self.recorder.phase() {
                    Phase::Recording | Phase::Paused => self.recorder.finish(),
                    Phase::Ready => self.recorder.press(),
                    Phase::Review => self.recorder.start_again(),
                };
                commands.into_iter().map(Order::Audio).collect()
            }
            Message::Play if state.player.clip == Some(clip()) => {
                vec![Order::Audio(Command::Toggle)]
            }
            Message::Play => match &self.name {
                Some(pcm) => vec![Order::Audio(Command::Load {
                    clip: clip(),
                    segments: vec![Segment::whole("name", Arc::clone(pcm), false)],
                    segment: 0,
                    at: Duration::ZERO,
                    play: true,
                })],
                None => Vec::new(),
            },
            Message::Remove => {
                let mut orders = vec![Order::Keep(None)];
                if state.player.clip == Some(clip()) {
                    orders.push(Order::Audio(Command::Stop));
                }
                orders
            }
            Message::Read(Ok(pcm)) => vec![Order::Keep(Some(pcm))],
            Message::Kept(name, Ok(())) => {
                // An older name must not be what Play goes on with.
                let stop = state.player.clip == Some(clip());
                self.name = name;
                stop.then_some(Order::Audio(Command::Stop)).into_iter().collect()
            }
            Message::Loaded(Err(error))
            | Message::Read(Err(error))
            | Message::Kept(_, Err(error)) => {
                self.loaded = true;
                self.wrong = Some(words::error_text(&error));
                Vec::new()
            }
        }
    }

    /// Looks at the audio thread; a take that is finished there is read and kept.
    pub fn observe(&mut self, state: &State) -> Option<Order> {
        let finished = self.recorder.observe(&state.recorder);
        self.recorder.take().filter(|_| finished).map(|take| Order::Read(take.file.clone()))
    }

    /// The page is left: what is being recorded is thrown away.
    pub fn leave(&mut self) -> Vec<Command> {
        self.recorder.discard()
    }
}

/// Draws the section.
pub fn view<'a>(card: &'a VoiceCard, state: &State, look: Look) -> El<'a, Message> {
    let c = look.c;
    let recording = card.recorder.is_open();
    let labelled = |kind, mark, label: String, message| {
        button::labelled(look, kind, button::Size::Default, Some(mark), label).on_press(message)
    };
    let mut control = row![].spacing(8).align_y(Alignment::Center);
    if recording {
        let length = card.recorder.take().map_or(Duration::ZERO, |take| take.length);
        control = control
            .push(meter(look, state.recorder.level, state.recorder.silent))
            .push(clock(look, Type::Ui, words::clock(length)).color(c.text))
            .push(labelled(Kind::Outline, Icon::Stop, fl!("recorder-finish"), Message::Press));
    } else {
        if card.name.is_some() {
            let sounds = state.player.clip == Some(clip()) && state.player.phase == Sounds::Playing;
            let (mark, label) =
                if sounds { (Icon::Pause, fl!("pause")) } else { (Icon::Play, fl!("player-play")) };
            control = control.push(labelled(Kind::Outline, mark, label, Message::Play)).push(
                labelled(Kind::Ghost, Icon::Trash2, fl!("card-name-remove"), Message::Remove),
            );
        }
        let label =
            if card.name.is_some() { fl!("card-name-again") } else { fl!("recorder-record") };
        control = control.push(labelled(Kind::Outline, Icon::Mic, label, Message::Press));
    }
    let line = match (&card.wrong, card.recorder.problem(), &card.name) {
        (Some(wrong), ..) => look.text(Type::Small, wrong.clone()).color(c.danger),
        (_, Some(problem), _) => {
            look.text(Type::Small, super::settings::no_sound(problem)).color(c.danger)
        }
        (_, _, Some(pcm)) => look.text(Type::Small, {
            let length = words::length(pcm.duration());
            fl!("card-name-kept", length = &length)
        }),
        _ if card.loaded => look.text(Type::Small, fl!("card-name-line")),
        _ => look.text(Type::Small, ""),
    };
    let words = column![
        look.text(Type::Ui, fl!("card-name")).font(MEDIUM),
        container(line).style(move |_| container::Style {
            text_color: Some(c.text_2),
            ..container::Style::default()
        })
    ]
    .spacing(1)
    .width(Length::Fill);
    column![
        container(row![words, control].spacing(16).align_y(Alignment::Center)).padding([11, 0]),
        hairline(look),
        space().height(4),
    ]
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{PlayerState, RecorderPhase, RecorderState};

    fn audio(orders: &[Order]) -> Vec<&Command> {
        let mut commands = Vec::new();
        for order in orders {
            if let Order::Audio(command) = order {
                commands.push(command);
            }
        }
        commands
    }

    #[test]
    fn a_name_is_recorded_kept_heard_and_forgotten() {
        let mut state = State::default();
        let mut card = VoiceCard::new("/nowhere/card".into());
        card.update(Message::Loaded(Ok(None)), &state);
        assert!(card.update(Message::Play, &state).is_empty(), "there is none");
        let orders = card.update(Message::Press, &state);
        let [Command::Record { file, limit, .. }] = audio(&orders)[..] else {
            panic!("{orders:?}")
        };
        assert_eq!(*limit, Some(LONGEST));
        let take = |phase| RecorderState {
            phase,
            file: Some(file.clone()),
            length: Duration::from_secs(2),
            ..RecorderState::default()
        };
        state.recorder = take(RecorderPhase::Recording);
        assert!(card.observe(&state).is_none());
        let orders = card.update(Message::Press, &state);
        assert!(matches!(audio(&orders)[..], [Command::FinishRecording]));
        state.recorder = take(RecorderPhase::Finished);
        assert!(matches!(card.observe(&state), Some(Order::Read(path)) if path == *file));
        assert!(card.observe(&state).is_none(), "once");
        let pcm = Arc::new(Pcm::telephone(vec![1; 16_000]));
        let orders = card.update(Message::Read(Ok(Arc::clone(&pcm))), &state);
        assert!(matches!(&orders[..], [Order::Keep(Some(_))]));
        card.update(Message::Kept(Some(pcm), Ok(())), &state);
        let orders = card.update(Message::Play, &state);
        let [Command::Load { clip, play: true, .. }] = audio(&orders)[..] else {
            panic!("{orders:?}")
        };
        state.player = PlayerState { clip: Some(clip.clone()), ..PlayerState::default() };
        let orders = card.update(Message::Play, &state);
        assert!(matches!(audio(&orders)[..], [Command::Toggle]));
        let orders = card.update(Message::Remove, &state);
        assert!(matches!(orders[..], [Order::Keep(None), Order::Audio(Command::Stop)]));
        card.update(Message::Kept(None, Ok(())), &state);
        assert!(card.name.is_none());
    }

    #[test]
    fn leaving_throws_an_unfinished_take_away() {
        let state = State::default();
        let mut card = VoiceCard::new("/nowhere/card".into());
        assert!(card.leave().is_empty());
        card.update(Message::Press, &state);
        assert!(matches!(card.leave()[..], [Command::DiscardRecording]));
    }
}
