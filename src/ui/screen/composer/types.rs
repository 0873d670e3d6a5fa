//! What a composer is for, what can happen to it, and what keeps it from sending.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{options::Popover, work::Kept};
use crate::{
    audio::ClipId,
    codec::Pcm,
    engine::{Completion, Draft, Error, FormatPlan, Opened, Saved, Unsent},
    model::{Importance, MessageKey, OutboxId, voice::VoiceFormat},
    ui::widget::lines::Change,
};

/// What a composer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A new message.
    New,
    /// An answer to the sender.
    Reply(MessageKey),
    /// An answer to the sender and all recipients.
    ReplyAll(MessageKey),
    /// A forward with an introduction.
    Forward(MessageKey),
}

/// Voice or text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// A recording.
    Voice,
    /// Text.
    Text,
}

/// Which line of recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// To.
    To,
    /// Cc.
    Cc,
}

/// What keeps a message from being sent, or went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody in To.
    Nobody,
    /// Nothing recorded.
    NothingRecorded,
    /// Nothing written.
    NothingWritten,
    /// A recipient that cannot be sent to: a fact and a way out.
    Recipient(String, String),
    /// No account to send from.
    NoAccount,
    /// The recording of a draft is not on the disk any more.
    SoundLost,
    /// The disk does not take the draft: why.
    NotKept(String),
    /// What the engine or the disk says.
    Said(String),
}

/// What happens to the composer.
#[derive(Debug, Clone)]
pub enum Message {
    /// The original, or the message to send again.
    Original(MessageKey, Result<Box<Opened>, Error>),
    /// The draft that was to be opened, or why it cannot be.
    Draft(Result<Box<Draft>, Error>),
    /// The folder of the draft is there, or not.
    Ready(Result<(), Error>),
    /// The recording of an earlier message was copied here.
    Copied(PathBuf, Result<Arc<Pcm>, Error>),
    /// Changes are due to be saved.
    SaveDue,
    /// A revision of the draft is on the disk, or not.
    Saved(Result<Saved, Error>),
    /// Sending was taken back, or it was too late.
    Unsent(Result<Unsent, Error>),
    /// The audio thread has news.
    Audio,

    /// Typing in a line of recipients.
    Typed(Line, String),
    /// Enter there.
    Enter(Line),
    /// Suggestions.
    Found(Line, u64, Vec<Completion>),
    /// Suggestions of the white pages, later.
    Elsewhere(Line, u64, Vec<Completion>),
    /// Takes a suggestion.
    Pick(Line, usize),
    /// Moves among the suggestions.
    Step(Line, isize),
    /// Closes the suggestions; what was typed stays.
    Dismiss(Line),
    /// Removes a recipient.
    Remove(Line, usize),
    /// Shows Cc.
    OpenCc,
    /// Typing in the subject.
    Subject(String),

    /// The main button: record, hold, go on; play or hold in review.
    Press,
    /// Ends the recording.
    Finish,
    /// Records anew.
    StartAgain,
    /// Brings the take before back.
    UndoStartAgain,
    /// Goes on with the recording.
    RecordMore,
    /// Plays the take, or holds it.
    Play,
    /// Goes to a position in the take.
    Seek(Duration),
    /// The take is here as sound.
    Take(ClipId, Result<Arc<Pcm>, Error>),
    /// The waveform of a take.
    Measured(ClipId, Arc<[u8]>),
    /// Plays the original, or holds it.
    PlayOriginal,

    /// Opens the recorder of the spoken subject; its main button once it is open.
    SpokenSubject,
    /// Plays it, or holds it.
    PlaySpoken,
    /// Ends it.
    SpokenFinish,
    /// Removes it.
    SpokenRemove,

    /// Opens or closes a popover.
    Toggle(Popover),
    /// Importance.
    Importance(Importance),
    /// Private.
    Private(bool),
    /// Ask for a receipt.
    Receipt(bool),
    /// Shows or removes the note.
    OpenNote,
    /// Typing in the note, or in the text of a text message.
    Note(Change),
    /// Which format each recipient gets.
    Planned(u64, Result<FormatPlan, Error>),
    /// Format; `None` chooses per recipient.
    Format(Option<VoiceFormat>),

    /// Send, or finish and send.
    Send,
    /// The engine took it, or not.
    Handed(Result<(Vec<OutboxId>, Kept), Error>),
    /// Keeps it on this computer and closes.
    Close,
    /// Fills the pane, or not.
    Maximize,
    /// Nothing to do.
    Ignored,
}
