//! Building messages: VPIM (RFC 2421, 3801), Internet Voice Messaging (RFC 4239), the friendly form
//! with a WAV, and text mail; new, in reply and forwarded.
//!
//! [`build`] turns a [`Letter`] into the octets that are stored in Sent and put on the wire, once and
//! for all. Given the same letter and [`Seed`] it gives the same octets. It checks what no later step
//! can repair: an empty recording, an address no field can carry, text or attachments in a VPIM
//! message (E13), and an original whose Sensitivity forbids forwarding (C2), at any nesting level.
//!
//! The original of a forward travels untouched as message/rfc822: RFC 2046 section 5.2.1 allows no
//! transfer encoding for it, so one with 8-bit octets, NUL or overlong lines makes the whole message
//! 8bit ([`needs_8bit`] tells the SMTP side). Only lone CR or LF become CRLF, because they may not
//! travel at all (RFC 5321 section 2.3.8), and in VPIM a missing MIME-Version or Content-Type is put
//! before it (RFC 3801 section 4.8). A Bcc field of the original stays where it is.
//!
//! Where the original has no header that says what it is, VPIM wants one made from what is known
//! ([`Known`]). A fax that is no TIFF-F is made one: MH, one strip a page (RFC 2306).
//!
//! Who gets which format, drafts, the outbox and the envelope are the engine's. Tests: below and
//! `tests/message/compose.rs`.

mod fax;
mod header;
mod original;
mod subject;
mod voice;

use crate::{
    Refusal,
    card::CardDoc,
    display,
    mail::COVER_ID,
    write::{self, Content, Fields, Part},
};
use aloud_codec::Pcm;
use aloud_model::{AddrSpec, Address, DateTime, Importance, VoiceContent, voice::VoiceFormat};

pub use voice::file_name;

pub(super) use header::message_id;
pub use subject::{Threading, forward_subject, reply_recipients, reply_subject, threading};

pub(super) use voice::part as voice_part;

/// Most entries of References that are written (T14): the first and the last of a longer list.
pub const REFERENCES_MAX: usize = 50;

/// What makes one message different from another: its moment and its identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// The Date field: when Send was pressed.
    pub date: DateTime,
    /// What stands after the `@` of identifiers.
    pub domain: String,
    /// Unique text before it; letters, digits, dots and hyphens. Boundaries and Content-IDs derive
    /// from it.
    pub token: String,
}

impl Seed {
    /// The message's own identifier, without angle brackets.
    #[must_use]
    pub fn message_id(&self) -> String {
        self.id("")
    }

    /// An identifier of a part, without angle brackets.
    fn id(&self, prefix: &str) -> String {
        let keep = |text: &str, fallback: &str| {
            let clean: String = text
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
                .collect();
            let clean = clean.trim_matches('.');
            if clean.is_empty() { fallback.to_owned() } else { clean.to_owned() }
        };
        format!("{prefix}{}@{}", keep(&self.token, "0"), keep(&self.domain, "aloud.invalid"))
    }
}

/// The recordings of a message, at any sampling rate.
#[derive(Debug, Clone, Copy, Default)]
pub struct VoiceParts<'a> {
    /// The message itself, or the introduction of a forward.
    pub voice: Option<&'a Pcm>,
    /// The sender's name.
    pub spoken_name: Option<&'a Pcm>,
    /// The subject.
    pub spoken_subject: Option<&'a Pcm>,
}

/// A message taken along.
#[derive(Debug, Clone, Copy)]
pub struct Original<'a> {
    /// Its octets as they came.
    pub raw: &'a [u8],
    /// Why it is taken along.
    pub relation: OriginalRelation,
}

/// What a mailbox or a gateway knows of a message whose header is not available (RFC 3801
/// section 4.8). Used in VPIM, where the header of an original lacks From, Subject and Date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Who it is from.
    pub from: Option<Address>,
    /// When it came.
    pub date: Option<DateTime>,
    /// What it is about.
    pub subject: Option<String>,
}

/// Why an original is taken along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginalRelation {
    /// It is forwarded: Message-Context is copied (RFC 3458 section 4).
    Forward,
    /// The reply quotes it.
    Reply,
}

