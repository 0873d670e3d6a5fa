//! Terms of voice mail: kind, content type of a part, sensitivity, importance and format.

/// The kind of a message, as the list shows it. Determined by `message::recognize`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// A voice message.
    Voice,
    /// A fax.
    Fax,
    /// A video message (RFC 3938).
    Video,
    /// Ordinary text mail.
    #[default]
    Email,
    /// A message disposition notification (RFC 8098): a receipt.
    Mdn,
    /// A delivery status notification (RFC 3464).
    Dsn,
    /// Any other: notice of a missed call, greeting, pager notice.
    Other,
}

impl MessageKind {
    /// The word for this kind in JSON and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Fax => "fax",
            Self::Video => "video",
            Self::Email => "email",
            Self::Mdn => "mdn",
            Self::Dsn => "dsn",
            Self::Other => "other",
        }
    }

    /// Parses the word of [`Self::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Voice, Self::Fax, Self::Video, Self::Email, Self::Mdn, Self::Dsn, Self::Other]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// The `voice=` parameter of Content-Disposition (RFC 3801 section 4.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VoiceContent {
    /// The message itself.
    VoiceMessage,
    /// A spoken delivery report or receipt.
    VoiceMessageNotification,
    /// The spoken name of the sender.
    OriginatorSpokenName,
    /// The spoken name of the recipient.
    RecipientSpokenName,
    /// The subject, spoken.
    SpokenSubject,
}

impl VoiceContent {
    const ALL: [(&'static str, Self); 5] = [
        ("Voice-Message", Self::VoiceMessage),
        ("Voice-Message-Notification", Self::VoiceMessageNotification),
        ("Originator-Spoken-Name", Self::OriginatorSpokenName),
        ("Recipient-Spoken-Name", Self::RecipientSpokenName),
        ("Spoken-Subject", Self::SpokenSubject),
    ];

    /// Parses the token without regard to case.
    #[must_use]
    pub fn parse(token: &str) -> Option<Self> {
        let token = token.trim();
        Self::ALL.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(token)).map(|(_, v)| v)
    }

    /// The token as RFC 3801 spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, v)| *v == self).map_or("Voice-Message", |(name, _)| name)
    }
}

/// The Sensitivity field (RFC 2421 section 4.2.14, RFC 3801 section 4.2.13, RFC 2156).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Sensitivity {
    /// `Private`.
    Private,
    /// `Personal`.
    Personal,
    /// `Company-Confidential`: a warning, not a block (decision C2).
    CompanyConfidential,
    /// `Normal`, stated explicitly.
    Normal,
    /// A non-standard value, in lower case; blocks forwarding (decision C2).
    Unknown(String),
}

impl Sensitivity {
    /// Parses the value of the field; `None` when it is empty.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim().to_ascii_lowercase();
        Some(match value.as_str() {
            "" => return None,
            "private" => Self::Private,
            "personal" => Self::Personal,
            "company-confidential" => Self::CompanyConfidential,
            "normal" => Self::Normal,
            _ => Self::Unknown(value),
        })
    }

    /// The value in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Private => "private",
            Self::Personal => "personal",
            Self::CompanyConfidential => "company-confidential",
            Self::Normal => "normal",
            Self::Unknown(value) => value,
        }
    }

    /// Whether this value forbids forwarding, saving and every other way out but a reply (decision
    /// C2).
    #[must_use]
    pub fn blocks_forwarding(&self) -> bool {
        matches!(self, Self::Private | Self::Personal | Self::Unknown(_))
    }
}

/// The Importance field (RFC 3801 section 4.2.14).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Importance {
    /// `low`: the message can wait.
    Low,
    /// Not stated, or stated as normal.
    #[default]
    Normal,
    /// `high`: the message is urgent.
    High,
}

impl Importance {
    /// The value in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }

    /// Parses the value without regard to case.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Low, Self::Normal, Self::High]
            .into_iter()
            .find(|i| i.as_str().eq_ignore_ascii_case(value.trim()))
    }
}

/// The format in which a voice message is sent (decision C6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VoiceFormat {
    /// multipart/voice-message with audio/32KADPCM (RFC 3801).
    Vpim,
    /// multipart/mixed with raw audio/basic and `Message-Context: voice-message` (RFC 4239).
    Ivm,
    /// As IVM, with a WAV that any program plays.
    Friendly,
}

impl VoiceFormat {
    /// Octets per second of audio before transfer encoding: G.726 at 32 kbit/s, G.711, 16-bit PCM,
    /// all at 8 000 Hz.
    #[must_use]
    pub fn octets_per_second(self) -> u32 {
        match self {
            Self::Vpim => 4_000,
            Self::Ivm => 8_000,
            Self::Friendly => 16_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_sensitivity_blocks_and_normal_does_not() {
        let blocks = |v: &str| Sensitivity::parse(v).is_some_and(|s| s.blocks_forwarding());
        assert!(blocks("Private") && blocks("PERSONAL") && blocks("top-secret"));
        assert!(!blocks("Normal") && !blocks("Company-Confidential") && !blocks(" "));
    }

    #[test]
    fn kinds_and_roles_read_back() {
        assert_eq!(MessageKind::parse("dsn"), Some(MessageKind::Dsn));
        assert_eq!(
            VoiceContent::parse(" originator-spoken-NAME"),
            Some(VoiceContent::OriginatorSpokenName)
        );
        assert_eq!(VoiceContent::SpokenSubject.as_str(), "Spoken-Subject");
    }
}
