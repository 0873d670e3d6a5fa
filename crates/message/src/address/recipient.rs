//! What somebody types as a recipient: a mail address, or a number that the account's gateway takes.
//!
//! One reader for commands, the window and the directory. Who a name means is the directory's.

use super::{BuildError, Kind, Note, NumberError, Parsed, Typed, bare, build, domain};
use crate::view::mailbox;
use aloud_model::{AddrSpec, Address};

/// A recipient as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Where it goes, with the name that was typed beside it.
    pub address: Address,
    /// What was left out of a number, or replaced.
    pub notes: Vec<Note>,
}

/// The address of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// The address.
    pub addr: AddrSpec,
    /// What was left out of the number, or replaced.
    pub notes: Vec<Note>,
}

/// Why a text is no recipient.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// Neither a complete mail address nor a number.
    #[error("not a complete mail address")]
    NoAddress,
    /// The domain is the name of no host (RFC 5321 section 2.3.5).
    #[error("the domain is no name of a host")]
    Domain,
    /// Letters outside ASCII before the `@`, which need an extension of mail (RFC 6531) that Aloud's
    /// messages are not written for.
    #[error("letters outside ASCII before the @")]
    Letters,
    /// A number, and no gateway is known.
    #[error("no gateway is set for numbers")]
    NoGateway,
    /// Something with digits that cannot be used as a number.
    #[error(transparent)]
    Number(BuildError),
}

/// Reads one recipient: `ada@example.com`, `Ada <ada@example.com>`, `+1 (303) 555-0123`,
/// `Ada <+1 303 555 0123>`.
///
/// # Errors
/// [`RecipientError`].
pub fn recipient(text: &str, gateway: Option<&str>) -> Result<Recipient, RecipientError> {
    let text = text.trim();
    let inner = bare(text);
    if let Some((local, domain)) = inner.rsplit_once('@') {
        // A list reader takes parentheses for a comment, which in a number are none.
        let written = local.contains([' ', '(', ')']) && !local.contains('"');
        if written && local.trim_start().starts_with(|c: char| "+(".contains(c) || c.is_numeric()) {
            return numbered(text, local, domain.trim());
        }
        return match mailbox::parse(text.as_bytes()).as_slice() {
            [found] => {
                let addr = found.addr.clone().ok_or(RecipientError::NoAddress)?;
                let (addr, notes) = in_ascii(&addr)?;
                Ok(Recipient { address: Address { name: found.name.clone(), addr }, notes })
            }
            _ => Err(RecipientError::NoAddress),
        };
    }
    match gateway {
        Some(gateway) => numbered(text, inner, gateway),
        None => match Typed::read(inner, None) {
            Ok(_) => Err(RecipientError::NoGateway),
            Err(error) => Err(no_number(inner, error.into())),
        },
    }
}

/// The address as it can be written into a message.
///
/// # Errors
/// [`RecipientError`] where it cannot.
pub fn in_ascii(addr: &AddrSpec) -> Result<(AddrSpec, Vec<Note>), RecipientError> {
    if !addr.local_part().is_ascii() {
        return Err(RecipientError::Letters);
    }
    let domain = domain::ascii(addr.domain()).ok_or(RecipientError::Domain)?;
    if domain == addr.domain() {
        return Ok((addr.clone(), Vec::new()));
    }
    let turned = AddrSpec::parse(&format!("{}@{domain}", addr.local_part()));
    let note = Note::Domain { written: addr.domain().to_owned(), ascii: domain };
    Ok((turned.map_err(|_| RecipientError::Domain)?, vec![note]))
}

fn numbered(text: &str, number: &str, domain: &str) -> Result<Recipient, RecipientError> {
    let Numbered { addr, notes } =
        for_number(number, domain).map_err(|error| no_number(number, error))?;
    let name = text.rsplit_once('<').map(|(name, _)| name.trim().trim_matches('"').to_owned());
    Ok(Recipient { address: Address { name: name.filter(|name| !name.is_empty()), addr }, notes })
}

