//! The toolbar over a message and its More menu: answering, filing, saving, and what stands behind
//! the message. A control that does not act explains why.

use super::{Act, Page, Panel, Question, ask, bars, report, shown_text};
use crate::{
    engine::{Error, UndoToken},
    message::{PartRole, Permission, Rendering, vendors::Kind},
    model::{MessageKey, MessageKind},
    ui::{
        screen::{Action, Compose, Toast, Undo, Verb, words},
        theme::Icon,
    },
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

/// What hangs from the toolbar, one thing at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The More menu.
    Menu,
    /// Why a control does not act.
    Reason(Popover),
}

/// What the user presses in the toolbar or its menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
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
    /// Show or hide the More menu.
    More,
    /// Save the recording in a file.
    SaveRecording,
    /// Add the card to the directory.
    AddToDirectory,
    /// Copy the transcript or text.
    CopyText,
    /// Show the original message, or the message again.
    ShowOriginal,
    /// Read the G.726 code words in the other order, or in the usual one again.
    Swap,
    /// Treat mail like this as another kind from now on.
    Treat(Kind),
    /// Show or hide the details for the administrator.
    Details,
    /// Copy the details.
    CopyDetails,
    /// Explain a control that does not act, or hide the explanation.
    Explain(Option<Popover>),
}

impl Page {
    /// Applies a press in the toolbar, which closes what hangs there. The pointer over a control that
    /// does not act closes no menu.
    pub(super) fn toolbar_update(&mut self, key: MessageKey, message: Message) -> Act {
        let hung = self.overlay;
        if !matches!(message, Message::Explain(_)) {
            self.overlay = None;
        }
        let mail = &self.opened.mail;
        let answers =
            matches!(message, Message::ReplyVoice | Message::ReplyAll | Message::ReplyText);
        if answers && self.opened.row.outgoing {
            return Action::say(fl!("toast-own-message"));
        }
        match message {
            Message::ReplyVoice => {
                gate(&mut self.overlay, &mail.may_reply, Popover::Reply, Compose::ReplyVoice(key))
            }
            Message::ReplyAll => gate(
                &mut self.overlay,
                &mail.may_reply,
                Popover::Reply,
                Compose::ReplyAllVoice(key),
            ),
            Message::ReplyText => {
                gate(&mut self.overlay, &mail.may_reply, Popover::Reply, Compose::ReplyText(key))
            }
            Message::Forward => {
                gate(&mut self.overlay, &mail.may_forward, Popover::Forward, Compose::Forward(key))
            }
            Message::Archive => Action::Do(Verb::Archive(key)),
            Message::Delete => Action::Do(Verb::Delete(key)),
            Message::MoveToInbox => Action::Do(Verb::MoveToInbox(key)),
            Message::MarkUnheard => Action::Do(Verb::MarkUnheard(key)),
            Message::More => {
                self.overlay = (hung != Some(Overlay::Menu)).then_some(Overlay::Menu);
                Action::None
            }
            Message::SaveRecording => {
                let part = mail.parts.iter().find(|p| p.role == PartRole::VoiceMessage);
                match part.map(|p| (p.path.clone(), super::file_name(p))) {
                    Some((path, name)) => self.save(key, path, name),
                    None => Action::None,
                }
            }
            Message::AddToDirectory => {
                let offer = self.opened.offers.first().map(|o| o.path.clone());
                match offer {
                    Some(path) => self.bar_update(key, bars::Message::Import(path, false)),
                    None => Action::None,
                }
            }
            Message::CopyText if !mail.may_save.is_allowed() => {
                self.overlay = Some(Overlay::Reason(Popover::Copy));
                Action::None
            }
            Message::CopyText => match shown_text(mail) {
                Some(text) => ask::copied(text),
                None => Action::None,
            },
            Message::ShowOriginal => match self.panel.take() {
                Some(Panel::Original(_) | Panel::OriginalAsked) => Action::None,
                Some(Panel::Link(_)) | None => {
                    self.panel = Some(Panel::OriginalAsked);
                    Action::Ask(Question::Raw(key))
                }
            },
            Message::Treat(kind) => Action::Ask(Question::Treat(key, kind)),
            Message::Swap => Action::Ask(Question::Swap(key, !self.opened.swapped)),
            Message::Details => {
                self.details = !self.details;
                Action::None
            }
            Message::CopyDetails => ask::copied(
                report::details(&self.opened)
                    .into_iter()
                    .map(|(label, value)| format!("{label}: {value}\n"))
                    .collect(),
            ),
            Message::Explain(which) => {
                if hung != Some(Overlay::Menu) {
                    self.overlay = which.map(Overlay::Reason);
                }
                Action::None
            }
        }
    }
}

impl Page {
    /// Mail like this is treated as another kind from now on, which can be undone.
    pub(super) fn treated(&self, kind: Kind, result: Result<UndoToken, Error>) -> Act {
        let address = self.opened.row.address.clone().unwrap_or_default();
        match result {
            Ok(token) => {
                let text = match kind {
                    Kind::Voice => fl!("toast-treated-voice", address = address),
                    Kind::Fax => fl!("toast-treated-fax", address = address),
                    Kind::Mail | Kind::Other => fl!("toast-treated-mail", address = address),
                };
                Action::Toast(Toast::new(Icon::Info, text).undo(Undo::Engine(token)))
            }
            Err(error) => Action::say(words::error_text(&error)),
        }
    }

    /// As what mail like this could be treated, by what is in it.
    pub(super) fn treats(&self) -> Vec<Kind> {
        let mail = &self.opened.mail;
        if self.opened.row.outgoing || mail.sender.address.is_none() {
            return Vec::new();
        }
        let has = |fits: fn(Rendering) -> bool| mail.parts.iter().any(|p| fits(p.rendering));
        let pages = |r: Rendering| matches!(r, Rendering::Pages | Rendering::Document);
        let kind = mail.kind;
        let mut all = Vec::new();
        if kind != MessageKind::Voice && has(Rendering::sounds) {
            all.push(Kind::Voice);
        }
        if kind != MessageKind::Fax && has(pages) {
            all.push(Kind::Fax);
        }
        if matches!(kind, MessageKind::Voice | MessageKind::Fax) {
            all.push(Kind::Mail);
        }
        all
    }
}

/// The composer where it is allowed, else the popover that explains.
fn gate(shown: &mut Option<Overlay>, may: &Permission, popover: Popover, compose: Compose) -> Act {
    if may.is_allowed() {
        *shown = None;
        Action::Do(Verb::Compose(compose))
    } else {
        *shown = Some(Overlay::Reason(popover));
        Action::None
    }
}

impl From<Message> for super::Message {
    fn from(message: Message) -> Self {
        Self::Toolbar(message)
    }
}
