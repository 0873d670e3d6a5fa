//! What a message is, boiled down to the columns of its row. The reading itself is
//! [`Mail::read`]; this only picks what the list, the search and the rules ask for.
//!
//! A message whose reading panics is quarantined: it gets a row that says so, and never stops its
//! mailbox (reliability G16).

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{Result, raw::Raw, vocabulary::vocabulary};
use crate::types::Preview;
use aloud_message::{
    Dsn, Mail, PartProblem, PartRole, Permission, Problem, Refusal, Report, display, dsn,
    inspect::ReadOptions,
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
    /// What the line under the subject says.
    pub preview: Preview,
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
fn read(octets: &[u8], complete: bool, total: u64) -> Mail {
    let options = if complete { ReadOptions::default() } else { ReadOptions::prefix(total) };
    catch_unwind(|| Mail::read(octets, &options)).unwrap_or_else(|_| poisoned())
}

/// As [`read`], of any size. Blocks.
pub(crate) fn read_raw(raw: &Raw, complete: bool, total: u64) -> Result<Mail> {
    let options = if complete { ReadOptions::default() } else { ReadOptions::prefix(total) };
    catch_unwind(AssertUnwindSafe(|| raw.mail(&options))).unwrap_or_else(|_| Ok(poisoned()))
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

/// Reads octets and picks the facts; `total` is the size of the whole message.
#[must_use]
pub fn facts(octets: &[u8], known: Known, total: u64) -> Facts {
    picked(&read(octets, known == Known::Whole, total), octets, known)
}

/// As [`facts`], of any size. Blocks.
pub(crate) fn facts_of(raw: &Raw, known: Known, total: u64) -> Result<Facts> {
    Ok(picked(&read_raw(raw, known == Known::Whole, total)?, raw, known))
}

fn picked(mail: &Mail, octets: &[u8], known: Known) -> Facts {
    let mut facts = pick(mail);
    if facts.preview == Preview::Nothing
        && known != Known::Head
        && mail.problems.iter().any(hides_text)
    {
        let words = readable(octets);
        if !words.is_empty() {
            facts.preview = Preview::Text(words);
        }
    }
    facts
}

/// Whether text may lie where a problem keeps it from being found.
fn hides_text(problem: &Problem) -> bool {
    match problem {
        Problem::UnclosedMultipart
        | Problem::UnclosedMessage
        | Problem::HeaderTooLong
        | Problem::TooManyParts => true,
        Problem::Part { problem, .. } => match problem {
            PartProblem::UnknownEncoding(_)
            | PartProblem::MultipartsTooDeep
            | PartProblem::MessagesTooDeep
            | PartProblem::NoBoundary
            | PartProblem::OtherBoundary
            | PartProblem::NoDelimiter => true,
            PartProblem::DamagedEncoding
            | PartProblem::Sealed(_)
            | PartProblem::Damaged(_)
            | PartProblem::NotOpened
            | PartProblem::RichText
            | PartProblem::BeginningOnly
            | PartProblem::Audio(_)
            | PartProblem::Fax(_) => false,
        },
        // The text was found in spite of these; of what cannot be read at all nothing is told.
        Problem::MisprintedDelimiter
        | Problem::RepeatedField(_)
        | Problem::UnreadableDate
        | Problem::Unreadable => false,
    }
}

/// The first words of a body whose structure cannot be followed: lines of words, without
/// delimiters, fields and lines of an encoding.
fn readable(octets: &[u8]) -> String {
    let text = String::from_utf8_lossy(octets.get(..octets.len().min(32 * 1024)).unwrap_or(octets));
    let text = text.replace("\r\n", "\n");
    let Some((_, body)) = text.split_once("\n\n") else { return String::new() };
    let is_field = |line: &str| {
        line.split_once(':').is_some_and(|(name, _)| {
            let name = name.to_ascii_lowercase();
            name.starts_with("content-") || name == "mime-version"
        })
    };
    let words: Vec<&str> = body
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("--") && !is_field(line))
        .filter(|line| line.contains(' ') || line.len() < 20)
        .collect();
    first_words(&display::clean(&words.join(" ")))
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

fn preview(mail: &Mail, text: Option<&str>) -> Preview {
    if let Some(Report::Dsn(dsns)) = &mail.report
        && let Some(dsn) = dsns.first()
    {
        return Preview::Report(Box::new(StoredReport::of(dsn).report()));
    }
    let voice = mail.parts.iter().find(|part| part.role == PartRole::VoiceMessage);
    if mail.kind == MessageKind::Fax && voice.is_some() {
        let length = mail.duration.or_else(|| voice.and_then(|v| v.seconds).map(seconds));
        return Preview::SpokenNote(length);
    }
    let words = first_words(text.unwrap_or_default());
    if !words.is_empty() && !mail.has_cover_only() {
        return Preview::Text(words);
    }
    let forwards = mail.parts.iter().any(|part| part.role == PartRole::Original);
    if mail.kind == MessageKind::Voice
        && forwards
        && let Some(voice) = voice
    {
        return Preview::Introduction(voice.seconds.map(seconds));
    }
    if let Some(inner) = mail.forwarded.first() {
        let from = inner.sender.name.clone().or(inner.sender.number.clone());
        let from = from.or_else(|| inner.sender.address.as_ref().map(ToString::to_string));
        if let Some(from) = from {
            return Preview::Forwarded(from);
        }
    }
    if mail.sender.outside_caller {
        let mailbox = mail.to.first().map(|to| to.addr.local_part()).filter(|local| {
            (1..=6).contains(&local.len()) && local.bytes().all(|b| b.is_ascii_digit())
        });
        return match mailbox {
            Some(mailbox) => Preview::Extension(mailbox.to_owned()),
            None => Preview::OutsideLine,
        };
    }
    if mail.problems.contains(&Problem::Unreadable) {
        return Preview::Unreadable;
    }
    Preview::Nothing
}

fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or_default()
}

vocabulary! {
    /// What `messages.preview` holds.
    pub enum PreviewKind in "messages.preview_kind" {
        /// Nothing.
        Nothing = "",
        /// First words.
        Text = "text",
        /// The length of a fax's spoken note.
        SpokenNote = "spoken-note",
        /// The length of a forwarded message's spoken introduction.
        Introduction = "introduction",
        /// Whom a forwarded message is from.
        Forwarded = "forwarded",
        /// The extension that a caller left a message on.
        Extension = "extension",
        /// Nothing: left from an outside line.
        OutsideLine = "outside-line",
        /// A [`StoredReport`].
        Report = "report",
        /// Nothing: the message cannot be read.
        Unreadable = "unreadable",
        /// Nothing: what the server tells of it cannot be read.
        Untold = "untold",
    }
}

/// What is kept of a delivery report for the list, as JSON.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredReport {
    recipient: String,
    action: String,
    status: String,
    diagnostic: String,
}

