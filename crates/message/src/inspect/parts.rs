//! What each leaf is for, and whether it can be rendered (RFC 3801 section 4.3, RFC 2423, RFC 3459).

use std::time::Duration;

use crate::display;
use crate::mail::{PartInfo, PartRole, Rendering};
use crate::problem::{PartProblem, Seal};
use crate::recognize::{Medium, is_vpim1, medium, voice_content};
use crate::view::{Encoding, Part, Shape, View};
use crate::wrapped;
use aloud_codec as codec;
use aloud_model::{MessageKind, VoiceContent};

use super::{ReadOptions, document, length};

/// The multiparts around a part whose disposition governs it before its own (RFC 2183 section 2.9);
/// that of the message itself says nothing.
fn around<'s, 'v>(
    view: &'s View<'v>,
    part: &'s Part<'v>,
) -> impl Iterator<Item = &'s Part<'v>> + use<'s, 'v> {
    view.ancestors(part).filter(|above| above.parent.is_some())
}

fn is_attached(part: &Part<'_>) -> bool {
    part.disposition.as_ref().is_some_and(|d| disposition(&d.value) != "inline")
}

/// Whether a part must be rendered (RFC 3459): nothing optional is said of it, nor of a multipart
/// that it belongs to.
pub fn is_required<'v>(view: &View<'v>, part: &Part<'v>) -> bool {
    !is_optional(part) && !around(view, part).any(is_optional)
}

fn is_optional(part: &Part<'_>) -> bool {
    part.disposition
        .as_ref()
        .and_then(|d| d.token("handling").or_else(|| d.token("criticality")))
        .is_some_and(|v| v == "optional" || v == "ignore")
}

/// Decides roles one leaf after another, in order.
pub struct Roles<'s, 'v> {
    view: &'s View<'v>,
    kind: MessageKind,
    by_position: bool,
    audio_seen: usize,
    text_seen: bool,
}

impl<'s, 'v> Roles<'s, 'v> {
    /// For a message of a kind.
    pub fn new(kind: MessageKind, view: &'s View<'v>) -> Self {
        Self { view, kind, by_position: is_vpim1(view), audio_seen: 0, text_seen: false }
    }

    /// The role of the next leaf.
    pub fn next(&mut self, part: &'s Part<'v>) -> PartRole {
        let attached = is_attached(part) || around(self.view, part).any(is_attached);
        match medium(part) {
            Medium::Audio => self.audio(part),
            Medium::Original => PartRole::Original,
            Medium::Report => PartRole::Report,
            Medium::Card => PartRole::Card,
            Medium::Tiff if self.shows_fax(part) => PartRole::Fax,
            Medium::Document | Medium::Image
                if self.kind == MessageKind::Fax && (attached || part.filename().is_some()) =>
            {
                PartRole::Fax
            }
            // Some senders name even the text itself; later named texts are attachments.
            Medium::Text if !attached && (!self.text_seen || part.filename().is_none()) => {
                self.text_seen = true;
                PartRole::Text
            }
            Medium::Html if !attached => PartRole::Html,
            _ => PartRole::Attachment,
        }
    }

    fn shows_fax(&self, part: &Part<'_>) -> bool {
        matches!(self.kind, MessageKind::Fax | MessageKind::Voice | MessageKind::Video)
            || part.content.token("application").as_deref() == Some("faxbw")
    }

    fn audio(&mut self, part: &Part<'_>) -> PartRole {
        let position = self.audio_seen;
        self.audio_seen += 1;
        if let Some(content) = voice_content(part) {
            return match content {
                VoiceContent::VoiceMessage => PartRole::VoiceMessage,
                VoiceContent::VoiceMessageNotification => PartRole::Notification,
                VoiceContent::OriginatorSpokenName => PartRole::SpokenName,
                VoiceContent::RecipientSpokenName => PartRole::RecipientName,
                VoiceContent::SpokenSubject => PartRole::SpokenSubject,
            };
        }
        match self.kind {
            MessageKind::Voice if self.by_position && position == 0 => PartRole::SpokenName,
            MessageKind::Voice if self.by_position && position == 1 => PartRole::SpokenSubject,
            MessageKind::Voice | MessageKind::Fax | MessageKind::Video | MessageKind::Other => {
                PartRole::VoiceMessage
            }
            MessageKind::Mdn | MessageKind::Dsn => PartRole::Notification,
            MessageKind::Email => PartRole::Attachment,
        }
    }
}

