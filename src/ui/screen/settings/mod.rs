//! Settings: a page of its own. Changes count at once; there is no Save.
//!
//! The page keeps what is on screen only. A choice becomes a [`Choice`] that the window stores, an
//! order to the audio thread, or a question for the engine.

use std::path::{Path, PathBuf};

use iced::Task;

use super::{Action, Ask, Context, Verb};
use crate::{
    audio::{ClipId, Command, Segment},
    codec::Pcm,
    engine::Engine,
    model::AccountId,
    ui::prefs::Choice,
};

pub mod doctor;
mod view;
pub mod voice_card;

use voice_card::VoiceCard;

pub use view::view;

/// Which section is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    /// Accounts.
    Accounts,
    /// The own spoken name.
    VoiceCard,
    /// How messages sound.
    #[default]
    Listening,
    /// The microphone.
    Recording,
    /// Undo and receipts.
    Sending,
    /// Theme, text size, density.
    Appearance,
    /// Phone keys.
    Keyboard,
    /// Whether everything is in order.
    Doctor,
    /// Version and licences.
    About,
}

/// Which choice of a device is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// Loudspeaker.
    Output,
    /// Microphone.
    Input,
}

/// The page.
#[derive(Debug, Default)]
pub struct Settings {
    section: Section,
    /// The device whose list of choices hangs open.
    open: Option<Device>,
    doctor: doctor::Doctor,
    /// There while its section is shown.
    card: Option<VoiceCard>,
    /// The microphone is open to show its level.
    listens: bool,
    output: Option<String>,
    input: Option<String>,
    /// What is typed as the program that decodes other recordings, and whether it is none.
    program: Option<String>,
    program_wrong: bool,
}

/// What happens to the page.
#[derive(Debug, Clone)]
pub enum Message {
    /// Back to mail.
    Back,
    /// Another section.
    Show(Section),
    /// A choice that is kept.
    Choose(Choice),
    /// Shows or hides the list of devices.
    Devices(Option<Device>),
    /// A device; `None` is the system's choice.
    Use(Device, Option<String>),
    /// Plays the test sound.
    TestOutput,
    /// Opens the microphone to show its level, or closes it.
    TestInput,
    /// What happens to the own voice card.
    Card(voice_card::Message),
    /// What happens to the section that looks at everything.
    Doctor(doctor::Message),
    /// The audio thread has news.
    Audio,
    /// Volume.
    Volume(f32),
    /// One step slower or faster.
    Speed(f32),
    /// Skip silence.
    SkipSilence(bool),
    /// Typing the path of the program that decodes other recordings.
    Program(String),
    /// Choosing it in a dialog.
    FindProgram,
    /// It was chosen, or not.
    ProgramFound(Option<PathBuf>),
    /// Shows the page of keys.
    Keys,
    /// Add an account.
    AddAccount,
    /// Change an account.
    EditAccount(AccountId),
    /// Remove an account, after a question.
    RemoveAccount(AccountId),
}

/// What the page asks the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// A question of the voice card.
    Card(voice_card::Question),
    /// Is everything in order?
    Examine,
}

/// The page's [`Action`].
pub type Act = Action<Message, Question>;

impl Settings {
    /// Opens the page; the audio thread lists the devices.
    #[must_use]
    pub fn open() -> (Self, Act) {
        (Self::default(), Action::Audio(Command::ListDevices))
    }

    /// Opens the page at a section.
    #[must_use]
    pub fn open_at(section: Section) -> (Self, Act) {
        let (settings, act) = Self::open();
        (Self { section, ..settings }, act)
    }

    /// Whether a list of devices is open.
    #[must_use]
    pub fn hangs(&self) -> bool {
        self.open.is_some()
    }