/// Our own contact card.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnCard {
    /// What is on it. Name and SOUND are set to agree with the message it travels in.
    pub doc: CardDoc,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name; only the last component is used.
    pub filename: String,
    /// `application/pdf`; `application/octet-stream` when it is no media type.
    pub media_type: String,
    /// Its content.
    pub octets: Vec<u8>,
}

/// Everything a message is made of. Fill what is needed: `Letter { to, ..Letter::new(from) }`.
#[derive(Debug, Clone)]
pub struct Letter<'a> {
    /// Who it is from.
    pub from: Address,
    /// To; never empty together with `cc`.
    pub to: Vec<Address>,
    /// Cc.
    pub cc: Vec<Address>,
    /// Subject; a generic one is used for voice and fax when it is empty.
    pub subject: String,
    /// The voice format; `None` for text mail.
    pub format: Option<VoiceFormat>,
    /// The recordings.
    pub parts: VoiceParts<'a>,
    /// A text by the sender. Never with VPIM.
    pub text: Option<&'a str>,
    /// What stands there for people whose program shows text only, when there is no `text`. Not used
    /// with VPIM, nor for text mail.
    pub cover: &'a str,
    /// Importance; `Normal` is not written.
    pub importance: Importance,
    /// `Sensitivity: Private`.
    pub private: bool,
    /// Where answers shall go, when not to the sender and only if the user asked for it (RFC 3801
    /// section 4.2.8). Our card prefers this address then.
    pub reply_to: Option<AddrSpec>,
    /// Where a receipt shall go.
    pub receipt_to: Option<AddrSpec>,
    /// Our contact card (C1: the caller decides).
    pub card: Option<OwnCard>,
    /// A message taken along.
    pub original: Option<Original<'a>>,
    /// What is known of it besides its octets.
    pub known: Known,
    /// The message answered, without angle brackets.
    pub in_reply_to: Option<String>,
    /// The conversation, oldest first, without angle brackets.
    pub references: Vec<String>,
    /// Language of the recordings ("en-CA").
    pub language: Option<String>,
    /// A recipient is a list that cannot be written out: no To and Cc on the wire (C15).
    pub list_recipients: bool,
    /// Fax pages as a TIFF-F file (RFC 2306).
    pub fax: Option<&'a [u8]>,
    /// Files. Never with VPIM.
    pub attachments: Vec<Attachment>,
    /// Further fields of free text, such as Caller-ID. The names are the program's own.
    pub fields: Vec<(&'static str, String)>,
}

impl<'a> Letter<'a> {
    /// A letter with nothing in it yet.
    #[must_use]
    pub fn new(from: Address) -> Self {
        Self {
            from,
            to: Vec::new(),
            cc: Vec::new(),
            subject: String::new(),
            format: None,
            parts: VoiceParts::default(),
            text: None,
            cover: "",
            importance: Importance::Normal,
            private: false,
            reply_to: None,
            receipt_to: None,
            card: None,
            original: None,
            known: Known::default(),
            in_reply_to: None,
            references: Vec::new(),
            language: None,
            list_recipients: false,
            fax: None,
            attachments: Vec::new(),
            fields: Vec::new(),
        }
    }
}

/// What VPIM has no place for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotInVpim {
    /// A text by the sender.
    Text,
    /// Files.
    Attachments,
    /// An address whose domain is a name of the own network alone: other systems could not answer it
    /// (RFC 3801 section 4.1).
    BareDomain(String),
}

/// Why a message is not built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A rule forbids it.
    #[error("a rule forbids it: {0:?}")]
    Refused(Refusal),
    /// A recording without sound.
    #[error("the recording is empty ({0:?})")]
    EmptyRecording(VoiceContent),
    /// Neither voice, text, fax, original nor attachment.
    #[error("there is nothing to send")]
    Nothing,
    /// Nobody to send it to.
    #[error("there is no recipient")]
    NoRecipient,
    /// An address that a header field cannot carry.
    #[error("this address cannot be used: {0}")]
    Address(String),
    /// What is given as the language of the recordings is no language tag (RFC 5646).
    #[error("no language tag: {0}")]
    Language(String),
    /// VPIM carries voice, fax and forwarded messages only (E13).
    #[error("a VPIM message cannot carry it: {0:?}")]
    NotInVpim(NotInVpim),
    /// The recording or the pages could not be encoded.
    #[error(transparent)]
    Codec(#[from] aloud_codec::Error),
}