impl StoredReport {
    fn of(report: &Dsn) -> Self {
        Self {
            recipient: report.recipient.clone(),
            action: report.action.as_str().to_owned(),
            status: report.status.clone(),
            diagnostic: report.diagnostic.clone().unwrap_or_default(),
        }
    }

    fn report(self) -> Dsn {
        Dsn {
            recipient: self.recipient,
            action: dsn::Action::parse(&self.action).unwrap_or_default(),
            status: self.status,
            diagnostic: super::some(self.diagnostic),
            ..Dsn::default()
        }
    }
}

/// A preview as its two columns.
pub(crate) fn preview_columns(preview: &Preview) -> (PreviewKind, String) {
    let seconds = |length: &Option<Duration>| {
        length.map(|length| length.as_secs_f64().round().to_string()).unwrap_or_default()
    };
    match preview {
        // The last two are made from other columns.
        Preview::Nothing | Preview::Towards | Preview::ToYou(_) => {
            (PreviewKind::Nothing, String::new())
        }
        Preview::Text(words) => (PreviewKind::Text, words.clone()),
        Preview::SpokenNote(length) => (PreviewKind::SpokenNote, seconds(length)),
        Preview::Introduction(length) => (PreviewKind::Introduction, seconds(length)),
        Preview::Forwarded(from) => (PreviewKind::Forwarded, from.clone()),
        Preview::Extension(number) => (PreviewKind::Extension, number.clone()),
        Preview::OutsideLine => (PreviewKind::OutsideLine, String::new()),
        Preview::Report(report) => {
            let json = serde_json::to_string(&StoredReport::of(report));
            (PreviewKind::Report, json.unwrap_or_default())
        }
        Preview::Unreadable => (PreviewKind::Unreadable, String::new()),
        Preview::Untold => (PreviewKind::Untold, String::new()),
    }
}

