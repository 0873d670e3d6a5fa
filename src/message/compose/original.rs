//! A message taken along: whether it may be, and as what part.

use super::{Error, Original, OriginalRelation};
use crate::{
    message::{
        Mail,
        inspect::ReadOptions,
        view::header,
        write::{self, Content, Fields, Part},
    },
    model::{MessageKind, voice::VoiceFormat},
};

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
    pub fn of(original: &Original<'_>, format: Option<VoiceFormat>) -> Result<Self, Error> {
        if original.raw.trim_ascii().is_empty() {
            return Err(Error::Nothing);
        }
        let options = ReadOptions { measure_audio: false, ..ReadOptions::default() };
        let mail = Mail::read(original.raw, &options);
        if let Some(reason) = mail.may_forward.reason() {
            return Err(Error::Refused(reason.to_owned()));
        }
        let mut octets = if write::has_bare_line_end(original.raw) {
            write::canonical(original.raw)
        } else {
            original.raw.to_vec()
        };
        let (fields, _) = header::read(original.raw, 0, false);
        if format == Some(VoiceFormat::Vpim) {
            let mut missing = Vec::new();
            if !fields.has("mime-version") {
                missing.extend_from_slice(b"MIME-Version: 1.0\r\n");
            }
            if !fields.has("content-type") {
                missing.extend_from_slice(b"Content-Type: text/plain; charset=us-ascii\r\n");
            }
            if !missing.is_empty() {
                missing.append(&mut octets);
                octets = missing;
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
