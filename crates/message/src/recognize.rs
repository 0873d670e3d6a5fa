//! What a message is: the ladder of evidence (decision E16, docs/standards.md 18).
//!
//! First rung that holds decides; what else was found is kept as evidence. The last one (`general`)
//! weighs what no row of the vendor table knows. Never decisive:
//! the comment in MIME-Version, X-VoiceMessageDuration and its like alone, a file name, a subject.
//! Vendors' marks come from the table in `vendors`.

use aloud_model::{MessageKind, VoiceContent};

use super::vendors::{Kind, Needs, Scene, Table, Vendor};
use super::view::{Part, Shape, View};

mod evidence;
mod general;
pub mod said;
mod words;

pub use evidence::{Evidence, Found};
pub use general::{ENOUGH, General, Sign};
pub use words::{Folded, List, Words};

/// What was decided, and why.
#[derive(Debug, Default)]
pub struct Recognition<'t> {
    /// The kind.
    pub kind: MessageKind,
    /// Further kinds carried.
    pub also: Vec<MessageKind>,
    /// `vpim2`, `vpim1`, `ivm`, `omtp-vvm` or a vendor's id.
    pub profile: Option<String>,
    /// Strongest first.
    pub evidence: Vec<Evidence>,
    /// The vendor whose fields tell caller, length and so on.
    pub vendor: Option<&'t Vendor>,
    /// A telephone system or fax service wrote the words, so its labels can be believed.
    pub worded: bool,
    /// From is a machine and not the caller.
    pub robot: bool,
    /// What its words say, where they were read to decide.
    pub said: Option<said::Said>,
}

/// What a part's content is, from its type, else its name, else its first octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// Sound.
    Audio,
    /// image/tiff.
    Tiff,
    /// Another picture.
    Image,
    /// Moving pictures.
    Video,
    /// A contact card.
    Card,
    /// text/plain and unknown text.
    Text,
    /// text/html.
    Html,
    /// PDF or PostScript.
    Document,
    /// The machine's part of a report.
    Report,
    /// A whole message.
    Original,
    /// Anything else.
    Other,
}

const AUDIO_NAMES: [&str; 16] = [
    "wav", "wav49", "gsm", "au", "snd", "ulaw", "alaw", "sln", "mp3", "amr", "ogg", "opus", "m4a",
    "aac", "726", "wma",
];

/// The medium of a leaf.
#[must_use]
pub fn medium(part: &Part<'_>) -> Medium {
    if part.shape == Shape::Original {
        return Medium::Original;
    }
    let media_type = part.content.value.as_str();
    match media_type {
        "text/html" | "application/xhtml+xml" => return Medium::Html,
        "text/directory"
        | "application/directory"
        | "text/vcard"
        | "text/x-vcard"
        | "application/vcard" => return Medium::Card,
        "message/disposition-notification"
        | "message/delivery-status"
        | "message/global-disposition-notification"
        | "message/global-delivery-status"
        | "message/feedback-report"
        | "text/rfc822-headers"
        | "text/rfc822-header"
        | "message/global-headers" => return Medium::Report,
        "image/tiff" | "image/tif" | "image/x-tiff" | "image/tiff-fx" => return Medium::Tiff,
        "application/ogg" | "application/x-ogg" => return Medium::Audio,
        "application/pdf" | "application/postscript" => return Medium::Document,
        _ => {}
    }
    match part.main_type() {
        "audio" => Medium::Audio,
        "image" => Medium::Image,
        "video" => Medium::Video,
        "application" | "voice" | "file" => by_name(part),
        "text" => Medium::Text,
        _ => Medium::Other,
    }
}

/// For application/octet-stream and its like: the extension, then the first octets.
fn by_name(part: &Part<'_>) -> Medium {
    if !matches!(
        part.content.value.as_str(),
        "application/octet-stream"
            | "application/binary"
            | "application/x-binary"
            | "application/x-unknown"
            | "voice/message"
            | "file/unknown"
    ) && part.main_type() == "application"
    {
        return Medium::Other;
    }
    let name = part.filename().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "tif" | "tiff" => return Medium::Tiff,
        "vcf" => return Medium::Card,
        "pdf" | "ps" => return Medium::Document,
        known if AUDIO_NAMES.contains(&known) => return Medium::Audio,
        _ => {}
    }
    let start = part.body.get(..part.body.len().min(96)).unwrap_or_default();
    let start = super::view::encoding::decode(start, part.encoding).octets;
    let is = |magic: &[u8], at: usize| start.get(at..).is_some_and(|s| s.starts_with(magic));
    if (is(b"RIFF", 0) && is(b"WAVE", 8)) || is(b".snd", 0) || is(b"#!AMR", 0) || is(b"OggS", 0) {
        Medium::Audio
    } else if is(b"II*\0", 0) || is(b"MM\0*", 0) {
        Medium::Tiff
    } else {
        Medium::Other
    }
}

