//! What the reader asks the engine, as data, and how each becomes work.

use iced::Task;

use super::{Act, Message, clips, fax, player, work};
use crate::{
    engine::{Engine, ReceiptAnswer},
    message::vendors::Kind,
    model::{ContactId, MessageKey},
    ui::screen::{Action, Ask},
};

/// Octets of the raw message that are shown; the rest can be saved.
const RAW_SHOWN: usize = 256 * 1024;

/// What the reader asks the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// What is here of the message, at once.
    Peek(MessageKey),
    /// The message, fetching what is missing.
    Open(MessageKey),
    /// The message that a report is about.
    About(MessageKey),
    /// Its octets.
    Raw(MessageKey),
    /// A question of the player.
    Player(player::Question),
    /// A question of the player of a message inside.
    Inner(usize, player::Question),
    /// A question of a recording beside the message.
    Clips(clips::Question),
    /// A question of a recording beside a message inside.
    InnerClips(usize, clips::Question),
    /// A question of the player of the message that a report is about.
    AboutPlayer(player::Question),
    /// It counts as read or viewed.
    Presented(MessageKey),
    /// The answer to a receipt.
    Receipt(MessageKey, ReceiptAnswer),
    /// The answer to the question whether to report that a message cannot be played.
    ReceiptUnplayable(MessageKey, bool),
    /// Read its G.726 code words in the other order, or in the usual one.
    Swap(MessageKey, bool),
    /// Accept a card.
    Import {
        /// The message.
        key: MessageKey,
        /// The card.
        path: String,
        /// Its name, for the toast.
        name: String,
        /// Take an address that differs.
        accept_conflict: bool,
    },
    /// Treat mail like this as another kind.
    Treat(MessageKey, Kind),
    /// A spoken name of the directory.
    Name(ContactId),
    /// Never offer this card again.
    Dismiss(MessageKey, String),
    /// Save a leaf.
    Save {
        /// The message.
        key: MessageKey,
        /// The leaf.
        path: String,
        /// Name that the dialog proposes.
        name: String,
    },
    /// Show a PDF with the program of the system.
    OpenPdf(MessageKey, String),
    /// Decode and draw fax pages.
    Fax(fax::Question),
}

impl Ask<Message> for Question {
    fn ask(self, engine: &Engine) -> Task<Message> {
        let e = engine.clone();
        match self {
            Self::Peek(key) => Task::perform(async move { e.peek(key).await }, move |r| {
                r.map_or(Message::Ignored, |o| Message::Opened(key, Ok(Box::new(o))))
            }),
            Self::Open(key) => Task::perform(async move { e.open(key).await }, move |r| {
                Message::Opened(key, r.map(Box::new))
            }),
            Self::About(key) => Task::perform(async move { e.open(key).await }, move |r| {
                Message::AboutOpened(key, r.map(Box::new))
            }),
            Self::Raw(key) => {
                Task::perform(work::raw(e, key, RAW_SHOWN), move |r| Message::Raw(key, r))
            }
            Self::Player(question) => question.ask(engine).map(Message::Player),
            Self::Inner(at, question) => question.ask(engine).map(move |m| Message::Inner(at, m)),
            Self::Clips(question) => question.ask(engine).map(Message::Clips),
            Self::InnerClips(at, question) => {
                question.ask(engine).map(move |m| Message::InnerClips(at, m))
            }
            Self::AboutPlayer(question) => question.ask(engine).map(Message::AboutPlayer),
            // The engine answers with an event; a failure shows on the account.
            Self::Presented(key) => {
                Task::perform(async move { e.presented(key).await }, |_| Message::Ignored)
            }
            Self::Receipt(key, answer) => {
                let sends = matches!(answer, ReceiptAnswer::Send | ReceiptAnswer::SendAlways);
                Task::perform(async move { e.answer_receipt(key, answer).await }, move |r| {
                    Message::ReceiptDone(sends, r)
                })
            }
            Self::ReceiptUnplayable(key, send) => Task::perform(
                async move { e.answer_receipt_unplayable(key, send).await },
                move |r| Message::ReceiptDone(send, r),
            ),
            Self::Swap(key, on) => {
                e.swap_code_words(key, on);
                Task::done(Message::Swapped(on))
            }
            Self::Import { key, path, name, accept_conflict } => Task::perform(
                async move { e.import_card(key, path, accept_conflict).await },
                move |r| Message::Imported(name.clone(), r),
            ),
            Self::Treat(key, kind) => {
                Task::perform(async move { e.treat_as(key, kind).await }, move |r| {
                    Message::Treated(kind, r)
                })
            }
            Self::Name(id) => {
                Task::perform(async move { e.spoken_name(id).await }, move |r| Message::Name(id, r))
            }
            Self::Dismiss(key, path) => {
                Task::perform(async move { e.dismiss_card(key, path).await }, |_| Message::Ignored)
            }
            Self::Save { key, path, name } => {
                Task::perform(player::save(e, key, path, name), Message::Saved)
            }
            Self::OpenPdf(key, path) => {
                Task::perform(work::open_pdf(e, key, path), |r| Message::Saved(r.map(|()| None)))
            }
            Self::Fax(question) => question.ask(engine).map(Message::Fax),
        }
    }
}

/// The clipboard takes the text, and the window says so.
pub(super) fn copied(text: String) -> Act {
    Action::Run(iced::clipboard::write(text)).and(Action::say(fl!("toast-copied")))
}
