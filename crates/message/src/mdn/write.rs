//! A receipt built (RFC 8098 section 3). Tests: `tests/message/mdn.rs`.

use crate::{
    Mail, Refusal,
    compose::{self, Seed, message_id, voice_part},
    view::header,
    write::{self, Content, Fields, Part},
};
use aloud_codec::Pcm;
use aloud_model::{AddrSpec, Address, VoiceContent, voice::VoiceFormat};

/// Longest value of a field in the machine-readable part.
const VALUE_MAX: usize = 500;
/// Longest field that goes back.
const RETURNED_MAX: usize = 4 * 1024;
/// Fields of the original that go back.
const RETURNED: [&str; 5] = ["message-id", "date", "from", "to", "subject"];

/// What became of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Played, viewed or read.
    Displayed,
    /// Deleted without being played.
    Deleted,
    /// Sent on without being played.
    Dispatched,
    /// It could not be rendered; the text goes into the Error field ("5.6.1 audio encoding
    /// audio/x-foo not supported").
    ProcessedError(String),
}

/// How the receipt came to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The user agreed to this one.
    Manual,
    /// The user's setting says "always".
    Automatic,
}

/// A receipt to be sent.
#[derive(Debug, Clone)]
pub struct MdnRequest<'a> {
    /// The message it is about; `receipt` says where it goes.
    pub original: &'a Mail,
    /// That message's header as it came (more octets do no harm): Original-Recipient, and what is
    /// returned.
    pub original_header: &'a [u8],
    /// Us.
    pub from: Address,
    /// The address the message came to.
    pub final_recipient: AddrSpec,
    /// What became of it.
    pub disposition: Disposition,
    /// Who decided.
    pub mode: Mode,
    /// Product name and version, nothing about this computer.
    pub reporting_ua: &'a str,
    /// The Subject field.
    pub subject: &'a str,
    /// The readable part.
    pub sentence: &'a str,
    /// The readable part, spoken, for voice systems.
    pub spoken: Option<&'a Pcm>,
}

/// Why no receipt is built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// None was asked for.
    #[error("the message does not ask for a receipt")]
    NotAsked,
    /// A rule forbids it.
    #[error("a rule forbids it: {0:?}")]
    Refused(Refusal),
    /// An address that a header field cannot carry.
    #[error("this address cannot be used: {0}")]
    Address(String),
    /// The spoken part cannot be encoded.
    #[error(transparent)]
    Spoken(compose::Error),
}

/// Builds a receipt; returns its octets and the envelope recipients. The envelope sender is null.
///
/// # Errors
/// [`Error`]: none asked for, a rule forbids it, or an address cannot be written.
pub fn build(request: &MdnRequest<'_>, seed: &Seed) -> Result<(Vec<u8>, Vec<AddrSpec>), Error> {
    let Some(receipt) = &request.original.receipt else {
        return Err(Error::NotAsked);
    };
    if let Some(reason) = &receipt.reason {
        return Err(Error::Refused(reason.clone()));
    }
    if !receipt.may_send || receipt.requested_by.is_empty() {
        return Err(Error::NotAsked);
    }
    let to = receipt.requested_by.clone();
    for addr in to.iter().chain([&request.from.addr, &request.final_recipient]) {
        if write::addr_spec(addr).is_none() {
            return Err(Error::Address(addr.to_string()));
        }
    }
    let (original, _) = header::read(request.original_header, 0, false);
    let about = request.original.message_id.as_deref().and_then(message_id);

    let mut fields = Fields::default();
    fields.addresses("From", std::slice::from_ref(&request.from));
    fields.addresses("To", &to.iter().cloned().map(Address::bare).collect::<Vec<_>>());
    fields.date("Date", seed.date);
    fields.ids("Message-ID", [seed.message_id().as_str()]);
    fields.text("Subject", request.subject);
    if let Some(id) = about {
        fields.ids("In-Reply-To", [id]);
    }
    fields.structured("Auto-Submitted", "auto-replied");
    fields.structured("MIME-Version", "1.0");

    let mut parts = vec![readable(request)?];
    parts.push(Part::new(
        "message/disposition-notification",
        Content::Verbatim(machine_readable(request, &original, about).as_bytes().to_vec()),
    ));
    let returned = returned(&original);
    if !returned.is_empty() {
        parts.push(Part::new("text/rfc822-headers", Content::Verbatim(returned)));
    }
    let report =
        Part::new("multipart/report; report-type=disposition-notification", Content::Parts(parts));
    Ok((report.into_message(&fields, &seed.token), to))
}

/// The part for people: text, or text and speech to choose from (RFC 6522 section 3).
fn readable(request: &MdnRequest<'_>) -> Result<Part, Error> {
    let text = Part::plain(request.sentence);
    let Some(spoken) = request.spoken else {
        return Ok(text);
    };
    let role = VoiceContent::VoiceMessageNotification;
    if spoken.samples.is_empty() || spoken.rate == 0 {
        return Err(Error::Spoken(compose::Error::EmptyRecording(role)));
    }
    let speech = voice_part(VoiceFormat::Vpim, role, spoken, None, None).map_err(Error::Spoken)?;
    Ok(Part::new("multipart/alternative", Content::Parts(vec![text, speech])))
}

/// RFC 8098 section 3.1; 7-bit ASCII by construction.
fn machine_readable(
    request: &MdnRequest<'_>,
    original: &header::Header<'_>,
    about: Option<&str>,
) -> Fields {
    let mut out = Fields::default();
    out.structured("Reporting-UA", request.reporting_ua);
    let as_sent = original.filled("original-recipient");
    if let Some(recipient) = as_sent.filter(|value| value.len() <= VALUE_MAX) {
        out.structured("Original-Recipient", &recipient);
    }
    let last = write::addr_spec(&request.final_recipient).unwrap_or_default();
    out.structured("Final-Recipient", &format!("rfc822;{last}"));
    if let Some(id) = about {
        out.ids("Original-Message-ID", [id]);
    }
    let sent = match request.mode {
        Mode::Manual => "manual-action/MDN-sent-manually",
        // The user acted when the setting was made; the action on the message was by hand.
        Mode::Automatic => "manual-action/MDN-sent-automatically",
    };
    let what = match &request.disposition {
        Disposition::Displayed => "displayed",
        Disposition::Deleted => "deleted",
        Disposition::Dispatched => "dispatched",
        Disposition::ProcessedError(_) => "processed/error",
    };
    out.structured("Disposition", &format!("{sent}; {what}"));
    if let Disposition::ProcessedError(text) = &request.disposition {
        let text: String = text.chars().take(VALUE_MAX).collect();
        out.structured("Error", &text);
    }
    out
}

/// The original's identifying fields as they came; one that is not plain ASCII text is left out,
/// because a report part is 7bit, and so is an overlong one.
fn returned(original: &header::Header<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for name in RETURNED {
        for field in original.fields().iter().filter(|f| f.name.eq_ignore_ascii_case(name)) {
            let line = format!("{}:", field.name).into_bytes();
            let line = write::canonical(&[&line, field.value].concat());
            if write::is_7bit(&line) && line.len() <= RETURNED_MAX {
                out.extend_from_slice(&line);
                out.extend_from_slice(b"\r\n");
            }
        }
    }
    out
}
