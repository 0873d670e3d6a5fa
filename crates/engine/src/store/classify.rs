//! What a message is, boiled down to the columns of its row. The reading itself is
//! [`Mail::read`]; this only picks what the list, the search and the rules ask for.
//!
//! A message whose reading panics is quarantined: it gets a row that says so, and never stops its
//! mailbox (reliability G16).

use std::time::Duration;

use aloud_message::{
    Mail, PartRole, Permission, Problem, Refusal, Report, dsn, inspect::ReadOptions,
};
use aloud_model::{Address, DateTime, Importance, MessageKind};

/// Longest preview kept, in characters.
const PREVIEW_CHARS: usize = 160;
/// Longest text kept for the search, in characters.
const SEARCH_CHARS: usize = 64 * 1024;

/// How much of a message was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// The header block only.
    Head = 0,
    /// The header block and the beginning of the body.
    Prefix = 1,
    /// All of it.
    Whole = 2,
}

/// The columns of a message row that come from its octets.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Message-ID without angle brackets.
    pub message_id: String,
    /// The Date field.
    pub date: Option<DateTime>,
    /// Kind.
    pub kind: MessageKind,
    /// Profile or vendor id.
    pub profile: String,
    /// Decoded subject; empty when it is missing or says nothing.
    pub subject: String,
    /// Display or caller name.
    pub sender_name: String,
    /// From address.
    pub sender_address: String,
    /// Caller's number.
    pub sender_number: String,
    /// Left by telephone.
    pub outside_caller: bool,
    /// To and Cc.
    pub recipients: Vec<Address>,
    /// First words or a plain fact.
    pub preview: String,
    /// Length of the voice.
    pub duration: Option<Duration>,
    /// That length is guessed from the size.
    pub estimated: bool,
    /// Fax pages.
    pub pages: Option<u32>,
    /// Importance.
    pub importance: Importance,
    /// Sensitivity in lower case.
    pub sensitivity: String,
    /// A blocking Sensitivity.
    pub private: bool,
    /// A receipt is asked for and may be sent.
    pub receipt_asked: bool,
    /// Attachments besides voice and fax.
    pub attachment: bool,
    /// A contact card came with it.
    pub has_card: bool,
    /// For a report: Message-ID of the message it is about.
    pub about: String,
    /// The report itself.
    pub report: Option<Report>,
    /// Words for the search.
    pub words: String,
    /// Reading it failed in a way that must not happen again.
    pub poison: bool,
}

/// Reads octets: a whole message, or the beginning of one of `total` octets.
#[must_use]
pub fn read(octets: &[u8], complete: bool, total: u64) -> Mail {
    let options = if complete { ReadOptions::default() } else { ReadOptions::prefix(total) };
    std::panic::catch_unwind(|| Mail::read(octets, &options)).unwrap_or_else(|_| poisoned())
}

/// What stands for a message that could not be read.
#[must_use]
pub fn poisoned() -> Mail {
    let refused = || Permission::Refused(Refusal::Unreadable);
    Mail {
        kind: MessageKind::Other,
        may_forward: refused(),
        may_reply: refused(),
        problems: vec![Problem::Unreadable],
        ..Mail::default()
    }
}

const UNREADABLE: &str = "This message could not be displayed. Its source can still be shown.";

/// Reads octets and picks the facts; `total` is the size of the whole message.
#[must_use]
pub fn facts(octets: &[u8], known: Known, total: u64) -> Facts {
    pick(&read(octets, known == Known::Whole, total))
}

fn pick(mail: &Mail) -> Facts {
    let text = mail.transcript.as_ref().map(|t| t.text.as_str()).or(mail.text.as_deref());
    let mut words = text.unwrap_or_default().chars().take(SEARCH_CHARS).collect::<String>();
    for inner in &mail.forwarded {
        for extra in [inner.subject.as_deref(), inner.sender.name.as_deref()].into_iter().flatten()
        {
            words.push('\n');
            words.push_str(extra);
        }
    }
    let address = mail.sender.address.as_ref().map(ToString::to_string).unwrap_or_default();
    Facts {
        message_id: mail.message_id.clone().unwrap_or_default(),
        date: mail.date,
        kind: mail.kind,
        profile: mail.profile.clone().unwrap_or_default(),
        subject: mail.subject.as_deref().filter(|s| says_something(s)).unwrap_or_default().into(),
        sender_name: mail.sender.name.clone().filter(|n| honest(n, &address)).unwrap_or_default(),
        sender_number: mail.sender.number.clone().unwrap_or_default(),
        sender_address: address,
        outside_caller: mail.sender.outside_caller,
        recipients: mail.to.iter().chain(&mail.cc).cloned().collect(),
        preview: preview(mail, text),
        duration: mail.duration,
        estimated: mail.duration.is_some() && mail.duration_source.is_none(),
        pages: mail.pages,
        importance: mail.importance.unwrap_or_default(),
        sensitivity: mail.sensitivity.as_ref().map(|s| s.as_str().to_owned()).unwrap_or_default(),
        private: mail.sensitivity.as_ref().is_some_and(|s| s.blocks_forwarding()),
        receipt_asked: mail.receipt.as_ref().is_some_and(|r| r.may_send),
        attachment: mail.parts.iter().any(|part| part.role == PartRole::Attachment),
        has_card: !mail.cards.is_empty(),
        about: about(mail.report.as_ref()),
        report: mail.report.clone(),
        words,
        poison: mail.problems.contains(&Problem::Unreadable),
    }
}

