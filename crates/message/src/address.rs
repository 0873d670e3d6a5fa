//! Telephone numbers inside mail addresses: the native forms of RFC 2421 section 4.1.1, and the
//! gateway forms `VPIM=`, `VOICE=`, `AMIS=`, `FAX=` and others of RFC 3804, 3191, 3192 and 2846.
//!
//! [`parse`] is for display and look-up only: an address that was received is answered with its own
//! octets (RFC 3804 section 4). [`build()`], [`recipient()`] and [`for_number`] make new ones. Conflict C12 of the texts
//! is settled so: extension, list and ISDN subaddress are optional by themselves, and the AMIS
//! example of RFC 3804 is read although its grammar forbids it. No number is dialled or looked up
//! here.
//!
//! Tests: below.

mod build;
mod domain;
mod fault;
mod number;
mod recipient;
mod typed;

pub use build::{BuildError, build, build_each};
pub use domain::ascii as ascii_domain;
pub use fault::{AmisFault, Fault};
pub use number::{DIGITS_MAX, Number, NumberError, spaced};
pub use recipient::in_ascii;
pub use recipient::{Numbered, Recipient, RecipientError, ended, for_number, recipient, split};
pub use typed::{Note, Typed};

use aloud_model::AddrSpec;

/// The name of a host in ASCII, with A-labels where it has other letters; `None` for what is none, and
/// for an address in brackets.
#[must_use]
pub fn host_in_ascii(host: &str) -> Option<String> {
    domain::ascii(host).filter(|host| !host.starts_with('['))
}

/// Longest local part in octets (RFC 5321 section 4.5.3.1.1).
pub const LOCAL_MAX: usize = 64;

/// What an address names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// A numeric mailbox of a voice mail system.
    Mailbox,
    /// `VPIM=`, or its parts without the word.
    Vpim,
    /// `VOICE=`: a telephone that will be rung.
    Voice,
    /// `AMIS=`: a mailbox behind an AMIS gateway.
    Amis,
    /// `FAX=`: a fax machine that will be rung.
    Fax,
    /// `SMS=`.
    Sms,
    /// Another service and a number.
    Other,
    /// The sender of a telephone-answering message.
    NonMailUser,
    /// An ordinary mail address.
    Person,
    /// No address at all.
    #[default]
    Unknown,
}

impl Kind {
    const NAMED: [(Kind, &'static str); 10] = [
        (Kind::Mailbox, "mailbox"),
        (Kind::Vpim, "vpim"),
        (Kind::Voice, "voice"),
        (Kind::Amis, "amis"),
        (Kind::Fax, "fax"),
        (Kind::Sms, "sms"),
        (Kind::Other, "other"),
        (Kind::NonMailUser, "non-mail-user"),
        (Kind::Person, "person"),
        (Kind::Unknown, "unknown"),
    ];

    /// The word used in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMED.iter().find(|(kind, _)| *kind == self).map_or("unknown", |(_, word)| word)
    }

    /// Reads [`Self::as_str`] back.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::NAMED
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(word))
            .map(|(kind, _)| *kind)
    }

    /// The service selector in an address, for those that have a fixed one.
    #[must_use]
    pub fn selector(self) -> Option<&'static str> {
        Some(match self {
            Self::Vpim => "VPIM",
            Self::Voice => "VOICE",
            Self::Amis => "AMIS",
            Self::Fax => "FAX",
            Self::Sms => "SMS",
            _ => return None,
        })
    }
}

/// An address taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parsed {
    /// What it names.
    pub kind: Kind,
    /// The selector of [`Kind::Other`], in upper case.
    pub service: Option<String>,
    /// Number or mailbox without visual separators. AMIS numbers keep their inner `+`.
    pub number: Option<String>,
    /// Extension.
    pub ext: Option<String>,
    /// Distribution list.
    pub dl: Option<String>,
    /// Everything else, in order: SYSNUM, ISUB, POSTD, T33S, ATTN and unknown ones; names in upper
    /// case, values as written.
    pub qualifiers: Vec<(String, String)>,
    /// After the `@`.
    pub domain: Option<String>,
    /// What is wrong with it.
    pub problems: Vec<Fault>,
}

