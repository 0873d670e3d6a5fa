//! What the composer asks the engine and the disk, as data, and how each becomes work.

use std::path::PathBuf;

use iced::Task;

use super::{Line, Message, people, work};
use crate::{
    audio::ClipId,
    engine::{DraftContent, DraftId, Engine, Error, Missing, Relation},
    model::{AccountId, Address, MessageKey, OutboxId},
    ui::screen::{Ask, player},
};

/// What the composer asks the engine and the disk.
#[derive(Debug, Clone)]
pub enum Question {
    /// The original.
    Open(MessageKey),
    /// A draft that was kept, to go on with it.
    Draft(DraftId),
    /// Suggestions for a line.
    Complete(Line, people::Ask),
    /// Suggestions of the white pages for a line.
    LookUp(Line, people::Ask),
    /// Which format each recipient gets.
    Plan {
        /// To be sent back.
        number: u64,
        /// From which account.
        account: AccountId,
        /// What it answers.
        relation: Relation,
        /// Everyone.
        to: Vec<Address>,
    },
    /// Makes the folder of a new draft.
    Prepare(DraftId),
    /// Writes a revision of the draft, with its edition.
    Save(DraftId, u64, Box<DraftContent>),
    /// Takes a message back that was sent, and writes its draft back.
    Unsend(Vec<OutboxId>, DraftId, Box<DraftContent>, work::Kept),
    /// Reads a take.
    Read(ClipId, PathBuf),
    /// Measures the waveform of a take.
    Measure(ClipId, PathBuf),
    /// Decodes the original.
    Hear(ClipId, MessageKey, Vec<String>),
    /// Copies the recording of an earlier message.
    Again {
        /// The message.
        key: MessageKey,
        /// Its voice parts.
        paths: Vec<String>,
        /// Where to.
        file: PathBuf,
    },
    /// Hands it over.
    Send(Box<work::Job>),
}

impl Ask<Message> for Question {
    fn ask(self, engine: &Engine) -> Task<Message> {
        let e = engine.clone();
        match self {
            Self::Open(key) => Task::perform(async move { e.open(key).await }, move |r| {
                Message::Original(key, r.map(Box::new))
            }),
            Self::Draft(id) => Task::perform(async move { e.resume_draft(id).await }, |found| {
                Message::Draft(found.map(Box::new))
            }),
            Self::Complete(line, ask) => {
                let number = ask.number;
                Task::perform(async move { e.complete(ask.account, ask.text).await }, move |r| {
                    Message::Found(line, number, r.unwrap_or_default())
                })
            }
            Self::LookUp(line, ask) => {
                let number = ask.number;
                // White pages that do not answer are the check-up's to tell: here they hold up nothing.
                Task::perform(async move { e.complete_elsewhere(ask.text).await }, move |r| {
                    Message::Elsewhere(line, number, r.unwrap_or_default())
                })
            }
            Self::Plan { number, account, relation, to } => Task::perform(
                async move { e.plan_formats(account, relation, to).await },
                move |r| Message::Planned(number, r),
            ),
            Self::Prepare(id) => {
                Task::perform(async move { e.open_draft(id).await }, Message::Ready)
            }
            Self::Save(id, edition, content) => Task::perform(
                async move { e.save_draft(id, edition, *content).await },
                Message::Saved,
            ),
            Self::Unsend(ids, id, content, kept) => Task::perform(
                async move { e.unsend(ids, id, *content, kept).await },
                Message::Unsent,
            ),
            Self::Read(clip, file) => {
                Task::perform(work::read(file), move |r| Message::Take(clip.clone(), r))
            }
            Self::Measure(clip, file) => Task::perform(work::read(file), move |r| match r {
                Ok(pcm) => Message::Measured(clip.clone(), player::peaks_of(&pcm, player::PEAKS).0),
                Err(_) => Message::Ignored,
            }),
            Self::Hear(clip, key, paths) => Task::perform(
                async move {
                    let path = paths.into_iter().next();
                    let path = path.ok_or(Error::NotFound(Missing::Recording))?;
                    e.audio(key, path).await
                },
                move |r| Message::Take(clip.clone(), r),
            ),
            Self::Again { key, paths, file } => {
                let at = file.clone();
                let copy = async move { e.copy_into_draft(key, paths, file).await };
                Task::perform(copy, move |r| Message::Copied(at.clone(), r))
            }
            Self::Send(job) => Task::perform(work::send(e, *job), Message::Handed),
        }
    }
}