    /// Applies `message` and returns what the window should do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Act {
        match message {
            Message::Back => Action::Do(Verb::Back),
            Message::Show(section) => self.show(section, ctx),
            Message::Choose(choice) => Action::Do(Verb::Choose(choice)),
            Message::Devices(open) => {
                self.open = open;
                Action::None
            }
            Message::Use(device, name) => {
                self.open = None;
                match device {
                    Device::Output => {
                        self.output.clone_from(&name);
                        Action::Audio(Command::UseOutput(name))
                    }
                    Device::Input => {
                        self.input.clone_from(&name);
                        Action::Audio(Command::UseInput(name))
                    }
                }
            }
            Message::TestOutput => Action::Audio(test_sound()),
            Message::TestInput => {
                self.listens = !self.listens;
                Action::Audio(Command::Monitor(self.listens))
            }
            Message::Card(message) => match &mut self.card {
                Some(card) => card.update(message, ctx.audio).map(Message::Card, Question::Card),
                // An answer that came after its section was left.
                None => Action::None,
            },
            Message::Doctor(message) => match self.doctor.update(message) {
                // Devices may have come or gone.
                true => Action::Ask(Question::Examine).and(Action::Audio(Command::ListDevices)),
                false => Action::None,
            },
            Message::Audio => match &mut self.card {
                Some(card) => card.on_audio_state(ctx.audio).map(Message::Card, Question::Card),
                None => Action::None,
            },
            Message::Volume(volume) => Action::Audio(Command::Volume(volume)),
            Message::Speed(by) => {
                Action::Audio(Command::Speed((ctx.prefs.speed + by).clamp(0.5, 3.0)))
            }
            Message::SkipSilence(on) => Action::Audio(Command::SkipSilence(on)),
            Message::Program(text) => self.use_program(text),
            Message::FindProgram => Action::Run(Task::perform(
                async {
                    let found = rfd::AsyncFileDialog::new().pick_file().await;
                    found.map(|file| file.path().to_owned())
                },
                Message::ProgramFound,
            )),
            Message::ProgramFound(None) => Action::None,
            Message::ProgramFound(Some(file)) => {
                self.use_program(file.to_string_lossy().into_owned())
            }
            Message::Keys => Action::Do(Verb::ShowKeys),
            Message::AddAccount => Action::Do(Verb::AddAccount),
            Message::EditAccount(id) => Action::Do(Verb::EditAccount(id)),
            Message::RemoveAccount(id) => Action::Do(Verb::RemoveAccount(id)),
        }
    }

    fn show(&mut self, section: Section, ctx: &Context<'_>) -> Act {
        let left = self.leave();
        self.section = section;
        self.open = None;
        if section != Section::VoiceCard {
            return left;
        }
        let (card, ask) = VoiceCard::open(&ctx.recordings_dir.with_file_name("voice-card"));
        self.card = Some(card);
        left.and(ask.map(Message::Card, Question::Card))
    }

    /// A section or the page is left: the microphone closes, and an unfinished take of the own name
    /// is thrown away.
    pub fn leave(&mut self) -> Act {
        let card = self
            .card
            .take()
            .map_or(Action::None, |mut card| card.leave().map(Message::Card, Question::Card));
        match std::mem::take(&mut self.listens) {
            true => card.and(Action::Audio(Command::Monitor(false))),
            false => card,
        }
    }

    /// Takes over a path as it is typed; only one that leads to a file is used.
    fn use_program(&mut self, text: String) -> Act {
        let path = Path::new(text.trim());
        let there = path.is_absolute() && path.is_file();
        let choice = Choice::Program(there.then(|| path.to_owned()));
        self.program_wrong = !there && !text.trim().is_empty();
        self.program = Some(text);
        Action::Do(Verb::Choose(choice))
    }
}

/// Two soft tones, one after the other.
fn test_sound() -> Command {
    const RATE: u32 = 16_000;
    let tone = |hertz: f32| {
        let count = RATE / 2;
        (0..count).map(move |n| {
            #[allow(clippy::cast_precision_loss)]
            let (at, whole) = (n as f32 / RATE as f32, n as f32 / count as f32);
            // Swells and fades, so that nothing clicks.
            let loud = (std::f32::consts::PI * whole).sin() * 8_000.0;
            #[allow(clippy::cast_possible_truncation)]
            let sample = (loud * (std::f32::consts::TAU * hertz * at).sin()) as i16;
            sample
        })
    };
    let samples = tone(523.25).chain(tone(659.25)).collect();
    Command::Load {
        clip: ClipId("test".into()),
        segments: vec![Segment::whole(
            "test",
            std::sync::Arc::new(Pcm { samples, rate: RATE }),
            false,
        )],
        segment: 0,
        at: std::time::Duration::ZERO,
        play: true,
    }
}

impl Ask<Message> for Question {
    fn ask(self, engine: &Engine) -> Task<Message> {
        match self {
            Self::Card(question) => question.ask(engine).map(Message::Card),
            Self::Examine => {
                let engine = engine.clone();
                Task::perform(async move { engine.examine().await }, |found| {
                    Message::Doctor(doctor::Message::Found(found))
                })
            }
        }
    }
}

#[cfg(test)]
mod tests;