/// A leaf described.
pub struct Described {
    /// For the message.
    pub info: PartInfo,
    /// Its octets; nothing for an enclosed message without a transfer encoding.
    pub octets: Vec<u8>,
    /// Its length was found by decoding undamaged audio.
    pub measured: bool,
    /// Fax pages counted.
    pub pages: Option<u32>,
}

/// Describes a leaf. `expected` is its size where its end has not been fetched.
pub fn describe(
    part: &Part<'_>,
    role: PartRole,
    options: &ReadOptions,
    expected: Option<u64>,
) -> Described {
    let decoded = part.decode();
    let octets = decoded.octets;
    let complete = part.is_complete(options.whole);
    let media_type = part.content.value.clone();
    let filename = part.filename().and_then(|name| display::safe_file_name(&display::clean(&name)));
    let mut problem = part.problem.clone();
    if decoded.damaged && complete {
        problem = problem.or(Some(PartProblem::DamagedEncoding));
    }
    if part.main_type() == "text" && wrapped::is_pgp(&octets) {
        problem = problem.or(Some(PartProblem::Sealed(Seal::Pgp)));
    }
    if part.outside.is_some() && is_read(part, role) {
        problem = problem.or(Some(PartProblem::BeginningOnly));
    }
    let mut info = PartInfo {
        path: part.path.clone(),
        depth: part.depth,
        disposition: part.disposition.as_ref().map(|d| disposition(&d.value).into()),
        octets: octets.len(),
        role,
        rendering: Rendering::Other,
        pages: None,
        codec: None,
        decodable: true,
        seconds: None,
        problem,
        content_id: part
            .header
            .first("content-id")
            .and_then(|v| crate::view::mailbox::message_ids(v).into_iter().next()),
        required: !is_optional(part),
        description: part
            .header
            .filled("content-description")
            .map(|v| display::clean(&v))
            .filter(|v| !v.is_empty()),
        media_type,
        filename,
    };
    let mut measured = false;
    let mut pages = None;
    match medium(part) {
        Medium::Audio => {
            let damaged = decoded.damaged;
            measured = audio(&mut info, part, &octets, options, damaged, complete, expected);
        }
        Medium::Tiff => {
            info.rendering = Rendering::Pages;
            pages = fax(&mut info, &octets, complete);
            info.pages = pages;
        }
        Medium::Video => {
            info.decodable = false;
            info.seconds = length::declared(part);
        }
        Medium::Document => {
            info.rendering = Rendering::Document;
            info.pages = document::pdf_pages(&octets);
            info.decodable = false;
        }
        Medium::Other => info.decodable = false,
        Medium::Image => {
            info.decodable = matches!(info.media_type.as_str(), "image/png");
        }
        _ => {}
    }
    // An enclosed message is read from its place; see there.
    let enclosed = part.shape == Shape::Original && part.encoding == Encoding::Identity;
    let octets = if enclosed { Vec::new() } else { octets };
    Described { info, octets, measured, pages }
}

/// Whether something would be read in all of a part. What only sounds, is seen or saved is not; an
/// enclosed message is read from its own parts, unless it is encoded.
fn is_read(part: &Part<'_>, role: PartRole) -> bool {
    match role {
        PartRole::Text
        | PartRole::Html
        | PartRole::Card
        | PartRole::Report
        | PartRole::Transcript => true,
        PartRole::Original => part.encoding != Encoding::Identity,
        PartRole::VoiceMessage
        | PartRole::SpokenName
        | PartRole::SpokenSubject
        | PartRole::RecipientName
        | PartRole::Notification
        | PartRole::Fax
        | PartRole::Attachment => false,
    }
}

