//! What sounds in a message, in which order, and what is known to be wrong with it beforehand.

use crate::message::{Mail, PartInfo, PartRole};

/// One part that can sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Name, subject, message or report.
    pub role: PartRole,
    /// Its leaves; several voice bodies of one message play as one.
    pub paths: Vec<String>,
    /// How long, as far as known.
    pub seconds: Option<f64>,
}

/// Why a recording cannot be played (as it should).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Broken; what is there may be played.
    Damaged,
    /// A form that Aloud does not know, as it is called.
    Unknown(String),
    /// Not on this computer, and no network.
    NotHere,
    /// Something else, in the engine's words.
    Other(String),
}

/// What sounds in a message, in order: spoken name (if set), spoken subject, message.
pub(super) fn tracks(mail: &Mail, inner: Option<&str>, name_first: bool) -> Vec<Track> {
    let full = |path: &str| inner.map_or_else(|| path.to_owned(), |at| format!("{at}/{path}"));
    let of = |role: PartRole| {
        let parts: Vec<&PartInfo> = mail.parts.iter().filter(|p| p.role == role).collect();
        let seconds = parts.iter().map(|p| p.seconds).sum::<Option<f64>>();
        (!parts.is_empty()).then(|| Track {
            role,
            paths: parts.iter().map(|p| full(&p.path)).collect(),
            seconds,
        })
    };
    let name = of(PartRole::SpokenName);
    let mut all = Vec::new();
    all.extend(of(PartRole::SpokenSubject));
    all.extend(of(PartRole::VoiceMessage).or_else(|| of(PartRole::Notification)));
    if let Some(name) = name {
        if name_first {
            all.insert(0, name);
        } else {
            all.push(name);
        }
    }
    all
}

/// What is known to be wrong before anything was decoded.
pub(super) fn fault(mail: &Mail, tracks: &[Track], inner: Option<&str>) -> Option<Fault> {
    let prefix = inner.map_or(0, |at| at.len() + 1);
    let main = tracks
        .iter()
        .find(|t| matches!(t.role, PartRole::VoiceMessage | PartRole::Notification))?;
    let path = main.paths.first()?;
    let part = mail.parts.iter().find(|p| Some(p.path.as_str()) == path.get(prefix..))?;
    fault_of(part)
}

/// What is known to be wrong with one recording.
pub(super) fn fault_of(part: &PartInfo) -> Option<Fault> {
    if !part.decodable {
        let known = part.codec.clone().filter(|codec| codec != "unknown");
        let name = known.unwrap_or_else(|| part.media_type.clone());
        return Some(Fault::Unknown(name));
    }
    part.problem.as_ref().map(|_| Fault::Damaged)
}

/// The name proposed for a saved recording.
pub(super) fn file_name(mail: &Mail) -> String {
    mail.parts
        .iter()
        .find(|p| p.role == PartRole::VoiceMessage)
        .and_then(|p| p.filename.clone())
        .unwrap_or_else(|| "voice-message.wav".into())
}
