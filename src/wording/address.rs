//! What an address with a telephone number names, what is wrong with it and what it may cost.

use crate::message::{
    address::{
        self, AmisFault, BuildError, Fault, Kind, Note, NumberError, Parsed, RecipientError, spaced,
    },
    display::clean,
};

/// Most dots that stand for digits dialled later.
const DOTS_MAX: usize = 8;

/// An address for people, as `parsed` has taken `text` apart.
#[must_use]
pub fn shown(text: &str, parsed: &Parsed) -> String {
    let number = parsed.number.as_deref().map(spaced).unwrap_or_default();
    let mut out = match parsed.kind {
        Kind::Unknown if parsed.number.is_none() => return clean(text),
        Kind::Person => return clean(address::bare(text)),
        Kind::NonMailUser => return fl!("address-outside"),
        Kind::Voice => fl!("address-telephone", number = number),
        Kind::Fax => fl!("address-fax", number = number),
        Kind::Sms => fl!("address-sms", number = number),
        Kind::Amis => fl!("address-amis", number = number.replace('+', " ").trim()),
        Kind::Other => format!("{} {number}", parsed.service.as_deref().unwrap_or_default()),
        Kind::Mailbox | Kind::Vpim | Kind::Unknown => number,
    };
    if let Some(extension) = &parsed.ext {
        out = fl!("address-extension", number = out, extension = extension);
    }
    if let Some(list) = &parsed.dl {
        out = fl!("address-list", number = out, value = list);
    }
    for (key, value) in &parsed.qualifiers {
        out = match key.as_str() {
            "T33S" => fl!("address-subaddress", number = out, value = value),
            "ISUB" => fl!("address-isdn-subaddress", number = out, value = value),
            "ATTN" => fl!("address-for", number = out, value = value.replace('.', " ")),
            "ORG" | "OFNA" | "OFNO" => fl!("address-at", number = out, value = value),
            "POSTD" => fl!("address-then", number = out, value = masked(value)),
            "SYSNUM" => {
                let system = value.replace('+', " ");
                fl!("address-system", number = out, value = system.trim())
            }
            _ => out,
        };
    }
    clean(&out)
}

/// Digits dialled after the connection, which may be a secret code (RFC 2846 section 7).
#[must_use]
pub fn masked(digits: &str) -> String {
    "•".repeat(digits.chars().count().min(DOTS_MAX))
}

/// What an address names, in two words.
#[must_use]
pub fn kind(parsed: &Parsed) -> String {
    match parsed.kind {
        Kind::Mailbox => fl!("address-kind-mailbox"),
        Kind::Vpim => fl!("address-kind-vpim"),
        Kind::Voice => fl!("address-kind-voice"),
        Kind::Amis => fl!("address-kind-amis"),
        Kind::Fax => fl!("address-kind-fax"),
        Kind::Sms => fl!("address-kind-sms"),
        Kind::Other => {
            fl!("address-kind-other", service = parsed.service.as_deref().unwrap_or_default())
        }
        Kind::NonMailUser => fl!("address-kind-outside"),
        Kind::Person => fl!("address-kind-person"),
        Kind::Unknown => fl!("address-kind-unknown"),
    }
}

/// The warning before the first use of an address that makes a gateway dial.
#[must_use]
pub fn toll(parsed: &Parsed) -> Option<String> {
    let domain = parsed.domain.as_deref()?;
    let number = parsed.number.as_deref().map(spaced)?;
    match parsed.kind {
        Kind::Voice => Some(fl!("address-toll-voice", domain = domain, number = number)),
        Kind::Fax => Some(fl!("address-toll-fax", domain = domain, number = number)),
        Kind::Sms => Some(fl!("address-toll-sms", domain = domain, number = number)),
        Kind::Other => Some(fl!("address-toll-other", domain = domain, number = number)),
        Kind::Mailbox
        | Kind::Vpim
        | Kind::Amis
        | Kind::NonMailUser
        | Kind::Person
        | Kind::Unknown => None,
    }
}

/// What is wrong with an address: no capital, no full stop.
#[must_use]
pub fn fault(fault: &Fault) -> String {
    match fault {
        Fault::NoDomain => fl!("address-fault-no-domain"),
        Fault::NoAddress => fl!("address-fault-no-address"),
        Fault::LocalPartTooLong => fl!("address-fault-local-too-long"),
        Fault::LocalPartNotAscii => fl!("address-fault-local-ascii"),
        Fault::Number(error) => fl!("address-fault-number", why = number(error)),
        Fault::NoNumber => fl!("address-fault-no-number"),
        Fault::SecondPlus => fl!("address-fault-second-plus"),
        Fault::NoValue(name) => fl!("address-fault-no-value", name = clean(name)),
        Fault::Twice(name) => fl!("address-fault-twice", name = clean(name)),
        Fault::DigitsOnly(name) => fl!("address-fault-digits-only", name = *name),
        Fault::ExtensionTooLong => fl!("address-fault-extension-long"),
        Fault::SysnumWithoutAmis => fl!("address-fault-sysnum-amis"),
        Fault::SysnumSigns => fl!("address-fault-sysnum-signs"),
        Fault::Amis(AmisFault::Empty) => fl!("address-fault-amis-empty"),
        Fault::Amis(AmisFault::Sign) => fl!("address-fault-amis-sign"),
        Fault::Amis(AmisFault::TooLong) => fl!("address-fault-amis-long"),
        Fault::Amis(AmisFault::PrivateTooLong) => fl!("address-fault-amis-private"),
        Fault::Amis(AmisFault::PublicTooLong) => fl!("address-fault-amis-public"),
        Fault::Amis(AmisFault::MailboxTooLong) => fl!("address-fault-amis-mailbox"),
    }
}

