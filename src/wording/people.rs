//! What the directory says: suggestions, where data comes from, fields and values of contact cards.

use super::figures;
use crate::{
    engine::{CardField, CardValue, Completion, CompletionKind, ContactSource, white_pages::Left},
    model::DateTime,
};

/// A suggestion and its second part (the address), which may be empty.
#[must_use]
pub fn completion(found: &Completion) -> (String, String) {
    let address = found.address.addr.to_string();
    match &found.kind {
        CompletionKind::Person { unproven: true } => {
            (found.address.label().to_owned(), fl!("completion-unproven", address = address))
        }
        CompletionKind::Person { unproven: false } => (found.address.label().to_owned(), address),
        CompletionKind::Elsewhere { directory, blocked } => {
            let detail = match blocked {
                false => fl!("completion-elsewhere", address = address, directory = directory),
                true => fl!("completion-blocked", address = address, directory = directory),
            };
            (found.address.label().to_owned(), detail)
        }
        CompletionKind::Address => (address, String::new()),
        CompletionKind::Number { number, gateway } => (
            fl!("completion-number", number = number, gateway = gateway),
            found.address.addr.local_part().to_owned(),
        ),
        CompletionKind::Extension(digits) => (
            fl!("completion-extension", number = digits),
            found.address.addr.local_part().to_owned(),
        ),
    }
}

/// Why the white pages may have more.
#[must_use]
pub fn left(left: Left) -> String {
    match left {
        Left::More => fl!("pages-more"),
        Left::Late => fl!("pages-late"),
        Left::Unreadable => fl!("pages-unreadable"),
        Left::Elsewhere => fl!("pages-elsewhere"),
    }
}

/// "Graham Pearce", "Graham Pearce and Priya Raman", "Graham Pearce and 2 others"; empty for nobody.
#[must_use]
pub fn names(all: &[&str]) -> String {
    match all {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, two] => fl!("names-two", one = *one, two = *two),
        [one, rest @ ..] => fl!("names-many", count = rest.len(), one = *one),
    }
}

/// Where a contact's data comes from, as seen from `now`.
#[must_use]
pub fn source(source: &ContactSource, now: DateTime) -> String {
    match source {
        ContactSource::Typed => fl!("directory-source-typed"),
        ContactSource::Directory(name) => fl!("directory-source-pages", name = name),
        ContactSource::File(name) => fl!("directory-source-file", name = name),
        ContactSource::Card { date, subject, added } => fl!(
            "directory-source-card",
            day = figures::day(*date, now),
            subject = subject,
            added = figures::day_at_time(*added, now)
        ),
    }
}

/// A field of a contact card, in a word or two.
#[must_use]
pub fn field(field: CardField) -> String {
    match field {
        CardField::Name => fl!("card-field-name"),
        CardField::Role => fl!("card-field-role"),
        CardField::Organization => fl!("card-field-organization"),
        CardField::Place => fl!("card-field-place"),
        CardField::Zone => fl!("card-field-zone"),
        CardField::Photo => fl!("card-field-photo"),
        CardField::SpokenName => fl!("card-field-spoken-name"),
        CardField::Address => fl!("card-field-address"),
        CardField::Vpim => "VPIM".into(),
        CardField::Number => fl!("card-field-number"),
        CardField::FaxNumber => fl!("card-field-fax-number"),
        CardField::MobileNumber => fl!("card-field-mobile-number"),
    }
}

/// Several fields.
#[must_use]
pub fn fields(all: &[CardField]) -> String {
    all.iter().map(|one| field(*one)).collect::<Vec<_>>().join(", ")
}

/// What a field holds; a photo or recording by type and size.
#[must_use]
pub fn value(value: &CardValue) -> String {
    match value {
        CardValue::Text(text) => text.clone(),
        CardValue::Octets { media_type, size } => {
            fl!("card-value-octets", media = media_type, count = *size as usize)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_people_are_one_name_and_a_count() {
        let all = ["Ada", "Bo", "Cy"];
        assert_eq!(
            [0, 1, 2, 3].map(|count| names(&all[..count])),
            ["", "Ada", "Ada and Bo", "Ada and 2 others"]
        );
    }

    #[test]
    fn a_source_says_when_and_from_what() {
        // Tuesday, 4 March 2025, 10:05 +0100.
        let at = |days: i64| DateTime { unix: 1_741_079_100 + days * 86_400, offset_minutes: 60 };
        let card = |added| ContactSource::Card { date: at(0), subject: "My card".into(), added };
        for (added, said) in [
            (at(2), "Card of 4 March, received with “My card”, added by you today at 10:05."),
            (at(1), "Card of 4 March, received with “My card”, added by you yesterday at 10:05."),
            (
                at(-9),
                "Card of 4 March, received with “My card”, added by you 23 February at 10:05.",
            ),
        ] {
            assert_eq!(source(&card(added), at(2)), said);
        }
        // Told in the time of this computer, and with the year where it is another.
        let there = DateTime { offset_minutes: -300, ..at(0) };
        let card = ContactSource::Card { date: there, subject: "My card".into(), added: there };
        assert_eq!(
            source(&card, at(400)),
            "Card of 4 March 2025, received with “My card”, added by you 4 March 2025 at 10:05."
        );
    }
}