/// The preview of two columns.
pub(crate) fn preview_of(kind: PreviewKind, text: String) -> Preview {
    let seconds = || text.parse().ok().map(Duration::from_secs);
    match kind {
        PreviewKind::Nothing => Preview::Nothing,
        PreviewKind::Text => Preview::Text(text),
        PreviewKind::SpokenNote => Preview::SpokenNote(seconds()),
        PreviewKind::Introduction => Preview::Introduction(seconds()),
        PreviewKind::Forwarded => Preview::Forwarded(text),
        PreviewKind::Extension => Preview::Extension(text),
        PreviewKind::OutsideLine => Preview::OutsideLine,
        PreviewKind::Report => {
            let stored: StoredReport = serde_json::from_str(&text).unwrap_or_default();
            Preview::Report(Box::new(stored.report()))
        }
        PreviewKind::Unreadable => Preview::Unreadable,
        PreviewKind::Untold => Preview::Untold,
    }
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
    fn of_a_damaged_message_the_readable_words_are_shown() {
        let mail = |head: &str, body: &str| {
            format!("From: ada@example.net\r\nSubject: x\r\n{head}\r\n{body}").into_bytes()
        };
        let part = "--b\r\nContent-Type: text/plain\r\n\r\nHello from Ada,\r\nsee you.\r\n";
        for (head, body, shown) in [
            ("Content-Type: multipart/mixed\r\n", part, "Hello from Ada, see you."),
            ("Content-Type: multipart/mixed; boundary=other\r\n", part, "Hello from Ada, see you."),
            (
                "Content-Type: text/plain\r\nContent-Transfer-Encoding: x-unheard-of\r\n",
                "Hello from Ada, see you.\r\n",
                "Hello from Ada, see you.",
            ),
            (
                "Content-Type: multipart/mixed\r\n",
                "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgA\r\n",
                "",
            ),
        ] {
            let octets = mail(head, body);
            let facts = facts(&octets, Known::Whole, octets.len() as u64);
            let words = match facts.preview {
                Preview::Text(words) => words,
                _ => String::new(),
            };
            assert_eq!(words, shown, "{head}");
        }
    }

    #[test]
    fn previews_survive_their_columns() {
        let report = Dsn {
            recipient: "ada@example.net".into(),
            action: dsn::Action::Failed,
            status: "5.2.2".into(),
            diagnostic: Some("552 \"full\"".into()),
            ..Dsn::default()
        };
        for preview in [
            Preview::Nothing,
            Preview::Text("Left on extension 201".into()),
            Preview::SpokenNote(Some(Duration::from_secs(75))),
            Preview::SpokenNote(None),
            Preview::Introduction(Some(Duration::ZERO)),
            Preview::Introduction(None),
            Preview::Forwarded("Sigrid Lund".into()),
            Preview::Extension("7214".into()),
            Preview::OutsideLine,
            Preview::Report(Box::new(report)),
            Preview::Unreadable,
        ] {
            let (kind, text) = preview_columns(&preview);
            assert_eq!(preview_of(kind, text), preview);
        }
        let damaged = preview_of(PreviewKind::Report, "{".into());
        assert!(matches!(damaged, Preview::Report(_)), "{damaged:?}");
        assert_eq!(preview_of(PreviewKind::SpokenNote, "x".into()), Preview::SpokenNote(None));
    }

    #[test]
    fn a_name_that_is_another_address_is_dropped() {
        assert!(honest("Ada Okafor", "ada@example.com"));
        assert!(honest("ADA@example.com", "ada@example.com"));
        assert!(!honest("bank@example.net", "ada@example.com"));
        assert!(!says_something(" vpim message "));
    }
}
