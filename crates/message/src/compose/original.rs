//! A message taken along: whether it may be, and as what part.

use super::{Error, Known, Original, OriginalRelation};
use crate::{
    Mail,
    inspect::ReadOptions,
    view::header,
    write::{self, Content, Fields, Part},
};
use aloud_model::{MessageKind, voice::VoiceFormat};

/// The values of Message-Context that may be sent (RFC 3458 section 6.2, RFC 3938).
const CONTEXTS: [&str; 7] = [
    "voice-message",
    "fax-message",
    "pager-message",
    "multimedia-message",
    "text-message",
    "video-message",
    "none",
];

/// An original, checked and ready.
pub(super) struct Embedded {
    /// The message/rfc822 part.
    pub part: Part,
    /// Message-Context of the message around it.
    pub context: Option<String>,
}

impl Embedded {
    /// Reads the original for its rules and wraps it.
    ///
    /// # Errors
    /// [`Error::Refused`] when its Sensitivity, or that of a message inside it, forbids it (C2);
    /// [`Error::Nothing`] when it is empty.
    pub fn of(
        original: &Original<'_>,
        format: Option<VoiceFormat>,
        known: &Known,
    ) -> Result<Self, Error> {
        if original.raw.trim_ascii().is_empty() {
            return Err(Error::Nothing);
        }
        let options = ReadOptions { measure_audio: false, ..ReadOptions::default() };
        let mail = Mail::read(original.raw, &options);
        if let Some(reason) = mail.may_forward.reason() {
            return Err(Error::Refused(reason.clone()));
        }
        let mut octets = if write::has_bare_line_end(original.raw) {
            write::canonical(original.raw)
        } else {
            original.raw.to_vec()
        };
        let (fields, _) = header::read(original.raw, 0, false);
        if format == Some(VoiceFormat::Vpim) {
            let mut completed = missing(&fields, known, mail.kind);
            if !completed.is_empty() {
                if fields.fields().is_empty() && !octets.starts_with(b"\r\n") {
                    // Nothing but a body: our fields are its header, and an empty line ends it.
                    completed.extend_from_slice(b"\r\n");
                }
                completed.append(&mut octets);
                octets = completed;
            }
        }
        let context = match original.relation {
            OriginalRelation::Forward => context(&fields, mail.kind),
            OriginalRelation::Reply => None,
        };
        let mut disposition = Fields::default();
        disposition.parameters("Content-Disposition", "inline", &[("handling", "REQUIRED")]);
        let part = Part {
            content_type: "message/rfc822".into(),
            fields: disposition,
            content: Content::Verbatim(octets),
        };
        Ok(Self { part, context })
    }
}

/// The fields that RFC 3801 section 4.8 wants and the original does not have: what it is, and one of
/// From, Subject and Date, from what is known.
fn missing(fields: &header::Header<'_>, known: &Known, kind: MessageKind) -> Vec<u8> {
    let mut out = Fields::default();
    if !["from", "subject", "date"].iter().any(|name| fields.has(name)) {
        if let Some(from) = &known.from {
            out.addresses("From", std::slice::from_ref(from));
        }
        if let Some(date) = known.date {
            out.date("Date", date);
        }
        let generic = if kind == MessageKind::Voice { "Voice Message" } else { "Message" };
        let subject = known.subject.as_deref().map(str::trim).filter(|s| !s.is_empty());
        if subject.is_some() || out.as_bytes().is_empty() {
            out.text("Subject", subject.unwrap_or(generic));
        }
    }
    if !fields.has("mime-version") {
        out.structured("MIME-Version", "1.0");
    }
    if !fields.has("content-type") {
        out.structured("Content-Type", "text/plain; charset=us-ascii");
    }
    out.as_bytes().to_vec()
}

/// What the original says it is; where it says nothing, what it was recognized as.
fn context(fields: &header::Header<'_>, kind: MessageKind) -> Option<String> {
    let said = fields.token("message-context").map(|v| v.to_ascii_lowercase());
    if let Some(said) = said.filter(|v| CONTEXTS.contains(&v.as_str())) {
        return Some(said);
    }
    let seen = match kind {
        MessageKind::Voice => "voice-message",
        MessageKind::Fax => "fax-message",
        MessageKind::Video => "video-message",
        MessageKind::Email | MessageKind::Mdn | MessageKind::Dsn | MessageKind::Other => {
            return None;
        }
    };
    Some(seen.to_owned())
}
