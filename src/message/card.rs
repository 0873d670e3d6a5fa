//! Contact cards: vCard 2.1 and 3.0 as RFC 2421 section 18 and RFC 2425/2426 describe them, and 4.0
//! (RFC 6350).
//!
//! [`parse`] never fails: what cannot be used is said in [`CardDoc::problem`]. The parser proper is
//! `calcard`; before it, a pass repairs what real cards of voice systems have (unknown charsets,
//! nested AGENT cards, junk lines, bare quoted-printable). [`write`] makes version 3.0. Nothing here
//! imports anything: a card is a proposal by its sender (reliability T11), and UID is not used for
//! matching. Limits: 256 KiB, 100 properties. A SOUND that names another part (`CID:`) is resolved
//! by the caller within the same message level.
//!
//! Tests: below, and `tests/message/card.rs`.

mod write;

pub use write::write;

/// A card, read or to be written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CardDoc {
    /// Formatted name; made from the name's components where the card has none.
    pub name: Option<String>,
    /// Family name.
    pub family: Option<String>,
    /// Given names.
    pub given: Option<String>,
    /// Role, or title.
    pub role: Option<String>,
    /// Organisation and its units.
    pub organization: Option<String>,
    /// Mail addresses, in order.
    pub emails: Vec<Email>,
    /// Telephone numbers, in order.
    pub tels: Vec<Tel>,
    /// Postal address in one line, or the place in it.
    pub place: Option<String>,
    /// Time zone as written.
    pub zone: Option<String>,
    /// Media type and octets of the photo, when it is inside the card.
    pub photo: Option<(String, Vec<u8>)>,
    /// The spoken name.
    pub sound: Option<Sound>,
    /// When it was last changed, as written: cards have dates, times and local forms.
    pub rev: Option<String>,
    /// Its identifier; never used for matching.
    pub uid: Option<String>,
    /// Notes.
    pub notes: Option<String>,
    /// Why it cannot be used as it stands, or what was repaired.
    pub problem: Option<String>,
}

/// A mail address on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// As written.
    pub addr: String,
    /// Takes VPIM messages.
    pub vpim: bool,
    /// Preferred.
    pub preferred: bool,
}

/// A telephone number on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tel {
    /// As written.
    pub number: String,
    /// `voice`, `fax`, `cell`, `work`, ...; lower case, without `pref`.
    pub kinds: Vec<String>,
    /// Preferred.
    pub preferred: bool,
}

/// A spoken name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sound {
    /// In the card.
    Inline {
        /// Media type, `audio/basic` where the card says `BASIC`.
        media_type: String,
        /// The recording.
        octets: Vec<u8>,
    },
    /// A part of the same message, by Content-ID without brackets.
    Cid(String),
}
