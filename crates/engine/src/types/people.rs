//! Values about people: contacts, the cards they come from, and what a card would change.

use std::{sync::Arc, time::Duration};

use aloud_model::{AddrSpec, Address, ContactId, MessageKey};

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
    /// In a word or two.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Role => "role",
            Self::Organization => "organization",
            Self::Place => "place",
            Self::Zone => "time zone",
            Self::Photo => "photo",
            Self::SpokenName => "spoken name",
            Self::Address => "address",
            Self::Vpim => "VPIM",
            Self::Number => "number",
            Self::FaxNumber => "fax number",
            Self::MobileNumber => "mobile number",
        }
    }

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
            _ => 0,
        }
    }
}

/// One field in which a card says something that the directory does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Which.
    pub field: CardField,
    /// What is there now (for an address or number, the one in use); `None` when nothing is.
    pub old: Option<String>,
    /// What the card says; for a photo or recording its type and size.
    pub new: String,
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
    /// A known person with harmless news, in words.
    News(String),
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
    /// Where the data comes from, in words for people, always shown.
    pub source: String,
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

/// A suggestion while an address is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Label.
    pub name: String,
    /// Second line: address or number.
    pub detail: String,
    /// What goes into the To field.
    pub address: Address,
    /// The contact, if it is one.
    pub contact: Option<ContactId>,
}
