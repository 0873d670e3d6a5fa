//! How a delivery report is asked for: ENVID and ORCPT of RFC 3461 sections 4.2 and 4.4.

use aloud_model::AddrSpec;

/// Longest ENVID in characters, encoded (RFC 3461 section 4.4).
pub const ENVID_MAX: usize = 100;
/// Longest ORCPT in characters, encoded, with its type (RFC 3461 section 4.2).
pub const ORCPT_MAX: usize = 500;

/// xtext (RFC 3461 section 4): octets 33 to 126 as they are, except `+` and `=`; all others as `+`
/// and two upper-case hexadecimal digits.
#[must_use]
pub fn xtext(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for b in text.bytes() {
        if matches!(b, 33..=126) && b != b'+' && b != b'=' {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("+{b:02X}"));
        }
    }
    out
}

/// Undoes [`xtext`]; `None` when the text is not xtext or not UTF-8.
#[must_use]
pub fn unxtext(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(b) = rest.next() {
        let octet = match b {
            b'+' => {
                let digit = |b: u8| match b {
                    b'0'..=b'9' => Some(b - b'0'),
                    b'A'..=b'F' => Some(b - b'A' + 10),
                    _ => None,
                };
                digit(rest.next()?)? * 16 + digit(rest.next()?)?
            }
            b'=' => return None,
            33..=126 => b,
            _ => return None,
        };
        octets.push(octet);
    }
    String::from_utf8(octets).ok()
}

/// The value of `ENVID=` for an identifier; `None` when it is empty or does not fit.
#[must_use]
pub fn envid(id: &str) -> Option<String> {
    let value = xtext(id);
    (!value.is_empty() && value.len() <= ENVID_MAX).then_some(value)
}

/// The value of `ORCPT=` for a recipient: the same address as RCPT TO. `None` when it does not fit or
/// is not printable ASCII before encoding.
#[must_use]
pub fn orcpt(recipient: &AddrSpec) -> Option<String> {
    let address = recipient.as_str();
    if !address.chars().all(|c| matches!(c, ' '..='~')) {
        return None;
    }
    let value = format!("rfc822;{}", xtext(address));
    (value.len() <= ORCPT_MAX).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn telephone_addresses_are_encoded() {
        let addr = |text: &str| AddrSpec::parse(text).unwrap();
        assert_eq!(
            orcpt(&addr("VPIM=7035550155/EXT=227@gw.example.net")).as_deref(),
            Some("rfc822;VPIM+3D7035550155/EXT+3D227@gw.example.net")
        );
        assert_eq!(
            orcpt(&addr("+16135550177@vm.example.com")).as_deref(),
            Some("rfc822;+2B16135550177@vm.example.com")
        );
        assert_eq!(orcpt(&addr("ä@x.example")), None);
        assert_eq!(orcpt(&addr(&format!("{}@x", "+".repeat(200)))), None);
        assert_eq!(envid("7f3a.1@x").as_deref(), Some("7f3a.1@x"));
        assert_eq!(envid(&"a".repeat(101)), None);
        assert_eq!(unxtext("a+2"), None);
        assert_eq!(unxtext("a+2b"), None);
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>()) {
            let coded = xtext(&text);
            prop_assert!(coded.bytes().all(|b| matches!(b, 33..=126)));
            prop_assert_eq!(unxtext(&coded), Some(text));
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = unxtext(&text);
        }
    }
}
