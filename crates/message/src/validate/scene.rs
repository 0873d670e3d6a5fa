//! A message as the rules see it: taken apart, decoded and measured once.

use super::lex;
use crate::view::{self, AddressEntry, Header, Part, Shape, View, mailbox};
use aloud_codec::{self as codec, Hint, Limits};
use aloud_model::VoiceContent;

/// What a message is checked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// VPIM version 2 (RFC 3801, 2421).
    Vpim,
    /// Internet Voice Messaging (RFC 4239).
    Ivm,
    /// Neither: only the general rules apply.
    Mail,
}

impl Profile {
    /// The word of the command line and of JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vpim => "vpim",
            Self::Ivm => "ivm",
            Self::Mail => "mail",
        }
    }
}

/// Recordings that are decoded to be measured.
const MEASURED_MAX: usize = 64;
/// Levels of enclosed messages that are looked into.
const NESTED_DEPTH: usize = 16;
/// Enclosed messages that are looked into.
const NESTED_MAX: usize = 200;

/// Fields that hold addresses.
pub(super) const ADDRESS_FIELDS: [&str; 7] =
    ["From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Disposition-Notification-To"];

/// What a leaf holds.
#[derive(Default)]
pub(super) struct Content {
    pub octets: Vec<u8>,
    /// The transfer encoding was damaged.
    pub damaged: bool,
    /// Length of a recording, or why there is none. `None` for what is no recording and was not
    /// measured.
    pub length: Option<Result<f64, String>>,
}

/// A message inside the message.
pub(super) struct Nested<'a> {
    /// 1 for one that is a part of the message itself.
    pub depth: usize,
    /// Where: `2` or `2/3`.
    pub path: String,
    pub header: Header<'a>,
}

/// An address and the field it stands in.
pub(super) struct Listed {
    pub field: &'static str,
    pub mailbox: AddressEntry,
}

pub(super) struct Scene<'a> {
    pub raw: &'a [u8],
    /// The file has LF alone throughout; `raw` is what it would be on the wire.
    pub stored: bool,
    pub profile: Profile,
    pub view: View<'a>,
    /// Where the body of the message begins.
    pub body_at: usize,
    /// Content of each part of `view`, empty for those that hold parts.
    content: Vec<Content>,
    /// The multipart/voice-message.
    pub container: Option<usize>,
    /// The multipart/report.
    pub report: Option<usize>,
    pub nested: Vec<Nested<'a>>,
    pub addresses: Vec<Listed>,
}

impl<'a> Scene<'a> {
    /// `measure`: recordings are decoded to know their length.
    pub fn read(raw: &'a [u8], stored: bool, wanted: Option<Profile>, measure: bool) -> Self {
        let view = View::parse(raw);
        let find = |media_type: &str| {
            view.parts.iter().position(|p| p.is(media_type) && p.shape == Shape::Multipart)
        };
        let (container, report) = (find("multipart/voice-message"), find("multipart/report"));
        // A report may return a whole voice message; only what is outside of it counts.
        let report = report.filter(|at| container.is_none_or(|c| at < &c));
        let profile = wanted.unwrap_or_else(|| claimed(&view, container, report));
        let content = contents(&view, measure);
        let addresses = addresses(view.header());
        let nested = nested(&view);
        let (_, body_at) = view::header::read(raw, 0, false);
        Self { raw, stored, profile, view, body_at, content, container, report, nested, addresses }
    }

    pub fn header(&self) -> &Header<'a> {
        self.view.header()
    }

    /// A part's content.
    pub fn content(&self, index: usize) -> &Content {
        static EMPTY: Content = Content { octets: Vec::new(), damaged: false, length: None };
        self.content.get(index).unwrap_or(&EMPTY)
    }

    /// The parts with their index, multiparts too.
    pub fn parts(&self) -> impl Iterator<Item = (usize, &Part<'a>)> {
        self.view.parts.iter().enumerate()
    }

    /// Leaves and their content.
    pub fn leaves(&self) -> impl Iterator<Item = (&Part<'a>, &Content)> {
        self.parts()
            .filter(|(_, p)| p.shape != Shape::Multipart)
            .map(|(index, part)| (part, self.content(index)))
    }

    /// The recordings of this message, not of those inside.
    pub fn audio(&self) -> impl Iterator<Item = (&Part<'a>, &Content)> {
        self.leaves().filter(|(part, _)| part.main_type() == "audio")
    }

    /// The recordings that are the message or its introduction: neither name nor subject.
    pub fn main_audio(&self) -> Option<&Part<'a>> {
        let spoken = |part: &Part<'_>| {
            role(part).is_some_and(|role| {
                !matches!(role, VoiceContent::VoiceMessage | VoiceContent::VoiceMessageNotification)
            })
        };
        let main = |part: &Part<'_>| role(part) == Some(VoiceContent::VoiceMessage);
        let parts = || self.audio().map(|(part, _)| part);
        parts().find(|p| main(p)).or_else(|| parts().find(|p| !spoken(p)))
    }

    /// The direct children of a multipart.
    pub fn children(&self, parent: usize) -> impl Iterator<Item = (usize, &Part<'a>)> {
        self.parts().filter(move |(_, part)| part.parent == Some(parent))
    }

    /// The children of the multipart/voice-message.
    pub fn voice_children(&self) -> impl Iterator<Item = (usize, &Part<'a>)> {
        let container = self.container;
        self.parts().filter(move |(_, p)| container.is_some() && p.parent == container)
    }

    /// The report-type of the report.
    pub fn report_type(&self) -> Option<String> {
        self.view.parts.get(self.report?)?.content.token("report-type")
    }

    pub fn is_mdn(&self) -> bool {
        self.is_report_with("disposition-notification")
    }

    pub fn is_dsn(&self) -> bool {
        self.is_report_with("delivery-status")
    }

    fn is_report_with(&self, kind: &str) -> bool {
        let part = format!("message/{kind}");
        match (self.report, self.report_type()) {
            (_, Some(said)) if said == kind => true,
            (Some(_), None) => self.view.leaves().any(|p| p.content.value == part),
            _ => false,
        }
    }

    /// The part with a media type inside the report.
    pub fn report_part(&self, media_type: &str) -> Option<(&Part<'a>, &Content)> {
        self.report?;
        self.leaves().find(|(part, _)| part.is(media_type))
    }

    /// The addresses of a field.
    pub fn in_field<'s>(&'s self, field: &'s str) -> impl Iterator<Item = &'s AddressEntry> {
        self.addresses.iter().filter(move |l| l.field == field).map(|l| &l.mailbox)
    }

    /// The recipients that the header names.
    pub fn recipients(&self) -> impl Iterator<Item = &Listed> {
        self.addresses.iter().filter(|l| matches!(l.field, "To" | "Cc" | "Bcc"))
    }

    /// Where enclosed messages stand in the octets; nothing there may be changed by who encloses.
    pub fn enclosed(&self, at: usize) -> bool {
        self.view.parts.iter().any(|p| {
            p.shape == Shape::Original && (p.offset()..p.offset() + p.body.len()).contains(&at)
        })
    }

    /// Whether a mail server has passed the message on.
    pub fn was_transported(&self) -> bool {
        self.header().has("received")
    }
}

