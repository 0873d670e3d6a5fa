//! What came along with a message and is no recording: pages are shown, cards offered, the rest is
//! saved; and the messages inside.

use super::{Act, Message, Overlay, Page, Popover, Question, fax};
use crate::{
    message::{Mail, PartInfo, PartRole, Rendering},
    model::{MessageKey, MessageKind},
    ui::screen::{Action, Context},
};

/// What the program of the system shows; everything else is saved.
const PDF: &str = "application/pdf";

impl Page {
    pub(super) fn fax(&mut self, key: MessageKey, message: fax::Message, ctx: &Context<'_>) -> Act {
        let Some(fax) = &mut self.fax else { return Action::None };
        if matches!(message, fax::Message::Save) {
            let Some(path) = fax.path().map(str::to_owned) else { return Action::None };
            let name = self.part(&path).map(file_name).unwrap_or_default();
            return self.save(key, path, name);
        }
        let action = fax.update(message).map(Message::Fax, Question::Fax);
        // A fax is viewed once its last page is on screen (D11). A fax with a spoken note is heard
        // as a voice message where that is its kind.
        if fax.last_page_shown()
            && self.presented.is_none()
            && self.opened.row.kind == MessageKind::Fax
        {
            self.presented = Some(ctx.now);
            return action.and(Action::Ask(Question::Presented(key)));
        }
        action
    }

    pub(super) fn attachment(&mut self, key: MessageKey, path: &str) -> Act {
        let Some(part) = self.part(path) else { return Action::None };
        if part.rendering == Rendering::Pages && part.decodable {
            return self.open_pages(key, path);
        }
        if part.media_type == PDF && self.may_copy() {
            return Action::Ask(Question::OpenPdf(key, path.to_owned()));
        }
        let (name, role) = (file_name(part), part.role);
        match role {
            PartRole::Card => {
                self.closed.remove(path);
                let known = self.opened.offers.iter().find(|o| o.path == path);
                match known.map(|o| &o.kind) {
                    Some(crate::engine::CardOfferKind::Known) | None => {
                        Action::say(fl!("toast-card-known"))
                    }
                    Some(_) => {
                        self.card = Some(path.to_owned());
                        Action::None
                    }
                }
            }
            PartRole::Fax
            | PartRole::VoiceMessage
            | PartRole::SpokenName
            | PartRole::SpokenSubject
            | PartRole::RecipientName
            | PartRole::Notification
            | PartRole::Text
            | PartRole::Html
            | PartRole::Report
            | PartRole::Original
            | PartRole::Transcript
            | PartRole::Attachment => self.save(key, path.to_owned(), name),
        }
    }

    /// A leaf; the path may lead into enclosed messages.
    fn part(&self, path: &str) -> Option<&PartInfo> {
        match path.rsplit_once('/') {
            None => self.opened.mail.part(path),
            Some((above, path)) => self.inner.iter().find(|i| i.path == above)?.mail.part(path),
        }
    }

    /// Shows the pages of a TIFF, or hides them again.
    fn open_pages(&mut self, key: MessageKey, path: &str) -> Act {
        let here = self.fax.as_ref().is_some_and(|fax| fax.has(path));
        self.fax_open = !here || !self.fax_open;
        if !here {
            let pages = self.part(path).and_then(|part| part.pages);
            self.fax = Some(fax::Fax::of_part(key, path.to_owned(), pages));
        }
        let Some(fax) = &mut self.fax else { return Action::None };
        fax.begin().map(Message::Fax, Question::Fax)
    }

    pub(super) fn save(&mut self, key: MessageKey, path: String, name: String) -> Act {
        if !self.opened.mail.may_save.is_allowed() {
            self.overlay = Some(Overlay::Reason(Popover::Save));
            return Action::None;
        }
        Action::Ask(Question::Save { key, path, name })
    }
}

/// Enclosed messages that are shown.
const ENCLOSED: usize = 50;

/// The messages inside, those inside them too, in order: path, messages around it, message.
pub(super) fn enclosed(mail: &Mail) -> Vec<(String, usize, &Mail)> {
    fn walk<'m>(
        mail: &'m Mail,
        above: &str,
        depth: usize,
        all: &mut Vec<(String, usize, &'m Mail)>,
    ) {
        let places = mail.parts.iter().filter(|p| p.role == PartRole::Original);
        for (part, inner) in places.zip(&mail.forwarded) {
            if all.len() >= ENCLOSED {
                return;
            }
            let path = format!("{above}{}", part.path);
            all.push((path.clone(), depth, inner));
            walk(inner, &format!("{path}/"), depth + 1, all);
        }
    }
    let mut all = Vec::new();
    walk(mail, "", 0, &mut all);
    all
}

/// What the file dialog proposes for a leaf.
pub(super) fn file_name(part: &PartInfo) -> String {
    part.filename.clone().unwrap_or_else(|| {
        let ending = match part.media_type.as_str() {
            "image/tiff" => "tif",
            "text/vcard" | "text/directory" | "text/x-vcard" => "vcf",
            "text/plain" => "txt",
            "application/pdf" => "pdf",
            media if media.starts_with("audio/") => "wav",
            _ => "bin",
        };
        format!("{}.{ending}", part.role.as_str())
    })
}