/// Unknown disposition types mean attachment (RFC 2183 section 2.8); a field without any says nothing.
fn disposition(value: &str) -> &'static str {
    if matches!(value, "" | "inline") { "inline" } else { "attachment" }
}

/// In multipart/alternative only the part that is shown counts as required: the last that can be
/// rendered, as RFC 2046 section 5.1.4 orders them (RFC 3459 section 12.1).
pub fn settle_alternatives(parts: &mut [PartInfo], view: &View<'_>) {
    let alternatives = view.parts.iter().filter(|p| p.is("multipart/alternative"));
    for path in alternatives.take(100).map(|p| p.path.as_str()) {
        let child = |leaf: &str| -> Option<usize> {
            let rest =
                if path.is_empty() { leaf } else { leaf.strip_prefix(path)?.strip_prefix('.')? };
            rest.split('.').next()?.parse().ok()
        };
        let children: Vec<(usize, bool)> =
            parts.iter().filter_map(|p| Some((child(&p.path)?, p.decodable))).collect();
        let whole = |n: usize| children.iter().filter(|(m, _)| *m == n).all(|(_, ok)| *ok);
        let chosen = children.iter().map(|(n, _)| *n).filter(|n| whole(*n)).max();
        for part in parts.iter_mut() {
            if let Some(n) = child(&part.path)
                && chosen.is_some_and(|chosen| chosen != n)
            {
                part.required = false;
            }
        }
    }
}

/// Fills in what concerns fax pages; returns how many there are.
fn fax(info: &mut PartInfo, octets: &[u8], complete: bool) -> Option<u32> {
    info.codec = Some("TIFF fax".into());
    match codec::fax::pages(octets) {
        Ok(pages) => {
            let coding = pages.first().map_or("", |page| page.coding);
            info.codec = Some(format!("TIFF fax, {coding}"));
            u32::try_from(pages.len()).ok()
        }
        Err(error) if complete => {
            info.decodable = false;
            info.problem.get_or_insert(PartProblem::Fax(error));
            None
        }
        Err(_) => None,
    }
}

/// Fills in what concerns sound; true when the length was measured. A declared length beats one
/// measured on damaged octets.
fn audio(
    info: &mut PartInfo,
    part: &Part<'_>,
    octets: &[u8],
    options: &ReadOptions,
    damaged: bool,
    complete: bool,
    expected: Option<u64>,
) -> bool {
    let name = part.filename();
    let hint = codec::Hint { media_type: &part.content.value, filename: name.as_deref() };
    info.codec = Some(codec::sniff::describe(octets, hint).to_owned());
    info.rendering = Rendering::Sound { code_words: codec::packing(octets, hint).is_some() };
    info.decodable = codec::sniff::form(octets, hint).is_some_and(codec::sniff::Form::is_decodable);
    let by_place = voice_content(part).is_none();
    if complete && octets.is_empty() {
        info.decodable = false;
        info.seconds = Some(0.0);
        // VPIM version 1 tells its three parts by their places, so that an absent name is an empty one.
        let announced = matches!(info.role, PartRole::SpokenName | PartRole::SpokenSubject);
        if !(announced && by_place) {
            info.problem.get_or_insert(PartProblem::Audio(codec::Error::Empty));
        }
        return !damaged;
    }
    let declared = length::declared(part);
    if complete && options.measure_audio {
        match codec::decode(octets, hint, codec::Limits::default()) {
            Ok(pcm) => {
                info.decodable = true;
                if !damaged || declared.is_none() {
                    info.seconds = Some(round(pcm.duration()));
                    return !damaged;
                }
            }
            Err(error) => {
                info.decodable = false;
                info.problem.get_or_insert(PartProblem::Audio(error));
            }
        }
    }
    info.seconds = declared.or_else(|| {
        let size = expected.unwrap_or(octets.len() as u64);
        codec::estimate(octets, hint, size).map(round)
    });
    false
}

/// Milliseconds are enough.
fn round(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}
