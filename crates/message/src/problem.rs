//! What was found wrong with a message while it was read: values only. `wording::problem` of the
//! program makes sentences of them; rules ask for a variant and never for a word.

use aloud_codec as codec;

/// A repair made, or something that cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// An inner multipart has no closing delimiter.
    UnclosedMultipart,
    /// The outermost multipart has no closing delimiter: the end of the message is missing.
    UnclosedMessage,
    /// The header is longer than the limit; only its beginning was read.
    HeaderTooLong,
    /// A misprinted delimiter was taken for what was meant.
    MisprintedDelimiter,
    /// More parts than [`crate::view::PARTS_MAX`]; the rest is not shown.
    TooManyParts,
    /// A field that may stand once stands several times, by its name; the first is used.
    RepeatedField(&'static str),
    /// The Date field holds no date.
    UnreadableDate,
    /// Something is wrong with one part.
    Part {
        /// Its path, as in [`crate::PartInfo::path`].
        path: String,
        /// What is wrong.
        problem: PartProblem,
    },
    /// Reading the message failed altogether (a defect of ours); its octets are still there.
    Unreadable,
}

/// What is wrong with a contact card of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardProblem {
    /// There are several cards in the message; none describes the sender for sure.
    Several,
    /// What the reader of cards found.
    Content(String),
}

/// Why content cannot be read by anybody but a program with the right key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// Encrypted for certificates (S/MIME).
    Smime,
    /// Encrypted for keys (PGP).
    Pgp,
    /// Protected by the rights management of Microsoft (`message.rpmsg`).
    Rights,
    /// Compressed by S/MIME (RFC 3274); no key is needed, but Aloud does not read it.
    Compressed,
}

/// What kind of container a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// Signed by S/MIME, the content inside.
    Signed,
    /// TNEF, as Outlook sends it (`winmail.dat`).
    Outlook,
}

/// What is wrong with one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartProblem {
    /// A Content-Transfer-Encoding that is not known, as written.
    UnknownEncoding(String),
    /// Multiparts deeper than [`crate::view::DEPTH_MAX`]: not taken apart.
    MultipartsTooDeep,
    /// Enclosed messages deeper than [`crate::inspect::FORWARD_DEPTH`]: not read.
    MessagesTooDeep,
    /// The multipart names no boundary.
    NoBoundary,
    /// The multipart uses another boundary than the one it names.
    OtherBoundary,
    /// No delimiter was found in the multipart.
    NoDelimiter,
    /// The transfer encoding is damaged.
    DamagedEncoding,
    /// Its content is there and not for us to read.
    Sealed(Seal),
    /// A container that cannot be opened; it stays as it came.
    Damaged(Wrapping),
    /// A container that lies too deep, or holds too much; all or some of it is not shown.
    NotOpened,
    /// The text is there as compressed RTF only, which is not shown.
    RichText,
    /// Too large to be read to its end: what is shown is of its beginning. It can be saved whole.
    BeginningOnly,
    /// The recording cannot be decoded.
    Audio(codec::Error),
    /// The fax pages cannot be decoded.
    Fax(codec::Error),
}

impl PartProblem {
    /// True if the part was not taken apart or read because it lies too deep or is damaged, so that
    /// what is inside is not known (decision C2: a Sensitivity inside still counts).
    #[must_use]
    pub fn hides_content(&self) -> bool {
        match self {
            Self::MultipartsTooDeep
            | Self::MessagesTooDeep
            | Self::NotOpened
            | Self::Damaged(_) => true,
            Self::UnknownEncoding(_)
            | Self::NoBoundary
            | Self::OtherBoundary
            | Self::NoDelimiter
            | Self::DamagedEncoding
            | Self::Sealed(_)
            | Self::RichText
            | Self::BeginningOnly
            | Self::Audio(_)
            | Self::Fax(_) => false,
        }
    }
}