/// A text without any digit was not meant as a number.
fn no_number(text: &str, error: BuildError) -> RecipientError {
    if text.contains(char::is_numeric) {
        RecipientError::Number(error)
    } else {
        RecipientError::NoAddress
    }
}

/// The native address for a number that somebody typed (RFC 2421 section 4.1.1).
///
/// # Errors
/// [`BuildError::NoDomain`] without a gateway, else what is wrong with the number.
pub fn for_number(typed: &str, gateway: &str) -> Result<Numbered, BuildError> {
    let Typed { number, extension, notes } = Typed::read(typed, Some(gateway))?;
    if let Some(sign) =
        number.as_str().trim_start_matches('+').chars().find(|c| !c.is_ascii_digit())
    {
        return Err(NumberError::Sign(sign).into());
    }
    let addr = build(&Parsed {
        kind: Kind::Mailbox,
        number: Some(number.as_str().to_owned()),
        ext: extension,
        domain: Some(gateway.to_owned()),
        ..Parsed::default()
    })?;
    Ok(Numbered { addr, notes })
}

/// The recipients in a text, one after the other: commas, semicolons and line ends part them, but
/// not inside quotes, parentheses and angle brackets. Two commas after a number are a pause, and
/// the semicolons of a `tel:` URI begin its parameters.
#[must_use]
pub fn split(text: &str) -> Vec<&str> {
    let (mut found, rest) = ended(text);
    found.push(rest);
    found.retain(|one| !one.trim().is_empty());
    found
}