impl Parsed {
    /// The first value of a qualifier, name without case.
    #[must_use]
    pub fn qualifier(&self, name: &str) -> Option<&str> {
        let found = self.qualifiers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether a message to it makes a gateway dial, at somebody's cost (RFC 3804 section 5).
    #[must_use]
    pub fn is_outdial(&self) -> bool {
        matches!(self.kind, Kind::Voice | Kind::Fax | Kind::Sms | Kind::Other)
    }
}

/// An address without the display name and the angle brackets around it.
#[must_use]
pub fn bare(text: &str) -> &str {
    let text = text.trim();
    match (text.rfind('<'), text.strip_suffix('>')) {
        (Some(at), Some(rest)) => rest.get(at + 1..).unwrap_or_default().trim(),
        _ => text,
    }
}

/// Takes an address apart; a display name before it in angle brackets is allowed. Never fails: what
/// is not understood is a person or unknown.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let inner = bare(text);
    let mut parsed = Parsed::default();
    let Ok(addr) = AddrSpec::parse(inner) else {
        // A telephone form without its domain still says what it would name.
        let printable = inner.chars().all(|c| matches!(c, ' '..='~') && c != '@');
        if printable && telephone(&mut parsed, &unquote(inner)) {
            check(&mut parsed);
            parsed.problems.push(Fault::NoDomain);
        } else {
            parsed = Parsed { problems: vec![Fault::NoAddress], ..Parsed::default() };
        }
        return parsed;
    };
    parsed.domain = Some(addr.domain().to_owned());
    let local = unquote(addr.local_part());
    if local.len() > LOCAL_MAX {
        parsed.problems.push(Fault::LocalPartTooLong);
    }
    if !local.chars().all(|c| matches!(c, ' '..='~')) {
        parsed.problems.push(Fault::LocalPartNotAscii);
    }
    if addr.is_non_mail_user() {
        parsed.kind = Kind::NonMailUser;
        return parsed;
    }
    if !telephone(&mut parsed, &local) {
        parsed.kind = Kind::Person;
        return parsed;
    }
    check(&mut parsed);
    parsed
}

/// The address under which it is looked up in the directory: separators and the optional `VPIM=` do
/// not count, nor does case, nor how letters of the domain are written.
#[must_use]
pub fn lookup_key(addr: &AddrSpec) -> String {
    let parsed = parse(addr.as_str());
    let domain = ascii_domain(addr.domain()).unwrap_or_else(|| addr.domain().to_owned());
    let domain = domain.to_ascii_lowercase();
    let (Kind::Mailbox | Kind::Vpim, Some(number)) = (parsed.kind, &parsed.number) else {
        return format!("{}@{domain}", addr.local_part().to_lowercase());
    };
    let ext = parsed.ext.map(|ext| format!("+{ext}")).unwrap_or_default();
    let dl = parsed.dl.map(|dl| format!("/dl={dl}")).unwrap_or_default();
    format!("{number}{ext}{dl}@{domain}")
}

/// Whether two addresses name the same mailbox for display and look-up.
#[must_use]
pub fn same(a: &AddrSpec, b: &AddrSpec) -> bool {
    lookup_key(a) == lookup_key(b)
}

/// Takes the quotes and backslashes off a quoted local part.
fn unquote(local: &str) -> String {
    let Some(inner) = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')) else {
        return local.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    out
}

/// Fills in what the local part says; false when it is no telephone form.
fn telephone(parsed: &mut Parsed, local: &str) -> bool {
    let local = local.strip_prefix('/').unwrap_or(local);
    let local = local.strip_suffix('/').unwrap_or(local);
    let mut items = local.split('/');
    let first = items.next().unwrap_or_default();
    let items: Vec<&str> = items.collect();
    let Some((selector, number)) = first.split_once('=') else {
        return native(parsed, first, &items);
    };
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if selector.is_empty() || !selector.chars().all(legal) {
        return false;
    }
    let selector = selector.to_ascii_uppercase();
    let known = [Kind::Vpim, Kind::Voice, Kind::Amis, Kind::Fax, Kind::Sms];
    match known.into_iter().find(|kind| kind.selector() == Some(selector.as_str())) {
        Some(Kind::Amis) => {
            parsed.kind = Kind::Amis;
            amis(parsed, number, &items);
            return true;
        }
        Some(kind) => parsed.kind = kind,
        // Bounce and list addresses have equals signs too: only a number makes a service.
        None if Number::parse(number).is_err() => return false,
        None => {
            parsed.kind = Kind::Other;
            parsed.service = Some(selector);
        }
    }
    dialled(parsed, number);
    qualifiers(parsed, &items);
    true
}

