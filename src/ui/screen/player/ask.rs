//! What a player asks the engine, as data, and how each becomes work.

use iced::Task;

use super::{Message, Track, coming, load};
use crate::{audio::ClipId, engine::Engine, model::MessageKey, ui::screen::Ask};

/// What a player asks the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Decode the tracks of a clip.
    Load {
        /// The clip.
        clip: ClipId,
        /// The message.
        key: MessageKey,
        /// Its tracks.
        tracks: Vec<Track>,
        /// The message itself goes through the program of the settings.
        by_program: bool,
    },
    /// Decode the message of a clip while it is being fetched.
    Hear {
        /// The clip.
        clip: ClipId,
        /// The message.
        key: MessageKey,
        /// Its tracks.
        tracks: Vec<Track>,
        /// Which of them is the message.
        main: usize,
        /// Comes back with every answer.
        ticket: u64,
        /// Samples that are known.
        have: usize,
    },
    /// Save the leaf in a file that the user chooses.
    Save {
        /// The message.
        key: MessageKey,
        /// The leaf.
        path: String,
        /// Name that the dialog proposes.
        name: String,
    },
}

impl Ask<Message> for Question {
    fn ask(self, engine: &Engine) -> Task<Message> {
        let engine = engine.clone();
        match self {
            Self::Load { clip, key, tracks, by_program } => {
                Task::perform(load::load(engine, key, tracks, by_program), move |result| {
                    Message::Loaded(clip.clone(), result)
                })
            }
            Self::Hear { clip, key, tracks, main, ticket, have } => {
                Task::run(coming::hear(engine, key, tracks, main, have), move |came| {
                    Message::Came(clip.clone(), main, ticket, Box::new(came))
                })
            }
            Self::Save { key, path, name } => {
                Task::perform(load::save(engine, key, path, name), Message::Saved)
            }
        }
    }
}