/// A subject that only names the transport is as good as none (docs/design.md 5.1).
fn says_something(subject: &str) -> bool {
    !subject.trim().is_empty() && !subject.trim().eq_ignore_ascii_case("VPIM Message")
}

/// A display name that looks like another address is no name (reliability T3).
fn honest(name: &str, address: &str) -> bool {
    !name.contains('@') || name.trim().eq_ignore_ascii_case(address)
}

fn about(report: Option<&Report>) -> String {
    match report {
        Some(Report::Mdn(mdn)) => mdn.original_message_id.clone().unwrap_or_default(),
        Some(Report::Dsn(dsns)) => {
            dsns.iter().find_map(|dsn| dsn.original_message_id.clone()).unwrap_or_default()
        }
        None => String::new(),
    }
}

fn preview(mail: &Mail, text: Option<&str>) -> String {
    if let Some(Report::Dsn(dsns)) = &mail.report
        && let Some(dsn) = dsns.first()
    {
        // Without times: the words are stored, and "yesterday" would not stay true.
        return first_words(&dsn::timeless(dsn));
    }
    let voice = mail.parts.iter().find(|part| part.role == PartRole::VoiceMessage);
    if mail.kind == MessageKind::Fax && voice.is_some() {
        return match mail.duration.or_else(|| voice.and_then(|v| v.seconds).map(seconds)) {
            Some(length) => format!("Fax with a spoken note, {}", minutes(length)),
            None => "Fax with a spoken note".into(),
        };
    }
    let words = first_words(text.unwrap_or_default());
    if !words.is_empty() && !mail.has_cover_only() {
        return words;
    }
    let forwards = mail.parts.iter().any(|part| part.role == PartRole::Original);
    if mail.kind == MessageKind::Voice
        && forwards
        && let Some(voice) = voice
    {
        return match voice.seconds.map(seconds) {
            Some(length) => format!("Forwarded with a spoken introduction, {}", minutes(length)),
            None => "Forwarded with a spoken introduction".into(),
        };
    }
    if let Some(inner) = mail.forwarded.first() {
        let from = inner.sender.name.clone().or(inner.sender.number.clone());
        let from = from.or_else(|| inner.sender.address.as_ref().map(ToString::to_string));
        if let Some(from) = from {
            return format!("Forwarded: a message from {from}");
        }
    }
    if mail.sender.outside_caller {
        let mailbox = mail.to.first().map(|to| to.addr.local_part()).filter(|local| {
            (1..=6).contains(&local.len()) && local.bytes().all(|b| b.is_ascii_digit())
        });
        return match mailbox {
            Some(mailbox) => format!("Left on extension {mailbox} · can’t be replied to"),
            None => "Left from an outside line · can’t be replied to".into(),
        };
    }
    if mail.problems.contains(&Problem::Unreadable) { UNREADABLE.into() } else { String::new() }
}

fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or_default()
}

/// `1:05`.
#[must_use]
pub fn minutes(length: Duration) -> String {
    let whole = length.as_secs_f64().round() as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// The first words on one line.
fn first_words(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.chars().count() + word.chars().count() >= PREVIEW_CHARS {
            line.push('…');
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_are_one_short_line() {
        assert_eq!(first_words("  Hello,\r\n\r\n  world "), "Hello, world");
        let long = first_words(&"word ".repeat(500));
        assert!(long.chars().count() <= PREVIEW_CHARS + 1 && long.ends_with('…'));
    }

    #[test]
    fn a_name_that_is_another_address_is_dropped() {
        assert!(honest("Ada Okafor", "ada@example.com"));
        assert!(honest("ADA@example.com", "ada@example.com"));
        assert!(!honest("bank@example.net", "ada@example.com"));
        assert!(!says_something(" vpim message "));
    }
}