/// Builds the message.
///
/// # Errors
/// [`Error`]; nothing is built then.
pub fn build(letter: &Letter<'_>, seed: &Seed) -> Result<Vec<u8>, Error> {
    check(letter)?;
    let original = match &letter.original {
        Some(original) => Some(original::Embedded::of(original, letter.format, &letter.known)?),
        None => None,
    };
    let context = context(letter, original.as_ref());
    let header = header::write(letter, seed, context.as_deref());
    let body = body(letter, seed, original)?;
    Ok(body.into_message(&header, &seed.token))
}

/// Whether a message that was built holds octets that need 8BITMIME.
#[must_use]
pub fn needs_8bit(message: &[u8]) -> bool {
    !write::is_7bit(message)
}

fn check(letter: &Letter<'_>) -> Result<(), Error> {
    if letter.to.is_empty() && letter.cc.is_empty() {
        return Err(Error::NoRecipient);
    }
    let recipients = || letter.to.iter().chain(&letter.cc).map(|a| &a.addr);
    let own = [&letter.reply_to, &letter.receipt_to].into_iter().flatten();
    let all = recipients().chain([&letter.from.addr]).chain(own);
    for addr in all {
        if write::addr_spec(addr).is_none() {
            return Err(Error::Address(addr.to_string()));
        }
    }
    if recipients().any(AddrSpec::is_non_mail_user) {
        return Err(Error::Refused(Refusal::OutsideRecipient));
    }
    let tag = |t: &str| {
        (1..=35).contains(&t.len()) && t.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    if let Some(language) = letter.language.as_deref().filter(|language| !tag(language)) {
        return Err(Error::Language(language.to_owned()));
    }
    for (pcm, what) in [
        (letter.parts.voice, VoiceContent::VoiceMessage),
        (letter.parts.spoken_name, VoiceContent::OriginatorSpokenName),
        (letter.parts.spoken_subject, VoiceContent::SpokenSubject),
    ] {
        if pcm.is_some_and(|pcm| pcm.samples.is_empty() || pcm.rate == 0) {
            return Err(Error::EmptyRecording(what));
        }
    }
    let fax = letter.fax.is_some_and(|pages| !pages.is_empty());
    let text = letter.text.is_some_and(|text| !text.trim().is_empty());
    let carries = letter.original.is_some() || fax || !letter.attachments.is_empty();
    match letter.format {
        Some(_) if letter.parts.voice.is_none() && !carries => return Err(Error::Nothing),
        None if letter.parts.voice.is_some() => {
            return Err(Error::Refused(Refusal::RecordingInText));
        }
        // An empty text is a message too, if a subject says something.
        None if !text && !carries && letter.subject.trim().is_empty() => {
            return Err(Error::Nothing);
        }
        _ => {}
    }
    if letter.format == Some(VoiceFormat::Vpim) {
        if text {
            return Err(Error::NotInVpim(NotInVpim::Text));
        }
        if !letter.attachments.is_empty() {
            return Err(Error::NotInVpim(NotInVpim::Attachments));
        }
        let bare = |addr: &&AddrSpec| !addr.domain().contains(['.', '[']);
        if let Some(addr) = recipients().chain([&letter.from.addr]).find(bare) {
            return Err(Error::NotInVpim(NotInVpim::BareDomain(addr.to_string())));
        }
    }
    Ok(())
}

/// Message-Context: that of a message forwarded (RFC 3458 section 4), else what this one is.
fn context(letter: &Letter<'_>, original: Option<&original::Embedded>) -> Option<String> {
    let forwarded = original.and_then(|original| original.context.clone());
    let own = if letter.parts.voice.is_some() {
        Some("voice-message")
    } else if letter.fax.is_some() {
        Some("fax-message")
    } else {
        None
    };
    forwarded.or_else(|| own.map(str::to_owned))
}

/// The parts, in the order of RFC 3801 section 4.4: name, subject, voice, fax, original, card.
fn body(
    letter: &Letter<'_>,
    seed: &Seed,
    original: Option<original::Embedded>,
) -> Result<Part, Error> {
    let vpim = letter.format == Some(VoiceFormat::Vpim);
    let mut parts = Vec::new();
    let text = letter.text.filter(|text| !text.trim().is_empty());
    let cover = if letter.format.is_some() && !letter.cover.trim().is_empty() {
        Some(letter.cover)
    } else {
        None
    };
    match (text, cover) {
        (Some(text), _) if !vpim => parts.push(Part::plain(text)),
        (None, Some(cover)) if !vpim => parts.push(cover_part(cover, seed)),
        (None, None) if letter.format.is_none() && original.is_none() => {
            parts.push(Part::plain(""))
        }
        _ => {}
    }
    let name_id = seed.id("name.");
    if let Some(format) = letter.format {
        let language = letter.language.as_deref();
        for (role, pcm, id) in [
            (VoiceContent::OriginatorSpokenName, letter.parts.spoken_name, Some(name_id.as_str())),
            (VoiceContent::SpokenSubject, letter.parts.spoken_subject, None),
            (VoiceContent::VoiceMessage, letter.parts.voice, None),
        ] {
            if let Some(pcm) = pcm {
                parts.push(voice::part(format, role, pcm, language, id)?);
            }
        }
    }
    if let Some(pages) = letter.fax.filter(|pages| !pages.is_empty()) {
        parts.push(fax::part(pages)?);
    }
    parts.extend(letter.attachments.iter().map(attachment));
    if let Some(original) = original {
        parts.push(original.part);
    }
    if let Some(card) = &letter.card {
        let sound = letter.parts.spoken_name.is_some() && letter.format.is_some();
        let sound = sound.then_some(name_id.as_str());
        let doc = voice::agreeing(&card.doc, letter, sound, seed.date);
        // A card in a VPIM message must have a number (RFC 2421 section 4.3.3); one without is of no
        // use to a voice system and stays at home.
        if !vpim || doc.tels.iter().any(|tel| tel.number.trim().starts_with('+')) {
            parts.push(voice::card(&doc, letter.format));
        }
    }
    let alone = letter.format.is_none() && parts.len() == 1 && letter.original.is_none();
    let simple = alone.then(|| parts.pop_if(|p| matches!(p.content, Content::Text(_)))).flatten();
    Ok(simple.unwrap_or_else(|| {
        let kind = if vpim { "multipart/voice-message; version=2.0" } else { "multipart/mixed" };
        Part::new(kind, Content::Parts(parts))
    }))
}

/// The text for programs that cannot show the rest. It is marked as what may be left out (RFC 3459
/// section 3.2) and by its identifier: so it is told from what a sender wrote, in any language.
fn cover_part(text: &str, seed: &Seed) -> Part {
    let mut part = Part::plain(text);
    part.fields.structured("Content-ID", &format!("<{}>", seed.id(COVER_ID)));
    part.fields.parameters("Content-Disposition", "inline", &[("handling", "OPTIONAL")]);
    part
}

fn attachment(attachment: &Attachment) -> Part {
    let token = |t: &str| {
        (1..=127).contains(&t.len())
            && t.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
    };
    let media_type = match attachment.media_type.split_once('/') {
        // A composite type may not be base64 (RFC 2045 section 6.4).
        Some((main, sub))
            if token(main)
                && token(sub)
                && !main.eq_ignore_ascii_case("multipart")
                && !main.eq_ignore_ascii_case("message") =>
        {
            attachment.media_type.as_str()
        }
        _ => "application/octet-stream",
    };
    let name = display::safe_file_name(&attachment.filename).unwrap_or_else(|| "file".into());
    let mut fields = Fields::default();
    fields.parameters("Content-Disposition", "attachment", &[("filename", &name)]);
    Part {
        content_type: media_type.to_owned(),
        fields,
        content: Content::Octets(attachment.octets.clone()),
    }
}
