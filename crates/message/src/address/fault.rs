//! What is wrong with an address, as values; `wording` says it.

use super::NumberError;

/// What is wrong with an address that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A telephone form without a domain.
    NoDomain,
    /// Neither a telephone form nor a mail address.
    NoAddress,
    /// More than 64 octets before the `@`.
    LocalPartTooLong,
    /// Other than printable ASCII before the `@`.
    LocalPartNotAscii,
    /// The number cannot be used.
    Number(NumberError),
    /// There is neither a number nor a POSTD.
    NoNumber,
    /// A second `+` stands where no extension may follow.
    SecondPlus,
    /// A qualifier without a value.
    NoValue(String),
    /// A qualifier stands twice.
    Twice(String),
    /// The qualifier of this name takes digits only.
    DigitsOnly(&'static str),
    /// An extension of more than 15 digits.
    ExtensionTooLong,
    /// SYSNUM beside another service than AMIS.
    SysnumWithoutAmis,
    /// SYSNUM holds other signs than digits and `+`.
    SysnumSigns,
    /// The AMIS mailbox cannot be used.
    Amis(AmisFault),
}

/// What RFC 3804 section 4.2.3 forbids in an AMIS mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmisFault {
    /// There is none.
    Empty,
    /// Other signs than digits and `+`.
    Sign,
    /// More than 32 digits.
    TooLong,
    /// A private number of more than 14 digits.
    PrivateTooLong,
    /// A public number of more than 15 digits.
    PublicTooLong,
    /// A mailbox of more than 16 digits.
    MailboxTooLong,
}
