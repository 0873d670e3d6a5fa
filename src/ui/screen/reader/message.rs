//! What can happen to the reader.
//!
//! What the user presses has an enum for each part of the pane; what the engine answers stands here.

use std::{path::PathBuf, sync::Arc};

use iced::widget::text_editor;

use super::{bars, clips, fax, player, report, toolbar};
use crate::{
    codec::Pcm,
    engine::{Error, Opened, UndoToken},
    message::vendors::Kind,
    model::{ContactId, MessageKey},
};

/// What happens to the reader.
#[derive(Debug, Clone)]
pub enum Message {
    /// The engine opened it.
    Opened(MessageKey, Result<Box<Opened>, Error>),
    /// The engine says that it changed; load it again.
    Changed,
    /// More of it arrived.
    Progress(u64, u64),
    /// The message that a report is about.
    AboutOpened(MessageKey, Result<Box<Opened>, Error>),
    /// It counts as heard (told by [`player::Listening`]).
    Heard,
    /// Its text was on screen for two seconds.
    TextShown(MessageKey),
    /// A spoken name of the directory.
    Name(ContactId, Result<Arc<Pcm>, Error>),
    /// Its octets.
    Raw(MessageKey, Result<String, Error>),
    /// Its G.726 code words are read in the other order now, or in the usual one.
    Swapped(bool),
    /// Mail like this is treated as another kind from now on, or not.
    Treated(Kind, Result<UndoToken, Error>),
    /// A card was accepted.
    Imported(String, Result<(ContactId, UndoToken), Error>),
    /// The engine took the answer to a receipt; true when one is sent.
    ReceiptDone(bool, Result<(), Error>),
    /// A file was saved, or not.
    Saved(Result<Option<PathBuf>, Error>),
    /// An order without an answer was carried out.
    Ignored,

    /// The player of the message.
    Player(player::Message),
    /// The player of a message inside.
    Inner(usize, player::Message),
    /// Recordings beside the message.
    Clips(clips::Message),
    /// Recordings beside a message inside.
    InnerClips(usize, clips::Message),
    /// What a key says to the player that keys mean now.
    Keyed(player::Message),
    /// The player of the message that a report is about.
    AboutPlayer(player::Message),
    /// Fax pages.
    Fax(fax::Message),
    /// A button of the toolbar, or an entry of its menu.
    Toolbar(toolbar::Message),
    /// A button of the bar.
    Bar(bars::Message),
    /// A button of a report.
    Report(report::Message),
    /// Plays the sender's name in their own voice, or holds it: the message's own, else the
    /// directory's.
    HearName,
    /// Show or hide a message inside.
    OpenInner(usize),
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
    /// Back to the list, in a narrow window.
    Back,
}
