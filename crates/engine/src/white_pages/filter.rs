//! What is asked for (RFC 4511 section 4.5.1.7): a name by the beginnings of its words, an address by its
//! beginning, a number by its digits. What was typed is a value inside the filter, never part of its text
//! (RFC 4515), so that nothing has to be escaped.

use ldap3_proto::proto::{LdapFilter, LdapSubstringFilter};

use crate::store::contacts::digits;

/// Letters and words that are looked at of what was typed.
const BOUNDS: (usize, usize) = (100, 5);
/// Fewest letters, and digits of a number, that are asked for.
const FEWEST: (usize, usize) = (2, 3);

/// A filter for what was typed; `None` for what is too short to ask for.
pub(super) fn filter(text: &str) -> Option<LdapFilter> {
    let text: String = text.trim().chars().take(BOUNDS.0).collect();
    if text.chars().count() < FEWEST.0 {
        return None;
    }
    if text.contains('@') {
        return Some(any(["mail", "vPIMRfc822Mailbox"].map(|name| begins(name, &text))));
    }
    let number = |c: char| c.is_ascii_digit() || "+-(). /".contains(c);
    if text.chars().all(number) {
        let digits = digits(&text);
        let names = ["telephoneNumber", "mobile", "vPIMTelephoneNumber"];
        return (digits.len() >= FEWEST.1).then(|| any(names.map(|name| holds(name, &digits))));
    }
    let words = text.split(|c: char| c.is_whitespace() || c == ',');
    let words = words.filter(|word| !word.is_empty()).take(BOUNDS.1).map(|word| {
        let further = format!(" {word}");
        any([
            begins("cn", word),
            holds("cn", &further),
            begins("sn", word),
            begins("givenName", word),
            begins("displayName", word),
            begins("vPIMTextName", word),
            begins("mail", word),
        ])
    });
    Some(LdapFilter::And(words.collect())).filter(|f| *f != LdapFilter::And(Vec::new()))
}

fn any<const N: usize>(filters: [LdapFilter; N]) -> LdapFilter {
    LdapFilter::Or(filters.into())
}

fn begins(name: &str, value: &str) -> LdapFilter {
    let value = LdapSubstringFilter { initial: Some(value.to_owned()), ..Default::default() };
    LdapFilter::Substring(name.to_owned(), value)
}

fn holds(name: &str, value: &str) -> LdapFilter {
    let value = LdapSubstringFilter { any: vec![value.to_owned()], ..Default::default() };
    LdapFilter::Substring(name.to_owned(), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_asked_as_name_address_or_number() {
        let parts = |text: &str| match filter(text) {
            Some(LdapFilter::And(all)) => ("and", all.len()),
            Some(LdapFilter::Or(all)) => ("or", all.len()),
            None => ("none", 0),
            other => panic!("{other:?}"),
        };
        for (text, expected) in [
            ("Ada", ("and", 1)),
            (" Keller, Benno ", ("and", 2)),
            ("ada@", ("or", 2)),
            ("+1 (613) 555", ("or", 3)),
            ("a b c d e f g h", ("and", 5)),
            ("12", ("none", 0)),
            ("a", ("none", 0)),
            (", ,", ("none", 0)),
            ("", ("none", 0)),
            ("山田", ("and", 1)),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
        assert!(filter(&"é".repeat(1_000_000)).is_some());
    }

    #[test]
    fn what_stands_for_something_in_the_text_of_a_filter_stands_for_itself() {
        let filter = filter("*)(uid=*").expect("a filter");
        let LdapFilter::And(all) = filter else { panic!("{filter:?}") };
        let [LdapFilter::Or(any)] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(any[0], begins("cn", "*)(uid=*"));
    }
}
