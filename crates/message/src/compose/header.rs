//! The header of a message we send.

use super::{Letter, REFERENCES_MAX, Seed};
use crate::write::Fields;
use aloud_model::{Address, Importance, voice::VoiceFormat};

pub(super) fn write(letter: &Letter<'_>, seed: &Seed, context: Option<&str>) -> Fields {
    let vpim = letter.format == Some(VoiceFormat::Vpim);
    let mut fields = Fields::default();
    fields.addresses("From", std::slice::from_ref(&letter.from));
    if !hides_recipients(letter) {
        for (name, list) in [("To", &letter.to), ("Cc", &letter.cc)] {
            if !list.is_empty() {
                fields.addresses(name, list);
            }
        }
    }
    if let Some(to) = &letter.reply_to {
        fields.addresses("Reply-To", &[Address::bare(to.clone())]);
    }
    fields.date("Date", seed.date);
    fields.ids("Message-ID", [seed.message_id().as_str()]);
    if let Some(id) = letter.in_reply_to.as_deref().and_then(message_id) {
        fields.ids("In-Reply-To", [id]);
    }
    let references = references(&letter.references);
    if !references.is_empty() {
        fields.ids("References", references);
    }
    fields.structured("MIME-Version", if vpim { "1.0 (Voice 2.0)" } else { "1.0" });
    let subject = subject(letter);
    if !subject.is_empty() {
        fields.text("Subject", subject);
    }
    if let Some(context) = context {
        fields.structured("Message-Context", context);
    }
    if letter.private {
        fields.structured("Sensitivity", "Private");
    }
    if letter.importance != Importance::Normal {
        fields.structured("Importance", letter.importance.as_str());
    }
    if let Some(to) = &letter.receipt_to {
        fields.addresses("Disposition-Notification-To", &[Address::bare(to.clone())]);
    }
    for (name, value) in &letter.fields {
        fields.text(name, value);
    }
    fields
}

/// C15: no recipients are written when one of them is a list whose members are not known.
fn hides_recipients(letter: &Letter<'_>) -> bool {
    let list = |a: &Address| {
        a.addr
            .local_part()
            .split('/')
            .any(|item| item.get(..3).is_some_and(|key| key.eq_ignore_ascii_case("DL=")))
    };
    letter.list_recipients
        || letter.format.is_some() && letter.to.iter().chain(&letter.cc).any(list)
}

/// RFC 3801 section 4.2.15: a generic subject where none was given.
fn subject<'a>(letter: &'a Letter<'_>) -> &'a str {
    let given = letter.subject.trim();
    if !given.is_empty() {
        given
    } else if letter.parts.voice.is_some() || letter.format.is_some() && letter.fax.is_none() {
        "Voice Message"
    } else if letter.fax.is_some() {
        "Fax Message"
    } else {
        ""
    }
}

/// An identifier that can be written: printable ASCII without blanks and brackets. Ids that some
/// voice systems send, without `@`, pass.
pub(crate) fn message_id(id: &str) -> Option<&str> {
    let id = id.trim().trim_start_matches('<').trim_end_matches('>');
    let fits = !id.is_empty() && id.len() <= 250;
    (fits && id.chars().all(|c| c.is_ascii_graphic() && c != '<' && c != '>')).then_some(id)
}

/// At most [`REFERENCES_MAX`]: the first, which names the conversation, and the last.
fn references(ids: &[String]) -> Vec<&str> {
    let mut ids: Vec<&str> = ids.iter().filter_map(|id| message_id(id)).collect();
    if let Some(excess) = ids.len().checked_sub(REFERENCES_MAX) {
        ids.drain(1..=excess).for_each(drop);
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_references_keep_both_ends() {
        let ids: Vec<String> = (0..10_000).map(|n| format!("{n}@x.example")).collect();
        let kept = references(&ids);
        assert_eq!(
            (kept.len(), kept[0], kept[1], kept[49]),
            (50, "0@x.example", "9951@x.example", "9999@x.example")
        );
        let fifty: Vec<String> = ids[..50].to_vec();
        assert_eq!(references(&fifty).len(), 50);
        assert!(references(&["a b".into(), "<x@y>".into(), "\r\n".into()]) == ["x@y"]);
    }
}
