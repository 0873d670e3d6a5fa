//! What decided the kind of a message: values only. `wording::recognition` of the program makes
//! sentences of them; scripts read [`Evidence::code`], which no language changes.

use super::Sign;
use crate::vendors::Place;
use aloud_model::MessageKind;

/// One thing that speaks for the kind of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// The outer type is multipart/report.
    Report,
    /// Its report-type parameter, as written.
    ReportType(String),
    /// A message/disposition-notification part.
    NotificationPart,
    /// A message/delivery-status part.
    StatusPart,
    /// multipart/voice-message (RFC 3801).
    VoiceStructure,
    /// multipart/fax-message.
    FaxStructure,
    /// The Message-Context field (RFC 3458), as written.
    Context(String),
    /// A part with `voice=Voice-Message`.
    MarkedPart,
    /// image/tiff with `application=faxbw` (RFC 3302).
    FaxApplication,
    /// image/tiff is the whole content.
    FaxAlone,
    /// A mark of the vendor table.
    Vendor(Found),
    /// No row of the table and no standard says so; the signs that follow were weighed.
    General(MessageKind),
    /// One of them.
    Sign(Sign),
    /// An audio part.
    AudioPart,
    /// An image/tiff part.
    TiffPart,
}

/// A mark of the vendor table that a message carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Id of the row.
    pub id: String,
    /// Name of the system.
    pub name: String,
    /// Where the mark stands.
    pub place: Place,
    /// Name of the field or parameter; empty where the place has none.
    pub field: String,
    /// What must stand there, where it is one text and no pattern.
    pub value: Option<String>,
    /// Only makes the kind probable.
    pub likely: bool,
}

impl Evidence {
    /// A short name that stays the same in every language and version.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Report => "report".into(),
            Self::ReportType(_) => "report-type".into(),
            Self::NotificationPart => "disposition-notification".into(),
            Self::StatusPart => "delivery-status".into(),
            Self::VoiceStructure => "voice-message".into(),
            Self::FaxStructure => "fax-message".into(),
            Self::Context(_) => "message-context".into(),
            Self::MarkedPart => "voice-part".into(),
            Self::FaxApplication => "faxbw".into(),
            Self::FaxAlone => "tiff-alone".into(),
            Self::Vendor(found) if found.likely => format!("vendor-likely:{}", found.id),
            Self::Vendor(found) => format!("vendor:{}", found.id),
            Self::General(_) => "general".into(),
            Self::Sign(sign) => format!("sign:{}", sign.code()),
            Self::AudioPart => "audio".into(),
            Self::TiffPart => "tiff".into(),
        }
    }
}
