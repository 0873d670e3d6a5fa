//! The settings' section "Your voice card": the user's own spoken name, recorded, heard and kept.
//! People hear it before the messages (RFC 3801 section 4.4.3). Each new take replaces the name as
//! soon as it is finished; the older one stays until then.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use iced::{
    Alignment, Length, Task,
    widget::{column, container, row, space},
};

use crate::{
    audio::{ClipId, Command, Phase as Sounds, Segment, State},
    codec::Pcm,
    engine::{Engine, Error},
    ui::{
        screen::{
            Action, Ask,
            composer::{
                recorder::{Phase, Recorder},
                take,
            },
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
    /// Folder for takes.
    dir: PathBuf,
    recorder: Recorder,
    /// Record was pressed and the folder is not ready yet.
    starting: bool,
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
    /// The folder for takes is ready.
    Ready(Result<(), Error>),
    /// Plays the name, or holds it.
    Play,
    /// Forgets the name.
    Remove,
    /// A take was read.
    Read(PathBuf, Result<Arc<Pcm>, Error>),
    /// The engine keeps it now, or keeps none.
    Kept(Option<Arc<Pcm>>, Result<(), Error>),
}

/// What it asks the engine and the disk.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Which name is kept.
    Load,
    /// Makes the folder for takes.
    MakeDir(PathBuf),
    /// Reads a take.
    Read(PathBuf),
    /// Keeps the name of this take, whose file is no longer needed then.
    Keep(PathBuf, Arc<Pcm>),
    /// Forgets the name.
    Forget,
}

/// Its [`Action`].
pub type Act = Action<Message, Question>;

fn clip() -> ClipId {
    ClipId("own-name".into())
}

/// Orders for the audio thread, in order.
fn orders(commands: Vec<Command>) -> Act {
    commands.into_iter().fold(Action::None, |all, command| all.and(Action::Audio(command)))
}

impl VoiceCard {
    /// Takes are written into `dir`, which is made when the first one begins.
    #[must_use]
    pub fn open(dir: &Path) -> (Self, Act) {
        let card = Self {
            dir: dir.to_owned(),
            recorder: Recorder::new(dir.to_owned(), "name", Some(LONGEST)),
            starting: false,
            name: None,
            loaded: false,
            wrong: None,
        };
        (card, Action::Ask(Question::Load))
    }

    /// Applies `message` and returns what the window should do.
    pub fn update(&mut self, message: Message, state: &State) -> Act {
        let sounds = state.player.clip == Some(clip());
        let stop = || if sounds { Action::Audio(Command::Stop) } else { Action::None };
        match message {
            Message::Loaded(Ok(name)) => {
                self.name = name;
                self.loaded = true;
                Action::None
            }
            Message::Press => self.press(),
            Message::Ready(Ok(())) => {
                if !std::mem::take(&mut self.starting) {
                    return Action::None;
                }
                orders(match self.recorder.phase() {
                    Phase::Ready => self.recorder.press(),
                    Phase::Review => self.recorder.start_again(),
                    Phase::Recording | Phase::Paused => Vec::new(),
                })
            }
            Message::Play if sounds => Action::Audio(Command::Toggle),
            Message::Play => match &self.name {
                Some(pcm) => Action::Audio(Command::Load {
                    clip: clip(),
                    segments: vec![Segment::whole("name", Arc::clone(pcm), false)],
                    segment: 0,
                    at: Duration::ZERO,
                    play: true,
                }),
                None => Action::None,
            },
            Message::Remove => Action::Ask(Question::Forget).and(stop()),
            Message::Read(file, Ok(pcm)) => Action::Ask(Question::Keep(file, pcm)),
            Message::Kept(name, Ok(())) => {
                // An older name must not be what Play goes on with.
                self.name = name;
                stop()
            }
            Message::Loaded(Err(error))
            | Message::Ready(Err(error))
            | Message::Read(_, Err(error))
            | Message::Kept(_, Err(error)) => {
                self.starting = false;
                self.loaded = true;
                self.wrong = Some(words::error_text(&error));
                Action::None
            }
        }
    }

    fn press(&mut self) -> Act {
        self.wrong = None;
        match self.recorder.phase() {
            Phase::Recording | Phase::Paused => orders(self.recorder.finish()),
            Phase::Ready | Phase::Review if self.starting => Action::None,
            Phase::Ready | Phase::Review => {
                self.starting = true;
                Action::Ask(Question::MakeDir(self.dir.clone()))
            }
        }
    }

    /// Looks at the audio thread; a take that is finished there is read and kept.
    pub fn on_audio_state(&mut self, state: &State) -> Act {
        let finished = self.recorder.on_audio_state(&state.recorder);
        match self.recorder.take().filter(|_| finished) {
            Some(take) => Action::Ask(Question::Read(take.file.clone())),
            None => Action::None,
        }
    }

    /// The section is left: what is being recorded is thrown away.
    pub fn leave(&mut self) -> Act {
        self.starting = false;
        orders(self.recorder.discard())
    }
}

impl Ask<Message> for Question {
    fn ask(self, engine: &Engine) -> Task<Message> {
        let engine = engine.clone();
        match self {
            Self::Load => Task::perform(async move { engine.own_name().await }, Message::Loaded),
            Self::MakeDir(dir) => Task::perform(make_dir(dir), Message::Ready),
            Self::Read(file) => {
                Task::perform(take(file.clone()), move |pcm| Message::Read(file.clone(), pcm))
            }
            Self::Keep(file, pcm) => {
                let name = Some(pcm);
                let kept = name.clone();
                let keep = async move {
                    engine.set_own_name(name).await?;
                    // The name is in the store; a take that cannot be removed is no reason to fail.
                    let _ = tokio::fs::remove_file(file).await;
                    Ok(())
                };
                Task::perform(keep, move |done| Message::Kept(kept.clone(), done))
            }
            Self::Forget => Task::perform(async move { engine.set_own_name(None).await }, |done| {
                Message::Kept(None, done)
            }),
        }
    }
}

/// Makes a folder that only the user can look into.
async fn make_dir(dir: PathBuf) -> Result<(), Error> {
    let mut builder = tokio::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(dir).await.map_err(|e| Error::Store(e.to_string()))
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
        (_, Some(problem), _) => look.text(Type::Small, words::no_sound(problem)).color(c.danger),
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

    fn card() -> VoiceCard {
        VoiceCard::open(Path::new("/nowhere/card")).0
    }

    /// Presses Record; the file that the audio thread is told to write.
    fn record(card: &mut VoiceCard, state: &State) -> PathBuf {
        let asked = card.update(Message::Press, state);
        assert!(
            matches!(&asked, Action::Ask(Question::MakeDir(dir)) if dir == Path::new("/nowhere/card")),
            "{asked:?}"
        );
        assert!(card.update(Message::Press, state).flat().is_empty(), "under way");
        let ordered = card.update(Message::Ready(Ok(())), state);
        let Action::Audio(Command::Record { file, limit, .. }) = ordered else {
            panic!("{ordered:?}")
        };
        assert_eq!(limit, Some(LONGEST));
        file
    }

    #[test]
    fn a_name_is_recorded_kept_heard_and_forgotten() {
        let mut state = State::default();
        let (mut card, asked) = VoiceCard::open(Path::new("/nowhere/card"));
        assert!(matches!(asked, Action::Ask(Question::Load)));
        card.update(Message::Loaded(Ok(None)), &state);
        assert!(matches!(card.update(Message::Play, &state), Action::None), "there is none");
        let file = record(&mut card, &state);
        let take = |phase| RecorderState {
            phase,
            file: Some(file.clone()),
            length: Duration::from_secs(2),
            ..RecorderState::default()
        };
        state.recorder = take(RecorderPhase::Recording);
        assert!(matches!(card.on_audio_state(&state), Action::None));
        let ordered = card.update(Message::Press, &state);
        assert!(matches!(ordered, Action::Audio(Command::FinishRecording)));
        state.recorder = take(RecorderPhase::Finished);
        assert!(
            matches!(card.on_audio_state(&state), Action::Ask(Question::Read(path)) if path == file)
        );
        assert!(matches!(card.on_audio_state(&state), Action::None), "once");
        let pcm = Arc::new(Pcm::telephone(vec![1; 16_000]));
        let asked = card.update(Message::Read(file.clone(), Ok(Arc::clone(&pcm))), &state);
        assert!(matches!(asked, Action::Ask(Question::Keep(path, _)) if path == file));
        card.update(Message::Kept(Some(pcm), Ok(())), &state);
        let ordered = card.update(Message::Play, &state);
        let Action::Audio(Command::Load { clip, play: true, .. }) = ordered else {
            panic!("{ordered:?}")
        };
        state.player = PlayerState { clip: Some(clip), ..PlayerState::default() };
        let ordered = card.update(Message::Play, &state);
        assert!(matches!(ordered, Action::Audio(Command::Toggle)));
        let acts = card.update(Message::Remove, &state).flat();
        assert!(
            matches!(
                acts.as_slice(),
                [Action::Ask(Question::Forget), Action::Audio(Command::Stop)]
            ),
            "{acts:?}"
        );
        card.update(Message::Kept(None, Ok(())), &state);
        assert!(card.name.is_none());
    }

    #[test]
    fn leaving_throws_an_unfinished_take_away() {
        let state = State::default();
        let mut card = card();
        assert!(card.leave().flat().is_empty());
        record(&mut card, &state);
        assert!(matches!(card.leave(), Action::Audio(Command::DiscardRecording)));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told_and_the_next_press_tries_again() {
        let state = State::default();
        let mut card = card();
        card.update(Message::Press, &state);
        let full = Error::Store("No space left on device".into());
        assert!(card.update(Message::Ready(Err(full)), &state).flat().is_empty());
        assert!(card.wrong.is_some() && !card.recorder.is_open());
        record(&mut card, &state);
        assert!(card.wrong.is_none());
        let late = card.update(Message::Ready(Ok(())), &state);
        assert!(late.flat().is_empty(), "an answer that nobody waits for begins nothing");
    }
}
