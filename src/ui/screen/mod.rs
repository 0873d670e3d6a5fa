//! The screens: welcome, account form, reader with its player, composer, directory, outbox,
//! settings.
//!
//! Each screen is a small state machine: a state (named after the screen), a `Message`, and
//! `update(&mut self, Message, &Context) -> Action`. A screen never talks to the engine, the audio
//! thread or another screen. It returns an [`Action`]: questions for the engine as plain data
//! ([`Ask`] turns them into work), orders for the audio thread, and verbs that only the window can
//! carry out. So every screen is tested by feeding messages and looking at values.
//!
//! Their words come from [`crate::wording`].

// A new variant is decided upon wherever it can arrive; tests may look at one variant only.
#![cfg_attr(not(test), warn(clippy::wildcard_enum_match_arm))]

use std::{collections::HashMap, convert::Infallible, path::Path};

use iced::{Task, widget::image::Handle};

use super::{
    prefs::{Choice, Prefs},
    theme::Icon,
    widget::Avatar,
};
use crate::{
    audio,
    engine::{Account, DraftId, Engine, ReceiptPolicy},
    model::{AccountId, Address, ContactId, DateTime, MailboxId, MessageKey, OutboxId},
};

pub mod account;
pub mod composer;
pub mod directory;
pub mod outbox;
pub mod player;
pub mod reader;
pub mod settings;
pub mod signing_in;
pub mod welcome;
pub mod words;

#[cfg(test)]
mod shown;
#[cfg(test)]
pub mod testing;

pub use super::toast::{Toast, Undo};

/// What several screens look at and none of them owns. Made by the window for each call.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The audio thread, as last seen.
    pub audio: &'a audio::State,
    /// Now, with this computer's offset from UTC.
    pub now: DateTime,
    /// Width of the pane that the screen fills, in points.
    pub width: f32,
    /// Its height.
    pub height: f32,
    /// The window shows one pane at a time.
    pub narrow: bool,
    /// All accounts.
    pub accounts: &'a [Account],
    /// No account has a connection.
    pub offline: bool,
    /// Folder for recordings in progress.
    pub recordings_dir: &'a Path,
    /// Mailboxes out of which a message can be taken back: archive, deleted, junk.
    pub aside: &'a [MailboxId],
    /// The user's choices.
    pub prefs: &'a Prefs,
    /// What to do about receipts, where an administrator has fixed it.
    pub fixed_receipts: Option<ReceiptPolicy>,
    /// Round photos of people in the directory, as far as decoded.
    pub photos: &'a HashMap<ContactId, Handle>,
}

impl<'a> Context<'a> {
    /// The face of a person: photo, telephone or initials.
    #[must_use]
    pub fn face(
        &self,
        contact: Option<ContactId>,
        name: &'a str,
        address: &'a str,
        outside: bool,
    ) -> Avatar<'a> {
        match contact.and_then(|id| self.photos.get(&id)) {
            Some(photo) => Avatar::Photo(photo),
            None if outside => Avatar::Caller,
            None => Avatar::Initials { name, address },
        }
    }
}

/// What a screen wants done. `M` is the screen's message, `Q` its questions for the engine.
#[derive(Debug)]
pub enum Action<M, Q> {
    /// Nothing.
    None,
    /// Work whose result comes back as a message (a timer, a file dialog, the clipboard).
    Run(Task<M>),
    /// A question for the engine, as data.
    Ask(Q),
    /// An order for the audio thread.
    Audio(audio::Command),
    /// A short line at the foot of the pane.
    Toast(Toast),
    /// Something only the window can do.
    Do(Verb),
    /// Several, in order.
    Batch(Vec<Self>),
}

/// A question for the engine that becomes work with a message at its end.
pub trait Ask<M> {
    /// Starts the work.
    fn ask(self, engine: &Engine) -> Task<M>;
}

/// A screen that asks nothing.
impl<M> Ask<M> for Infallible {
    fn ask(self, _: &Engine) -> Task<M> {
        match self {}
    }
}