/// Why a text is no number: no capital, no full stop.
#[must_use]
pub fn number(error: &NumberError) -> String {
    match error {
        NumberError::Empty => fl!("address-number-empty"),
        NumberError::TooLong => fl!("address-number-long"),
        NumberError::Sign(sign) => fl!("address-number-sign", sign = format!("{sign:?}")),
        NumberError::TooShort => fl!("address-number-short"),
        NumberError::Several => fl!("address-number-several"),
        NumberError::Prefix => fl!("address-number-prefix"),
        NumberError::Extension => fl!("address-build-extension"),
        NumberError::Context => fl!("address-number-context"),
    }
}

/// Why an address cannot be made: no capital, no full stop.
#[must_use]
pub fn build(error: &BuildError) -> String {
    match error {
        BuildError::NoDomain => fl!("address-build-no-domain"),
        BuildError::Domain => fl!("address-build-domain"),
        BuildError::Number(error) => number(error),
        BuildError::NoNumber => fl!("address-fault-no-number"),
        BuildError::PlainMailbox => fl!("address-build-plain-mailbox"),
        BuildError::Service => fl!("address-build-service"),
        BuildError::Extension => fl!("address-build-extension"),
        BuildError::VpimOnly(name) => fl!("address-build-vpim-only", name = *name),
        BuildError::Qualifier(name) => fl!("address-build-qualifier", name = clean(name)),
        BuildError::TooManySubaddresses => fl!("address-build-subaddresses"),
        BuildError::Fault(of) => fault(of),
        BuildError::Kind => fl!("address-build-kind"),
        BuildError::TooLong => fl!("address-build-too-long"),
        other => other.to_string(),
    }
}

/// Why a text is no recipient: no capital, no full stop.
#[must_use]
pub fn recipient(error: &RecipientError) -> String {
    match error {
        RecipientError::NoAddress => fl!("address-recipient-none"),
        RecipientError::Domain => fl!("address-build-domain"),
        RecipientError::Letters => fl!("address-recipient-letters"),
        RecipientError::NoGateway => fl!("address-recipient-no-gateway"),
        RecipientError::Number(error) => build(error),
    }
}

/// What was left out of a number, or replaced: no capital, no full stop.
#[must_use]
pub fn note(note: &Note) -> String {
    match note {
        Note::TrunkZero => fl!("address-note-trunk-zero"),
        Note::CallPrefix(prefix) => fl!("address-note-prefix", prefix = *prefix),
        Note::Letters { written, digits } => {
            fl!("address-note-letters", written = clean(written), digits = digits)
        }
        Note::Pause(digits) => fl!("address-note-pause", digits = digits),
        Note::Word(word) => fl!("address-note-word", word = clean(word)),
        Note::Domain { written, ascii } => {
            fl!("address-note-domain", written = clean(written), ascii = ascii)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::address::parse;

    #[test]
    fn numbers_are_shown_readable_and_codes_masked() {
        for (text, expected) in [
            ("+16135550142@x", "+1 613 555 0142"),
            ("+442079460153@x", "+44 207 946 0153"),
            ("2722+111@x", "2722 ext. 111"),
            ("VPIM=+14165977230/DL=93@x", "+1 416 597 7230, list 93"),
            ("FAX=+12027653000/T33S=1387@x", "Fax +1 202 765 3000, subaddress 1387"),
            (
                "FAX=+1-202-455-7622/T33S=8745/PostD=p1w7005@x",
                "Fax +1 202 455 7622, subaddress 8745, then •••••••",
            ),
            ("FAX=+39-40-226338/ATTN=Mark.Collins@x", "Fax +39 402 26338, for Mark Collins"),
            ("Jo <joe@x>", "joe@x"),
            ("nobody\u{202e}\n", "nobody"),
            ("Ada <2500>", "2500"),
        ] {
            assert_eq!(shown(text, &parse(text)), expected, "{text}");
        }
        let warning = toll(&parse("VOICE=+3940226338@worldvoice.com"));
        assert!(warning.is_some_and(|w| w.starts_with("worldvoice.com will telephone +39")));
        assert!(toll(&parse("+16135550142@x")).is_none());
    }
}
