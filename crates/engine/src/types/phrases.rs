//! Texts that travel inside mail, in the user's language: handed in, because the engine knows no
//! words. What stands in braces is filled in here.

use std::time::Duration;

use aloud_message::mdn::Disposition;
use aloud_model::MessageKind;

/// The texts. By default all are empty: a message then has no cover text, and a receipt no
/// sentence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phrases {
    /// Readable part of a receipt for a voice message: `{date}`, `{recipient}`, `{name}`.
    pub receipt_heard: String,
    /// Readable part of a receipt for a fax or text message.
    pub receipt_read: String,
    /// Readable part when deleted unheard.
    pub receipt_deleted: String,
    /// Readable part when it could not be played or shown.
    pub receipt_failed: String,
    /// Subject of a receipt for a voice message: `{subject}`.
    pub subject_played: String,
    /// Subject of a receipt for a fax.
    pub subject_viewed: String,
    /// Subject of a receipt for a text message.
    pub subject_read: String,
    /// Subject when deleted unheard.
    pub subject_deleted: String,
    /// Subject when forwarded unheard.
    pub subject_forwarded: String,
    /// Subject when it could not be played or shown.
    pub subject_failed: String,
    /// What stands for the subject of a message that has none.
    pub no_subject: String,
    /// Subject of a forwarded original that has none.
    pub original_without_subject: String,
    /// Cover text of a voice message without a note: `{name}`, `{length}`, `{file}`.
    pub cover: String,
    /// Cover text of a fax: `{name}`.
    pub cover_fax: String,
    /// Cover text of a forward without an introduction: `{name}`.
    pub cover_forward: String,
}

/// What a cover text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covered<'a> {
    /// A recording of this length in a file of this name.
    Recording(Duration, &'a str),
    /// Fax pages.
    Fax,
    /// A message inside.
    Forward,
}

impl Phrases {
    /// The readable part of a receipt, not yet filled in.
    #[must_use]
    pub fn receipt(&self, disposition: &Disposition, kind: MessageKind) -> &str {
        match (disposition, kind) {
            (Disposition::Deleted, _) => &self.receipt_deleted,
            (Disposition::ProcessedError(_), _) => &self.receipt_failed,
            (Disposition::Displayed | Disposition::Dispatched, MessageKind::Voice) => {
                &self.receipt_heard
            }
            (Disposition::Displayed | Disposition::Dispatched, _) => &self.receipt_read,
        }
    }

    /// The subject of a receipt for a message with this subject.
    #[must_use]
    pub fn subject(&self, what: &Disposition, kind: MessageKind, subject: Option<&str>) -> String {
        let phrase = match (what, kind) {
            (Disposition::Displayed, MessageKind::Voice) => &self.subject_played,
            (Disposition::Displayed, MessageKind::Fax) => &self.subject_viewed,
            (Disposition::Displayed, _) => &self.subject_read,
            (Disposition::Deleted, _) => &self.subject_deleted,
            (Disposition::Dispatched, _) => &self.subject_forwarded,
            (Disposition::ProcessedError(_), _) => &self.subject_failed,
        };
        let subject = subject.map(str::trim).filter(|subject| !subject.is_empty());
        filled(phrase, &[("subject", subject.unwrap_or(&self.no_subject))])
    }

    /// The cover text for what a sender of this name sends.
    #[must_use]
    pub fn cover(&self, name: &str, covered: Covered<'_>) -> String {
        match covered {
            Covered::Recording(length, file) => {
                let seconds = length.as_secs_f64().round() as u64;
                let length = format!("{}:{:02}", seconds / 60, seconds % 60);
                filled(&self.cover, &[("name", name), ("length", &length), ("file", file)])
            }
            Covered::Fax => filled(&self.cover_fax, &[("name", name)]),
            Covered::Forward => filled(&self.cover_forward, &[("name", name)]),
        }
    }
}

/// A phrase with its braces filled in, each once from left to right: what is filled in is never
/// looked at again.
#[must_use]
pub(crate) fn filled(phrase: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(phrase.len());
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, tail))
        });
        match value {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_looked_at_again() {
        let values = [("name", "{length}"), ("length", "0:05")];
        assert_eq!(filled("{name}, {length} {x} {", &values), "{length}, 0:05 {x} {");
        assert_eq!(filled("", &values), "");
    }

    #[test]
    fn a_receipt_without_a_subject_to_tell_has_another() {
        let phrases = Phrases {
            subject_read: "Read: {subject}".into(),
            no_subject: "your message".into(),
            ..Phrases::default()
        };
        let of = |subject| phrases.subject(&Disposition::Displayed, MessageKind::Email, subject);
        assert_eq!(of(Some(" {subject} ")), "Read: {subject}");
        assert_eq!((of(None), of(Some(" "))), (of(Some("your message")), of(None)));
    }
}