/// The `voice=` of a part, with the spellings of one product family (`video=`, `category=`).
#[must_use]
pub fn voice_content(part: &Part<'_>) -> Option<VoiceContent> {
    let disposition = part.disposition.as_ref()?;
    ["voice", "video", "category"]
        .iter()
        .find_map(|name| VoiceContent::parse(&disposition.token(name)?))
}

/// The first multipart of a type in this message, enclosed messages not looked into.
pub fn multipart<'v>(view: &'v View<'v>, media_type: &str) -> Option<&'v Part<'v>> {
    let named = |p: &&Part<'_>| p.main_type() == "multipart" && p.content.value == media_type;
    view.parts.iter().find(named)
}

struct Ladder<'s, 't> {
    scene: &'s Scene<'s>,
    table: &'t Table,
    media: Vec<(&'s Part<'s>, Medium)>,
    out: Recognition<'t>,
}

/// Climbs the ladder.
#[must_use]
pub fn recognize<'t>(scene: &Scene<'_>, table: &'t Table) -> Recognition<'t> {
    let media = scene.view.leaves().map(|p| (p, medium(p))).collect();
    let ladder = Ladder { scene, table, media, out: Recognition::default() };
    ladder.climb()
}

impl<'t> Ladder<'_, 't> {
    fn climb(mut self) -> Recognition<'t> {
        let rungs: [fn(&mut Self) -> Option<MessageKind>; 9] = [
            Self::report,
            Self::structure,
            Self::context,
            Self::marked_part,
            Self::overruled,
            Self::sure_vendor,
            Self::only_fax,
            Self::likely_vendor,
            Self::general,
        ];
        let mut kind = None;
        for rung in rungs {
            kind = kind.or_else(|| rung(&mut self));
        }
        self.out.kind = kind.unwrap_or_default();
        if self.out.vendor.is_none() {
            self.out.vendor = self.best_vendor(self.out.kind).map(|(vendor, _)| vendor);
        }
        let special = matches!(self.out.kind, MessageKind::Voice | MessageKind::Fax);
        self.out.worded |= special && self.out.vendor.is_some();
        self.out.robot |= self.out.vendor.is_some_and(|vendor| vendor.robot);
        self.supporting_evidence();
        self.out.also = self.also();
        self.out.profile = self.profile();
        self.out
    }

    fn has(&self, medium: Medium) -> bool {
        self.media.iter().any(|(_, m)| *m == medium)
    }

    fn says(&mut self, evidence: Evidence) {
        if !self.out.evidence.contains(&evidence) {
            self.out.evidence.push(evidence);
        }
    }

    fn has_said(&self, evidence: &Evidence) -> bool {
        self.out.evidence.contains(evidence)
    }

    /// Rung 1: a report is a report, whatever it contains.
    fn report(&mut self) -> Option<MessageKind> {
        let leaf = |name: &str| self.media.iter().any(|(p, _)| p.is(name));
        let mdn = leaf("message/disposition-notification")
            || leaf("message/global-disposition-notification");
        let dsn = leaf("message/delivery-status") || leaf("message/global-delivery-status");
        let report = multipart(self.scene.view, "multipart/report");
        let named = report.and_then(|p| p.content.token("report-type")).unwrap_or_default();
        let kind = match named.as_str() {
            // What it holds counts where the name says something else.
            "disposition-notification" if mdn || !dsn => MessageKind::Mdn,
            "delivery-status" if dsn || !mdn => MessageKind::Dsn,
            _ if mdn => MessageKind::Mdn,
            _ if dsn => MessageKind::Dsn,
            _ if report.is_some() => MessageKind::Other,
            _ => return None,
        };
        if report.is_some() {
            self.says(Evidence::Report);
        }
        if !named.is_empty() {
            self.says(Evidence::ReportType(super::display::clean(&named)));
        }
        if mdn {
            self.says(Evidence::NotificationPart);
        }
        if dsn {
            self.says(Evidence::StatusPart);
        }
        Some(kind)
    }

    /// Rung 2: the type made for it, unless it is a greeting.
    fn structure(&mut self) -> Option<MessageKind> {
        if multipart(self.scene.view, "multipart/voice-message").is_some() {
            if let Some((vendor, why)) = self.vendor_of(Kind::Other, true) {
                self.says(Evidence::Vendor(why));
                self.says(Evidence::VoiceStructure);
                self.out.vendor = Some(vendor);
                return Some(MessageKind::Other);
            }
            self.says(Evidence::VoiceStructure);
            return Some(MessageKind::Voice);
        }
        multipart(self.scene.view, "multipart/fax-message").map(|_| {
            self.says(Evidence::FaxStructure);
            MessageKind::Fax
        })
    }

    /// Rung 3: what the sender says it is (RFC 3458). At most one field counts, unknown is none.
    fn context(&mut self) -> Option<MessageKind> {
        let context = self.scene.view.header().token("message-context")?.to_ascii_lowercase();
        let kind = match context.as_str() {
            "voice-message" => MessageKind::Voice,
            "fax-message" => MessageKind::Fax,
            "video-message" => MessageKind::Video,
            "pager-message" => MessageKind::Other,
            _ if context.starts_with("x-voice-gr") => MessageKind::Other,
            _ => return None,
        };
        self.says(Evidence::Context(super::display::clean(&context)));
        Some(kind)
    }

    /// Rung 4: a part that calls itself a voice message.
    fn marked_part(&mut self) -> Option<MessageKind> {
        let marked = self.media.iter().any(|(part, medium)| {
            *medium == Medium::Audio
                && part.depth <= 1
                && voice_content(part) == Some(VoiceContent::VoiceMessage)
        });
        marked.then(|| {
            self.says(Evidence::MarkedPart);
            MessageKind::Voice
        })
    }

    /// Before the marks of vendors: the user's table says that this is ordinary mail.
    fn overruled(&mut self) -> Option<MessageKind> {
        let (_, why) = self.vendor_of(Kind::Mail, false)?;
        self.says(Evidence::Vendor(why));
        Some(MessageKind::Email)
    }

    /// Rungs 5 and 6: a field that only a voice mail or fax system writes, and the right medium.
    fn sure_vendor(&mut self) -> Option<MessageKind> {
        let (vendor, why, kind) = [Kind::Other, Kind::Voice, Kind::Fax]
            .into_iter()
            .find_map(|kind| self.vendor_of(kind, true).map(|(v, why)| (v, why, kind)))?;
        self.out.vendor = Some(vendor);
        self.says(Evidence::Vendor(why));
        Some(match kind {
            Kind::Voice => MessageKind::Voice,
            Kind::Fax => MessageKind::Fax,
            Kind::Other => MessageKind::Other,
            Kind::Mail => MessageKind::Email,
        })
    }

    /// Rung 7: fax pages and nothing else (RFC 2302).
    fn only_fax(&mut self) -> Option<MessageKind> {
        let faxbw = |p: &Part<'_>| p.content.token("application").as_deref() == Some("faxbw");
        let mut pages = 0;
        let mut marked = false;
        for (part, medium) in &self.media {
            match medium {
                Medium::Tiff => {
                    pages += 1;
                    marked |= faxbw(part);
                }
                Medium::Text | Medium::Html | Medium::Card => {}
                _ => return None,
            }
        }
        let alone = self.media.len() == pages;
        (pages > 0 && (marked || alone)).then(|| {
            self.says(if marked { Evidence::FaxApplication } else { Evidence::FaxAlone });
            MessageKind::Fax
        })
    }

    /// Rung 8: one recording, nothing else attached, and a sender or subject that voice mail systems
    /// use.
    fn likely_vendor(&mut self) -> Option<MessageKind> {
        let audio = self.media.iter().filter(|(_, m)| *m == Medium::Audio).count();
        let plain = self.media.iter().all(|(part, medium)| match medium {
            Medium::Audio | Medium::Text | Medium::Html => true,
            Medium::Image => part.header.has("content-id"),
            _ => false,
        });
        if !plain {
            return None;
        }
        let (kind, found) = if audio == 1 {
            (MessageKind::Voice, self.vendor_of(Kind::Voice, false)?)
        } else {
            (MessageKind::Other, self.vendor_of(Kind::Other, false)?)
        };
        self.out.vendor = Some(found.0);
        self.says(Evidence::Vendor(found.1));
        Some(kind)
    }

    /// Rung 9: independent signs, weighed.
    fn general(&mut self) -> Option<MessageKind> {
        let missing = self.scene.missing;
        let found = general::judge(self.scene, &self.media, &self.table.general, missing)?;
        self.says(Evidence::General(found.kind));
        for sign in found.signs {
            self.says(Evidence::Sign(sign));
        }
        self.out.worded = true;
        self.out.robot = found.robot;
        self.out.said = Some(found.said);
        Some(found.kind)
    }

    fn meets(&self, needs: Needs) -> bool {
        match needs {
            Needs::Audio => self.has(Medium::Audio),
            Needs::Image => self.has(Medium::Tiff) || self.has(Medium::Image),
            Needs::Document => {
                self.has(Medium::Tiff) || self.has(Medium::Document) || self.has(Medium::Image)
            }
            Needs::Nothing => true,
        }
    }

    /// The first row of a kind whose mark (sure, or any) and needs are met.
    fn vendor_of(&self, kind: Kind, sure: bool) -> Option<(&'t Vendor, Found)> {
        let mut likely = None;
        for row in self.table.rows.iter().filter(|row| row.kind == kind) {
            match row.mark(self.scene) {
                Some(found) if !found.likely && self.meets(row.needs) => return Some((row, found)),
                Some(found) if !sure && self.meets(row.needs) => {
                    likely = likely.or(Some((row, found)));
                }
                _ => {}
            }
        }
        likely
    }

    /// The vendor of a message whose kind something else has decided.
    fn best_vendor(&self, kind: MessageKind) -> Option<(&'t Vendor, Found)> {
        match kind {
            MessageKind::Voice => self.vendor_of(Kind::Voice, false),
            MessageKind::Fax => self.vendor_of(Kind::Fax, false),
            _ => None,
        }
    }

    /// What else points the same way.
    fn supporting_evidence(&mut self) {
        if self.out.kind == MessageKind::Voice {
            self.context().filter(|k| *k == MessageKind::Voice);
            self.marked_part();
            if let Some((_, why)) = self.vendor_of(Kind::Voice, true) {
                self.says(Evidence::Vendor(why));
            }
            if self.has(Medium::Audio) && !self.has_said(&Evidence::General(MessageKind::Voice)) {
                self.says(Evidence::AudioPart);
            }
        } else if self.out.kind == MessageKind::Fax {
            self.context();
            if self.has(Medium::Tiff) && !self.has_said(&Evidence::General(MessageKind::Fax)) {
                self.says(Evidence::TiffPart);
            }
        }
    }

    fn also(&self) -> Vec<MessageKind> {
        let mut also = Vec::new();
        match self.out.kind {
            MessageKind::Voice => {
                also.extend(self.has(Medium::Tiff).then_some(MessageKind::Fax));
                also.extend(self.has(Medium::Video).then_some(MessageKind::Video));
            }
            MessageKind::Fax => also.extend(self.has(Medium::Audio).then_some(MessageKind::Voice)),
            MessageKind::Video => {
                also.extend(self.has(Medium::Audio).then_some(MessageKind::Voice));
            }
            _ => {}
        }
        also
    }

    fn profile(&self) -> Option<String> {
        let vendor = self.out.vendor.map(|v| v.id.clone());
        if self.out.kind != MessageKind::Voice {
            return vendor;
        }
        let Some(structure) = multipart(self.scene.view, "multipart/voice-message") else {
            let standard = self.scene.view.header().has("message-context")
                || self.media.iter().any(|(part, _)| voice_content(part).is_some());
            return vendor.or_else(|| standard.then(|| "ivm".to_owned()));
        };
        let version = structure.content.token("version").unwrap_or_default();
        let major = version.split('.').next().and_then(|v| v.trim().parse::<u32>().ok());
        let comment = self.scene.view.header().text("mime-version").unwrap_or_default();
        let comment = comment.to_ascii_lowercase();
        let at_top = structure.depth == 0 || comment.contains("voice 2");
        match major {
            // Somebody who passed a voice message on in a wrapper is no VPIM system (RFC 4239 9.1).
            Some(2..) => at_top.then(|| "vpim2".to_owned()).or(vendor),
            Some(_) => Some("vpim1".to_owned()),
            None if vendor.is_some() => vendor,
            // RFC 1911 knows one codec; visual voice mail stores, which leave out the version too,
            // use others.
            None if comment.contains("voice 1")
                || is_vpim1(self.scene.view)
                || self.media.iter().any(|(part, _)| part.is("audio/32kadpcm")) =>
            {
                Some("vpim1".to_owned())
            }
            None => Some("omtp-vvm".to_owned()),
        }
    }
}

/// Whether the parts of a voice message have their roles by position: VPIM version 1 has no version
/// parameter and no `voice=`, and exactly three audio parts (RFC 2423 section 3.1, RFC 1911).
pub fn is_vpim1(view: &View<'_>) -> bool {
    let Some(structure) = multipart(view, "multipart/voice-message") else { return false };
    let audio: Vec<_> = view.leaves().filter(|p| medium(p) == Medium::Audio).collect();
    structure.content.token("version").is_none_or(|v| v.starts_with('1'))
        && audio.len() == 3
        && audio.iter().all(|p| voice_content(p).is_none())
}
