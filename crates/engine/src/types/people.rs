//! Values about people: contacts, the cards they come from, and what a card would change.

use std::{sync::Arc, time::Duration};

use aloud_model::{AddrSpec, Address, ContactId, DateTime, MessageKey};

/// What a contact card in a message offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardOffer {
    /// Path of the card's part.
    pub path: String,
    /// Name on it.
    pub name: String,
    /// What accepting would do.
    pub kind: CardOfferKind,
}

/// A field in which a card and an entry of the directory may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardField {
    /// Name.
    Name,
    /// Role or title.
    Role,
    /// Organisation.
    Organization,
    /// Place.
    Place,
    /// Time zone.
    Zone,
    /// Photo.
    Photo,
    /// Spoken name.
    SpokenName,
    /// Mail address.
    Address,
    /// That an address takes VPIM.
    Vpim,
    /// Telephone number.
    Number,
    /// Fax number.
    FaxNumber,
    /// Mobile number.
    MobileNumber,
}

impl CardField {
    /// The place in a set of fields; stored, so never renumbered. Lists of addresses and numbers
    /// have none: they only grow.
    pub(crate) fn bit(self) -> i64 {
        match self {
            Self::Name => 1,
            Self::Role => 2,
            Self::Organization => 4,
            Self::Place => 8,
            Self::Zone => 16,
            Self::Photo => 32,
            Self::SpokenName
            | Self::Address
            | Self::Vpim
            | Self::Number
            | Self::FaxNumber
            | Self::MobileNumber => 0,
        }
    }
}

/// What a field of a card or of an entry holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardValue {
    /// Text, an address or a number.
    Text(String),
    /// A photo or recording.
    Octets {
        /// Its media type.
        media_type: String,
        /// Its size in octets.
        size: u64,
    },
}

impl CardValue {
    /// The text; the media type of a photo or recording.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Octets { media_type, .. } => media_type,
        }
    }
}

/// One field in which a card says something that the directory does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Which.
    pub field: CardField,
    /// What is there now (for an address or number, the one in use); `None` when nothing is.
    pub old: Option<CardValue>,
    /// What the card says.
    pub new: CardValue,
    /// The user typed what is there: no card replaces it.
    pub typed: bool,
}

impl FieldChange {
    /// Whether it is taken only by the user's explicit choice: it replaces something, or it is an
    /// address, by which mail would go elsewhere.
    #[must_use]
    pub fn needs_choice(&self) -> bool {
        self.old.is_some() || self.field == CardField::Address
    }
}

/// A card beside the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardComparison {
    /// Name on the card.
    pub name: String,
    /// The entry it is about, and its name; `None` for somebody new.
    pub contact: Option<(ContactId, String)>,
    /// The directory has a newer card: differing fields are kept whatever is chosen.
    pub older: bool,
    /// Field by field.
    pub changes: Vec<FieldChange>,
    /// What is wrong with the card.
    pub problem: Option<String>,
}

/// What accepting a card would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardOfferKind {
    /// A new person; numbers, addresses, and whether a spoken name comes along.
    New {
        /// How many telephone numbers.
        numbers: usize,
        /// How many addresses.
        addresses: usize,
        /// Whether a spoken name is there.
        spoken_name: bool,
    },
    /// A known person with harmless news in these fields.
    News(Vec<CardField>),
    /// A known person whose address or number differs.
    Conflict {
        /// The value in use.
        in_use: String,
        /// The value on the card.
        new: String,
    },
    /// The card is for another address than the message came from.
    OtherSender {
        /// Address on the card.
        card: String,
        /// Address of the message.
        from: String,
    },
    /// Already in the directory as it stands.
    Known,
}

/// Where a contact's data comes from. Moments are in this computer's zone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ContactSource {
    /// The user typed it.
    #[default]
    Typed,
    /// A card that came with a message.
    Card {
        /// When the message was sent.
        date: DateTime,
        /// Its subject.
        subject: String,
        /// When the user took the card over.
        added: DateTime,
    },
    /// A file that the user chose; its name.
    File(String),
    /// White pages; their name.
    Directory(String),
}

/// A person in the directory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contact {
    /// Its row; `None` before it is saved.
    pub id: Option<ContactId>,
    /// Formatted name.
    pub name: String,
    /// Role or title.
    pub role: Option<String>,
    /// Organisation.
    pub organization: Option<String>,
    /// Addresses with what is known of each.
    pub emails: Vec<ContactEmail>,
    /// Telephone numbers.
    pub tels: Vec<ContactTel>,
    /// Place.
    pub place: Option<String>,
    /// Time zone as written on the card.
    pub zone: Option<String>,
    /// Encoded photo (PNG, JPEG or SVG) and its type.
    pub photo: Option<(String, Arc<[u8]>)>,
    /// Whether a spoken name is stored; fetch it with `Engine::spoken_name`.
    pub has_spoken_name: bool,
    /// Length of the spoken name.
    pub spoken_name_length: Option<Duration>,
    /// Where the data comes from, always shown.
    pub source: ContactSource,
    /// Whether a newer card waits in a message.
    pub newer_card: Option<MessageKey>,
}

/// An address of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactEmail {
    /// The address.
    pub addr: AddrSpec,
    /// Takes VPIM.
    pub vpim: bool,
    /// Preferred.
    pub preferred: bool,
}

/// A number of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactTel {
    /// As written.
    pub number: String,
    /// `voice`, `fax`, `cell`, `work`, ...
    pub kinds: Vec<String>,
}

/// What a suggestion is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompletionKind {
    /// A person of the directory.
    Person {
        /// The address is known from a received card only: nothing was ever sent there.
        unproven: bool,
    },
    /// Somebody in the white pages.
    Elsewhere {
        /// Their name.
        directory: String,
        /// They want no messages now.
        blocked: bool,
    },
    /// The text itself, which is an address.
    Address,
    /// A telephone number, through the account's voicemail gateway.
    Number {
        /// As typed.
        number: String,
        /// Domain of the gateway.
        gateway: String,
    },
    /// An extension of the account's voicemail gateway, in digits.
    Extension(String),
}

/// A suggestion while an address is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is suggested.
    pub kind: CompletionKind,
    /// What goes into the To field.
    pub address: Address,
    /// The contact, if it is one.
    pub contact: Option<ContactId>,
}
