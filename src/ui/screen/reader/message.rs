//! What can happen to the reader.

use std::{path::PathBuf, sync::Arc};

use iced::widget::text_editor;

use super::{fax, player};
use crate::{
    codec::Pcm,
    engine::{Error, Opened, UndoToken},
    model::{ContactId, MessageKey},
};

/// Why a control does not act, shown beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Popover {
    /// Forward.
    Forward,
    /// Save.
    Save,
    /// Reply and Reply by voice.
    Reply,
    /// Copy transcript.
    Copy,
}

/// What happens to the reader.
#[derive(Debug, Clone)]
pub enum Message {
    /// The engine opened it.
    Opened(MessageKey, Result<Box<Opened>, Error>),
    /// The engine says that it changed; load it again.
    Changed,
    /// More of it arrived.
    Progress(u64, u64),
    /// The player of the message.
    Player(player::Message),
    /// The player of a message inside.
    Inner(usize, player::Message),
    /// Show or hide a message inside.
    OpenInner(usize),
    /// The player of the message that a report is about.
    AboutPlayer(player::Message),
    /// The message that a report is about.
    AboutOpened(MessageKey, Result<Box<Opened>, Error>),
    /// It counts as heard (told by [`player::Listening`]).
    Heard,
    /// Its text was on screen for two seconds.
    TextShown(MessageKey),

    /// Plays the sender's name in their own voice, or holds it: the message's own, else the
    /// directory's.
    HearName,
    /// The directory's.
    Name(ContactId, Result<Arc<Pcm>, Error>),

    /// Reply by voice.
    ReplyVoice,
    /// Reply to all by voice.
    ReplyAll,
    /// Reply in text.
    ReplyText,
    /// Forward.
    Forward,
    /// Archive.
    Archive,
    /// Delete.
    Delete,
    /// Back to the inbox.
    MoveToInbox,
    /// Mark as unheard.
    MarkUnheard,
    /// Back to the list, in a narrow window.
    Back,
    /// Show or hide the More menu.
    More,
    /// Save the recording in a file.
    SaveRecording,
    /// Add the card to the directory, from the menu.
    AddToDirectory,
    /// Copy the transcript or text.
    CopyText,
    /// Show the original message, or the message again.
    ShowOriginal,
    /// Its octets.
    Raw(MessageKey, Result<String, Error>),
    /// Read its G.726 code words in the other order, or in the usual one again.
    Swap,
    /// They are read so now.
    Swapped(bool),
    /// Show or hide the details for the administrator.
    Details,
    /// Copy the details.
    CopyDetails,
    /// Explain a control that does not act, or hide the explanation.
    Explain(Option<Popover>),

    /// Accept a card; true also takes an address that differs.
    Import(String, bool),
    /// It was accepted.
    Imported(String, Result<(ContactId, UndoToken), Error>),
    /// Look closer at a card of another address.
    Review,
    /// Close the bar, and never offer this again where it was a card.
    CloseBar,
    /// The tick of "Do the same from now on".
    FromNowOn(bool),
    /// The answer to a receipt asked for.
    Receipt(bool),
    /// The answer to a receipt asked for by a message that cannot be played: report that, or not.
    ReceiptUnplayable(bool),
    /// The engine took the answer; true when one is sent.
    ReceiptDone(bool, Result<(), Error>),
    /// Copy the caller's number.
    CopyNumber,

    /// Selecting in the text.
    Text(text_editor::Action),
    /// Selecting in the original.
    RawText(text_editor::Action),
    /// A link was pressed.
    Link(String),
    /// Open it, or not.
    OpenLink(bool),
    /// An attachment was pressed.
    Attachment(String),
    /// A file was saved, or not.
    Saved(Result<Option<PathBuf>, Error>),

    /// Fax pages.
    Fax(fax::Message),

    /// First action of a report.
    SendAgain,
    /// "Try another address" of a report.
    TryAnother,
    /// Show the message that a report is about.
    OpenAbout,
    /// Nothing.
    Ignored,
}