/// As [`split`], for a text that is still being typed: the recipients that a mark has ended, empty
/// ones too, and what stands after the last mark.
#[must_use]
pub fn ended(text: &str) -> (Vec<&str>, &str) {
    let mut found = Vec::new();
    let (mut start, mut depth, mut quoted, mut angle) = (0, 0_usize, false, false);
    let mut marks = text.char_indices().peekable();
    while let Some((at, c)) = marks.next() {
        let next = marks.peek().map(|(_, next)| *next);
        let before = text.get(start..at).unwrap_or_default();
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            '<' if !quoted => angle = true,
            '>' if !quoted => angle = false,
            ',' if next == Some(',') && before.ends_with(|c: char| c.is_numeric()) => {
                marks.next();
            }
            ';' if is_uri(before) && is_parameter(text.get(at + 1..).unwrap_or_default()) => {}
            ',' | ';' | '\n' if !quoted && depth == 0 && !angle => {
                found.push(before);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    (found, text.get(start..).unwrap_or_default())
}

/// Whether a recipient is written with parameters: `tel:…`, or a number before `;ext=`.
fn is_uri(before: &str) -> bool {
    let start = before.trim_start();
    start.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"))
        || start.starts_with('+')
}

/// Whether a text begins with a parameter, `name=value`, and not with another recipient.
fn is_parameter(text: &str) -> bool {
    let piece = text.split([',', ';', '\n']).next().unwrap_or_default();
    let name = piece.split_once('=').map(|(name, _)| name);
    !piece.contains('@')
        && name.is_some_and(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::parse;
    use proptest::prelude::*;

    #[test]
    fn letters_outside_ascii_are_turned_or_told() {
        let found = recipient("Bob <bob@exämple.org>", None).unwrap();
        assert_eq!(found.address.addr.as_str(), "bob@xn--exmple-cua.org");
        let note =
            Note::Domain { written: "exämple.org".into(), ascii: "xn--exmple-cua.org".into() };
        assert_eq!(found.notes, [note]);
        assert_eq!(recipient("bob@xn--exmple-cua.org", None).unwrap().notes, []);
        for text in ["jürgen@exämple.org", "jürgen@example.org", "用户@example.org"] {
            assert_eq!(recipient(text, None), Err(RecipientError::Letters), "{text}");
        }
        let long = format!("bob@{}.com", "a".repeat(70));
        for text in ["bob@-x-.com", "bob@-ä.com", "bob@ä..com", long.as_str()] {
            assert_eq!(recipient(text, None), Err(RecipientError::Domain), "{text}");
        }
    }

    #[test]
    fn a_recipient_is_an_address_or_a_number() {
        let gateway = Some("gw.example.com");
        for (text, name, expected) in [
            ("ada@example.com", None, Some("ada@example.com")),
            ("Ada B. <ada@example.com>", Some("Ada B."), Some("ada@example.com")),
            ("+1 (303) 555-0123", None, Some("+13035550123@gw.example.com")),
            ("Ada <+1 (303) 555-0123>", Some("Ada"), Some("+13035550123@gw.example.com")),
            ("\"Ada, B\" <2722 x12>", Some("Ada, B"), Some("2722+12@gw.example.com")),
            ("+1 (303) 555-0123@pbx.example.net", None, Some("+13035550123@pbx.example.net")),
            ("(303) 555-0123@pbx.example.net", None, Some("3035550123@pbx.example.net")),
            ("FAX=+13035550123@fax.example.net", None, Some("FAX=+13035550123@fax.example.net")),
            ("ada(home)@example.com", None, Some("ada@example.com")),
            ("\"a b\"@example.com", None, Some("\"a b\"@example.com")),
            ("bob@-x-.com", None, None),
            ("bob@xn--exmple-cua.example", None, Some("bob@xn--exmple-cua.example")),
            ("bob@[192.0.2.1]", None, Some("bob@[192.0.2.1]")),
            ("bob@a..example", None, None),
            ("Ada", None, None),
            ("+1 (303) 555-012@pbx.example.net", None, None),
            ("a@example.com b@example.com", None, None),
            ("ada@", None, None),
        ] {
            let found = recipient(text, gateway).ok().map(|found| found.address);
            assert_eq!(found.as_ref().map(|a| a.addr.as_str()), expected, "{text}");
            assert_eq!(found.and_then(|a| a.name).as_deref(), name, "{text}");
        }
        let long = format!("bob@{}.example", "a".repeat(70));
        assert_eq!(recipient(&long, gateway), Err(RecipientError::Domain));
        assert_eq!(recipient("2722", None), Err(RecipientError::NoGateway));
        assert_eq!(recipient("Ada", None), Err(RecipientError::NoAddress));
        let short = Err(RecipientError::Number(NumberError::TooShort.into()));
        assert_eq!(recipient("+1 303 555 012", None), short);
    }

    #[test]
    fn a_gateway_is_the_name_of_a_host() {
        assert_eq!(for_number("2722", " "), Err(BuildError::NoDomain));
        for domain in ["a@b", "a b", "a,b", "<a>", "a;"] {
            assert_eq!(for_number("2722", domain), Err(BuildError::Domain), "{domain}");
        }
        assert!(for_number("2722", "[192.0.2.1]").is_ok());
    }

    #[test]
    fn lists_are_parted_where_recipients_end() {
        for (text, expected) in [
            ("a@x, b@y;c@z", &["a@x", " b@y", "c@z"][..]),
            ("\"A, B\" <a@x>, 2722", &["\"A, B\" <a@x>", " 2722"]),
            ("+1 (303) 555-0123,,12, 2722", &["+1 (303) 555-0123,,12", " 2722"]),
            ("2500,2501", &["2500", "2501"]),
            ("tel:+1303;ext=12;isub=1, a@x", &["tel:+1303;ext=12;isub=1", " a@x"]),
            ("+13035550123; +13035550124", &["+13035550123", " +13035550124"]),
            ("+13035550123;+13035550124", &["+13035550123", "+13035550124"]),
            ("+13035550123;bo@y;ext=1", &["+13035550123", "bo@y", "ext=1"]),
            ("a@x,, b@y,", &["a@x", " b@y"]),
            ("a@x (one, two), b@y", &["a@x (one, two)", " b@y"]),
            ("a@x\nb@y", &["a@x", "b@y"]),
            (" , ;", &[]),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn typing_never_panics(text in "\\PC{0,40}", gateway in "\\PC{0,12}") {
            for one in split(&text) {
                let _ = recipient(one, Some(&gateway));
            }
            if let Ok(made) = for_number(&text, &gateway) {
                prop_assert_eq!(parse(made.addr.as_str()).kind, Kind::Mailbox);
            }
        }
    }
}