/// `voice=` as RFC 3801 section 4.3.2 has it.
pub(super) fn role(part: &Part<'_>) -> Option<VoiceContent> {
    VoiceContent::parse(&part.disposition.as_ref()?.text("voice")?)
}

/// `part 2.1`, or the message itself.
pub(super) fn place(part: &Part<'_>) -> String {
    if part.path.is_empty() || part.parent.is_none() {
        "the message".into()
    } else {
        format!("part {}", part.path)
    }
}

/// The declared transfer encoding in lower case; `7bit` where none is named.
pub(super) fn declared_encoding(part: &Part<'_>) -> String {
    let named = part.header.token("content-transfer-encoding");
    named.map_or_else(|| "7bit".into(), |name| name.to_ascii_lowercase())
}

fn claimed(view: &View<'_>, container: Option<usize>, report: Option<usize>) -> Profile {
    let context = view.header().token("message-context").map(|v| v.to_ascii_lowercase());
    if container.is_some() && report.is_none() {
        Profile::Vpim
    } else if report.is_none()
        && (context.as_deref() == Some("voice-message")
            || view.leaves().any(|p| p.main_type() == "audio" && role(p).is_some()))
    {
        Profile::Ivm
    } else {
        Profile::Mail
    }
}

fn contents(view: &View<'_>, measure: bool) -> Vec<Content> {
    let mut measured = if measure { 0 } else { MEASURED_MAX };
    let content = |part: &Part<'_>| {
        if part.shape == Shape::Multipart || part.shape == Shape::Original {
            return Content::default();
        }
        let decoded = part.decode();
        let length = (part.main_type() == "audio" && measured < MEASURED_MAX).then(|| {
            measured += 1;
            let name = part.filename();
            let hint = Hint { media_type: &part.content.value, filename: name.as_deref() };
            match codec::decode(&decoded.octets, hint, Limits::default()) {
                Ok(pcm) => Ok(pcm.samples.len() as f64 / f64::from(pcm.rate.max(1))),
                Err(error) => Err(error.to_string()),
            }
        });
        Content { octets: decoded.octets, damaged: decoded.damaged, length }
    };
    view.parts.iter().map(content).collect()
}

fn addresses(header: &Header<'_>) -> Vec<Listed> {
    let mut list = Vec::new();
    for field in ADDRESS_FIELDS {
        for value in header.all(field) {
            let read = |mailbox| Listed { field, mailbox };
            list.extend(mailbox::parse(value).into_iter().map(read));
        }
    }
    list
}

/// All messages inside, outermost first within a chain. Ones that are (against RFC 2046) encoded are
/// not looked into.
fn nested<'a>(view: &View<'a>) -> Vec<Nested<'a>> {
    let mut found = Vec::new();
    let originals = |view: &View<'a>, above: &str| -> Vec<(String, &'a [u8])> {
        let inside = |p: &Part<'a>| (format!("{above}{}", p.path), p.body);
        let leaves = view.parts.iter().filter(|p| p.shape == Shape::Original);
        leaves.map(inside).take(NESTED_MAX).collect()
    };
    let mut level = originals(view, "");
    for depth in 1..=NESTED_DEPTH {
        let mut next = Vec::new();
        for (path, octets) in level {
            if found.len() >= NESTED_MAX {
                return found;
            }
            let inner = View::parse(octets);
            next.extend(originals(&inner, &format!("{path}/")));
            found.push(Nested { depth, path, header: inner.header().clone() });
        }
        level = next;
    }
    found
}

/// The first values of a named field in a block of fields, unfolded.
pub(super) fn values(header: &Header<'_>, name: &str) -> Vec<String> {
    header.all(name).map(lex::unfolded).collect()
}