/// What the window does for a screen.
#[derive(Debug)]
pub enum Verb {
    /// Opens a composer.
    Compose(Compose),
    /// A message was handed to the outbox; its composer is kept so that Undo can reopen it.
    Sent {
        /// Its outbox rows.
        ids: Vec<OutboxId>,
        /// Who it goes to, in words.
        to: String,
        /// The composer as it was.
        composer: Box<composer::Composer>,
    },
    /// The composer closes; what it holds is kept as a draft.
    CloseComposer,
    /// Archives, with a toast and undo.
    Archive(MessageKey),
    /// Deletes, with a toast and undo.
    Delete(MessageKey),
    /// Moves back to the inbox, with a toast and undo.
    MoveToInbox(MessageKey),
    /// Marks as heard, or as unheard.
    MarkUnheard(MessageKey),
    /// Shows a message.
    Open(MessageKey),
    /// Shows the form of a new account.
    AddAccount,
    /// Asks for an account's password, or signs in at its provider.
    SignIn(AccountId),
    /// Removes an account, after a question.
    RemoveAccount(AccountId),
    /// Shows the form of an account.
    EditAccount(AccountId),
    /// It was changed.
    AccountEdited,
    /// Keeps a choice of the user's.
    Choose(Choice),
    /// Shows all keys.
    ShowKeys,
    /// Opens the demo mailbox.
    OpenDemo,
    /// An account was added; show its mail.
    AccountAdded,
    /// One step back: to the list, or to the screen before.
    Back,
}

/// What a new composer is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compose {
    /// A new voice message to these.
    Voice(Vec<Address>),
    /// A new text message to these.
    Text(Vec<Address>),
    /// An answer by voice.
    ReplyVoice(MessageKey),
    /// An answer by voice to the sender and all recipients.
    ReplyAllVoice(MessageKey),
    /// An answer in text.
    ReplyText(MessageKey),
    /// A forward with a spoken introduction.
    Forward(MessageKey),
    /// The recording of a message sent before, once more.
    Again {
        /// The message sent.
        key: MessageKey,
        /// To these; empty to choose.
        to: Vec<Address>,
        /// Keep it private.
        private: bool,
    },
    /// A draft that was kept on this computer.
    Draft(DraftId),
}

impl<M, Q> Action<M, Q> {
    /// A toast without a way back.
    #[must_use]
    pub fn say(text: impl Into<String>) -> Self {
        Self::Toast(Toast::new(Icon::Info, text))
    }

    /// Both, in order, without nesting.
    #[must_use]
    pub fn and(self, next: Self) -> Self {
        let mut all = Vec::new();
        for action in [self, next] {
            match action {
                Self::None => {}
                Self::Batch(more) => all.extend(more),
                one @ (Self::Run(_)
                | Self::Ask(_)
                | Self::Audio(_)
                | Self::Toast(_)
                | Self::Do(_)) => all.push(one),
            }
        }
        match all.len() {
            0 => Self::None,
            1 => all.remove(0),
            2.. => Self::Batch(all),
        }
    }

    /// The same for a screen that holds this one.
    pub fn map<N, R>(
        self,
        message: impl Fn(M) -> N + Clone + Send + 'static,
        question: impl Fn(Q) -> R + Clone,
    ) -> Action<N, R>
    where
        M: Send + 'static,
        N: Send + 'static,
    {
        match self {
            Self::None => Action::None,
            Self::Run(task) => Action::Run(task.map(message)),
            Self::Ask(q) => Action::Ask(question(q)),
            Self::Audio(command) => Action::Audio(command),
            Self::Toast(toast) => Action::Toast(toast),
            Self::Do(verb) => Action::Do(verb),
            Self::Batch(all) => Action::Batch(
                all.into_iter().map(|a| a.map(message.clone(), question.clone())).collect(),
            ),
        }
    }

    /// All of them, flat.
    #[must_use]
    pub fn flat(self) -> Vec<Self> {
        match self {
            Self::None => Vec::new(),
            Self::Batch(all) => all,
            one @ (Self::Run(_) | Self::Ask(_) | Self::Audio(_) | Self::Toast(_) | Self::Do(_)) => {
                vec![one]
            }
        }
    }
}