/// Without a selector: a number, or a number with `/EXT=` and the like.
fn native(parsed: &mut Parsed, first: &str, items: &[&str]) -> bool {
    let (number, ext) = split_extension(first);
    let number = match Number::parse(number) {
        Ok(number) if number.is_dialled_digits() => number.as_str().to_owned(),
        // Too long for E.164 is still meant as a number.
        Err(error @ NumberError::TooLong)
            if items.is_empty() && number.starts_with('+') && number.len() <= 32 =>
        {
            parsed.problems.push(Fault::Number(error));
            number.chars().filter(|c| !matches!(c, '-' | '.')).collect()
        }
        _ => return false,
    };
    let keyed = |item: &&str| {
        item.split_once('=').is_some_and(|(key, _)| {
            !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
    };
    if !items.iter().all(keyed) || ext.is_some_and(|e| e.is_empty() || !digits(e)) {
        return false;
    }
    parsed.kind = if items.is_empty() { Kind::Mailbox } else { Kind::Vpim };
    parsed.number = Some(number);
    parsed.ext = ext.map(str::to_owned);
    qualifiers(parsed, items);
    true
}

/// `number` or `number+extension`; the `+` of a global number stands at the start.
fn split_extension(text: &str) -> (&str, Option<&str>) {
    let start = usize::from(text.starts_with('+'));
    match text.get(start..).and_then(|rest| rest.find('+')) {
        Some(at) => {
            let at = at + start;
            (text.get(..at).unwrap_or_default(), text.get(at + 1..))
        }
        None => (text, None),
    }
}

fn dialled(parsed: &mut Parsed, text: &str) {
    let (number, ext) = split_extension(text);
    if parsed.kind == Kind::Vpim {
        parsed.ext = ext.map(str::to_owned);
    } else if ext.is_some() {
        parsed.problems.push(Fault::SecondPlus);
    }
    if number.is_empty() {
        return;
    }
    match Number::parse(number) {
        Ok(number) => parsed.number = Some(number.as_str().to_owned()),
        Err(error) => {
            parsed.problems.push(Fault::Number(error));
            // Too long is still a number to be shown.
            if error == NumberError::TooLong {
                parsed.number = Some(number.chars().filter(|c| !matches!(c, '-' | '.')).collect());
            }
        }
    }
}

fn amis(parsed: &mut Parsed, number: &str, items: &[&str]) {
    let mut pieces = vec![number];
    let (more, keyed): (Vec<&str>, Vec<&str>) = items.iter().partition(|item| !item.contains('='));
    pieces.extend(more);
    let number: String = pieces.join("+").chars().filter(|c| !matches!(c, '-' | '.')).collect();
    let number = number.trim_start_matches('+');
    parsed.number = (!number.is_empty()).then(|| number.to_owned());
    qualifiers(parsed, &keyed);
}

fn qualifiers(parsed: &mut Parsed, items: &[&str]) {
    for item in items.iter().filter(|item| !item.is_empty()).take(64) {
        let (key, value) = item.split_once('=').unwrap_or((item, ""));
        let key = key.to_ascii_uppercase();
        match key.as_str() {
            "EXT" if parsed.ext.is_none() => parsed.ext = Some(value.to_owned()),
            "DL" if parsed.dl.is_none() => parsed.dl = Some(value.to_owned()),
            _ => {
                if !item.contains('=') {
                    parsed.problems.push(Fault::NoValue((*item).to_owned()));
                } else if parsed.qualifier(&key).is_some() || matches!(key.as_str(), "EXT" | "DL") {
                    parsed.problems.push(Fault::Twice(key.clone()));
                }
                parsed.qualifiers.push((key, value.to_owned()));
            }
        }
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// What the texts require of the values.
fn check(parsed: &mut Parsed) {
    let mut problems = Vec::new();
    for (name, value) in [("EXT", &parsed.ext), ("DL", &parsed.dl)] {
        match value.as_deref() {
            Some(value) if !digits(value) => problems.push(Fault::DigitsOnly(name)),
            Some(value) if name == "EXT" && value.len() > DIGITS_MAX => {
                problems.push(Fault::ExtensionTooLong);
            }
            _ => {}
        }
    }
    for (key, value) in &parsed.qualifiers {
        let plus_or_digits = value.chars().all(|c| c.is_ascii_digit() || c == '+');
        match key.as_str() {
            "SYSNUM" if parsed.kind != Kind::Amis => problems.push(Fault::SysnumWithoutAmis),
            "SYSNUM" if value.is_empty() || !plus_or_digits => {
                problems.push(Fault::SysnumSigns);
            }
            "T33S"
                if !value.chars().all(|c| c.is_ascii_digit() || matches!(c, '#' | '*'))
                    || value.is_empty() =>
            {
                problems.push(Fault::DigitsOnly("T33S"));
            }
            "ISUB"
                if !value.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.'))
                    || value.is_empty() =>
            {
                problems.push(Fault::DigitsOnly("ISUB"));
            }
            _ => {}
        }
    }
    if parsed.kind == Kind::Amis {
        let number = parsed.number.as_deref().unwrap_or_default();
        problems.extend(number::amis_fault(number).map(Fault::Amis));
    } else if parsed.number.is_none() && parsed.qualifier("POSTD").is_none() {
        problems.push(Fault::NoNumber);
    }
    parsed.problems.append(&mut problems);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// type, number, ext, dl, qualifiers
    type Row<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>, Option<&'a str>, &'a str);

    #[test]
    fn the_addresses_of_the_standards_are_understood() {
        let rows: [Row<'_>; 28] = [
            ("2722@lucent.com", "mailbox", Some("2722"), None, None, ""),
            ("6137637582@nortelnetworks.com", "mailbox", Some("6137637582"), None, None, ""),
            ("613-763-7582@x.example", "mailbox", Some("6137637582"), None, None, ""),
            ("2722+111@Lucent.com", "mailbox", Some("2722"), Some("111"), None, ""),
            ("+16137637582@vm.nortel.ca", "mailbox", Some("+16137637582"), None, None, ""),
            ("+17035245550+230@ema.org", "mailbox", Some("+17035245550"), Some("230"), None, ""),
            ("Technical Support <611@serviceprovider.com>", "mailbox", Some("611"), None, None, ""),
            (
                "Telephone Answering <non-mail-user@mycompany.com>",
                "non-mail-user",
                None,
                None,
                None,
                "",
            ),
            ("joe.user@x.example", "person", None, None, None, ""),
            ("user+tag@x.example", "person", None, None, None, ""),
            ("bounces+a=b.example@x.example", "person", None, None, None, ""),
            ("SRS0=ab=cd=x.example=me@y.example", "person", None, None, None, ""),
            ("nobody", "unknown", None, None, None, ""),
            ("VPIM=6137637582@x", "vpim", Some("6137637582"), None, None, ""),
            ("vpim=7035255550/ext=227@x", "vpim", Some("7035255550"), Some("227"), None, ""),
            ("7035255550/EXT=227@x", "vpim", Some("7035255550"), Some("227"), None, ""),
            ("VPIM=+14165977230/DL=93@x", "vpim", Some("+14165977230"), None, Some("93"), ""),
            ("VOICE=+3940226338@worldvoice.com", "voice", Some("+3940226338"), None, None, ""),
            (
                "AMIS=+1/401+3278144+/SYSNUM=1+401+3279542+@x",
                "amis",
                Some("1+401+3278144+"),
                None,
                None,
                "SYSNUM=1+401+3279542+",
            ),
            (
                "FAX=+12027653000/T33S=1387@faxworld.org",
                "fax",
                Some("+12027653000"),
                None,
                None,
                "T33S=1387",
            ),
            (
                "FAX=+1.202.7653000/T33S=6377@faxserv.org",
                "fax",
                Some("+12027653000"),
                None,
                None,
                "T33S=6377",
            ),
            ("/FAX=+33-1-88335215/@faxworld.org", "fax", Some("+33188335215"), None, None, ""),
            ("/SMS=+33-1-88335215/@telecom.com", "sms", Some("+33188335215"), None, None, ""),
            ("FAX=0103940226338@x", "fax", Some("0103940226338"), None, None, ""),
            (
                "XYZ=+49.81.7856345/ISUB=1234@x",
                "other",
                Some("+49817856345"),
                None,
                None,
                "ISUB=1234",
            ),
            (
                "FAX=9p040p22.63.38/t33s=4312/ofno=T2-33A/OFNA=Q-C@x",
                "fax",
                Some("9p040p226338"),
                None,
                None,
                "T33S=4312 OFNO=T2-33A OFNA=Q-C",
            ),
            ("FAX=/postd=w6743w99p51@x", "fax", None, None, None, "POSTD=w6743w99p51"),
            (
                "\"FAX=+39-40-226338/ATTN=Mark Collins\"@faxgw",
                "fax",
                Some("+3940226338"),
                None,
                None,
                "ATTN=Mark Collins",
            ),
        ];
        for (text, kind, number, ext, dl, qualifiers) in rows {
            let parsed = parse(text);
            assert_eq!(parsed.kind.as_str(), kind, "{text}");
            assert_eq!(parsed.number.as_deref(), number, "{text}");
            assert_eq!((parsed.ext.as_deref(), parsed.dl.as_deref()), (ext, dl), "{text}");
            let got: Vec<String> =
                parsed.qualifiers.iter().map(|(k, v)| format!("{k}={v}")).collect();
            assert_eq!(got.join(" "), qualifiers, "{text}");
            assert!(
                parsed.problems.is_empty() == (kind != "unknown"),
                "{text}: {:?}",
                parsed.problems
            );
        }
    }

    #[test]
    fn without_a_domain_the_number_is_still_read() {
        for (text, kind, number) in [
            ("2500", "mailbox", Some("2500")),
            ("VPIM=+14165977230/DL=93", "vpim", Some("+14165977230")),
            ("AMIS=+1/401+3278144+/SYSNUM=1+401+3279542+", "amis", Some("1+401+3278144+")),
            ("FAX=/postd=w6743w99p51", "fax", None),
            ("Ada <2500>", "mailbox", Some("2500")),
            ("2500\r\n", "mailbox", Some("2500")),
            ("25\r00", "unknown", None),
            ("@x", "unknown", None),
            ("", "unknown", None),
            ("a=b", "unknown", None),
        ] {
            let parsed = parse(text);
            assert_eq!((parsed.kind.as_str(), parsed.number.as_deref()), (kind, number), "{text}");
            assert_eq!(parsed.domain, None);
            assert!(!parsed.problems.is_empty(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for text in [
            "VPIM=613/EXT=ab@x",
            "VPIM=613/DL=x@x",
            "VPIM=613/SYSNUM=1@x",
            "VPIM=+1234567890123456@x",
            "+1234567890123456@x",
            "VPIM=@x",
            "FAX=+1/T33S=a@x",
            "VOICE=hello@x",
            "VPIM=1/EXT=1/EXT=2@x",
            "FAX=+1/ISUB=@x",
            "AMIS=abc@x",
            "AMIS=+//-@x",
            "AMIS=@x",
        ] {
            assert!(!parse(text).problems.is_empty(), "{text}");
        }
    }

    #[test]
    fn separators_do_not_count_in_look_up() {
        let same =
            |a: &str, b: &str| same(&AddrSpec::parse(a).unwrap(), &AddrSpec::parse(b).unwrap());
        assert!(same("613-555-0142@x.example", "6135550142@X.example"));
        assert!(same("VPIM=6135550142@x.example", "613.555.0142@x.example"));
        assert!(same("2722+111@x", "VPIM=2722/EXT=111@x"));
        assert!(same("Ada@x.example", "ada@x.example"));
        assert!(!same("2722+111@x", "2722@x") && !same("+2722@x", "2722@x"));
        assert!(!same("2722@x", "2722@y") && !same("FAX=2722@x", "2722@x"));
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC{0,80}") {
            let parsed = parse(&text);
            prop_assert!(parsed.kind != Kind::Unknown || parsed.domain.is_none());
            prop_assert!(parsed.domain.is_some() || !parsed.problems.is_empty());
        }

        #[test]
        fn address_like_text_is_taken(
            text in "/?((VPIM|FAX|AMIS|VOICE|Q-1)=)?\\+?[0-9.+-]{0,12}(/[A-Z0-9]{0,4}=?[0-9a-z+.]{0,6}){0,4}/?@x"
        ) {
            let _ = parse(&text);
        }
    }
}
