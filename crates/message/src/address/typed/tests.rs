//! Notations of many countries, programs and habits, most of them thought of before the reader was
//! tried on them: the subscriber that is meant, or nobody.

use super::*;
use crate::address::for_number;
use proptest::prelude::*;

/// What is typed, and the part before the `@` of the address it becomes; nothing where it is
/// refused.
const NOTATIONS: [(&str, Option<&str>); 123] = [
    // Separators.
    ("+1 (303) 555-0123", Some("+13035550123")),
    ("+1(303)5550123", Some("+13035550123")),
    ("+1.303.555.0123", Some("+13035550123")),
    ("+1 [303] 555 0123", Some("+13035550123")),
    ("+1/303/555-0123", Some("+13035550123")),
    ("+ 1 303 555 0123", Some("+13035550123")),
    ("(+1) 303 555 0123", Some("+13035550123")),
    ("(+1)303-555-0123", Some("+13035550123")),
    ("+1–303–555–0123", Some("+13035550123")),
    ("+1−303−555−0123", Some("+13035550123")),
    ("+1 · 303 · 555 · 0123", Some("+13035550123")),
    ("+1\u{a0}303\u{202f}555\u{2007}0123", Some("+13035550123")),
    ("\u{202a}+1 303 555 0123\u{202c}", Some("+13035550123")),
    ("+1\t303 555\u{3000}0123", Some("+13035550123")),
    ("1-303-555-0123", Some("13035550123")),
    ("(303) 555-0123", Some("3035550123")),
    ("555-0123", Some("5550123")),
    ("2722", Some("2722")),
    ("030/555 01 23", Some("0305550123")),
    ("+49 30/5550123", Some("+49305550123")),
    ("+852 5555 0123", Some("+85255550123")),
    ("+49 30 5550-123", Some("+49305550123")),
    ("+33.1.55.50.12.34", Some("+33155501234")),
    // The zero of calls inside the country.
    ("+44 (0)20 7946 0153", Some("+442079460153")),
    ("+44(0)2079460153", Some("+442079460153")),
    ("+44 020 7946 0153", Some("+442079460153")),
    ("+44-(0)-20-7946-0153", Some("+442079460153")),
    ("+49 (0) 30 555 0123", Some("+49305550123")),
    ("+49 (030) 5550123", Some("+49305550123")),
    ("+33 (0) 1.55.50.12.34", Some("+33155501234")),
    ("+36 (06) 1 555 0123", Some("+3615550123")),
    ("+39 06 5550 1234", Some("+390655501234")),
    ("+39 (0)6 5550 1234", Some("+390655501234")),
    ("020 7946 0153", Some("02079460153")),
    ("(020) 7946 0153", Some("02079460153")),
    ("(0)20 7946 0153", Some("02079460153")),
    ("44 (0)20 7946 0153", None),
    ("+44 20 (0) 7946 0153", None),
    // Prefixes of calls abroad.
    ("0044 20 7946 0153", Some("+442079460153")),
    ("00 44 (0) 20 7946 0153", Some("+442079460153")),
    ("0044 (0)20 7946 0153", Some("+442079460153")),
    ("001 303 555 0123", Some("+13035550123")),
    ("011 44 20 7946 0153", Some("+442079460153")),
    ("0011 44 20 7946 0153", Some("+442079460153")),
    ("001 44 20 7946 0153", None),
    ("0012", Some("0012")),
    // Extensions.
    ("+1 303 555 0123 x12", Some("+13035550123+12")),
    ("+1 303 555 0123x12", Some("+13035550123+12")),
    ("+1 303 555 0123 X 12", Some("+13035550123+12")),
    ("+1 303 555 0123 ext. 12", Some("+13035550123+12")),
    ("+1-303-555-0123 extension 12", Some("+13035550123+12")),
    ("+1 303 555 0123 Ext:12", Some("+13035550123+12")),
    ("+1 303 555 0123 extn 12", Some("+13035550123+12")),
    ("+1 303 555 0123 #12", Some("+13035550123+12")),
    ("2722x111", Some("2722+111")),
    ("2722 x111", Some("2722+111")),
    ("+442079460153;ext=12", Some("+442079460153+12")),
    ("+49 30 5550123 Durchwahl 12", Some("+49305550123+12")),
    ("+33 1 55 50 12 34 poste 12", Some("+33155501234+12")),
    ("+7 495 555 01 23 доб. 12", Some("+74955550123+12")),
    ("03-5550-1234 内線12", Some("0355501234+12")),
    ("+1 303 555 0123 x", None),
    ("+1 303 555 0123 x12 x13", None),
    ("+1 303 555 0123 x1234567890123456", None),
    ("+1 303 555 0123 ext. main", None),
    // Pauses.
    ("+13035550123p12", Some("+13035550123+12")),
    ("+13035550123,,12", Some("+13035550123+12")),
    ("+1 303 555 0123 w 12", Some("+13035550123+12")),
    ("2722p12", Some("2722+12")),
    ("+13035550123w1234#", None),
    ("+13035550123p12p34", None),
    ("9p123", None),
    // Letters of the keypad.
    ("1-800-FLOWERS", Some("18003569377")),
    ("+1 800 FLOWERS", Some("+18003569377")),
    ("1-800-flowers", Some("18003569377")),
    ("1-800-MATTRESS", Some("18006288737")),
    ("1-888-GO-FEDEX", Some("18884633339")),
    ("0800 FLOWERS", Some("08003569377")),
    ("555-TALK", Some("5558255")),
    ("0800 33 HILFE", Some("08003344533")),
    ("0207 946 HOME", Some("02079464663")),
    ("1800 FLOWER", Some("1800356937")),
    ("1-800-FLOWER", None),
    ("800-FLOWER", None),
    ("+1 800 FLOWER", None),
    ("1-800-FLOWERS EXT 12", Some("18003569377+12")),
    ("1-800-FLOWERS x12", Some("18003569377+12")),
    ("0800 33 HILFE #12", Some("08003344533+12")),
    ("+1 303 555 012O", None),
    ("2500 Bob Smith", None),
    ("2500 BOB", None),
    // Other scripts.
    ("＋１（３０３）５５５－０１２３", Some("+13035550123")),
    ("+٤٤ ٢٠ ٧٩٤٦ ٠١٥٣", Some("+442079460153")),
    ("+۹۸ ۲۱ ۵۵۵۰ ۱۲۳۴", Some("+982155501234")),
    ("+९१ २२ ५५५० १२३४", Some("+912255501234")),
    // URIs.
    ("tel:+1-303-555-0123;ext=12", Some("+13035550123+12")),
    ("TEL:+13035550123", Some("+13035550123")),
    ("tel:%2B1(303)555-0123", Some("+13035550123")),
    ("tel:+13035550123;cic=+1-6789", Some("+13035550123")),
    ("tel:2722;phone-context=gw.example.com", Some("2722")),
    ("tel:2722;phone-context=other.example.net", None),
    ("tel:+13035550123;postd=p12", Some("+13035550123+12")),
    // Words beside it.
    ("Tel. +44 20 7946 0153", Some("+442079460153")),
    ("☎ +44 20 7946 0153", Some("+442079460153")),
    ("+44 20 7946 0153 (work)", Some("+442079460153")),
    // No number, or more than one.
    ("+1 303 555 012", None),
    ("+1 303 555 01234", None),
    ("+1 103 555 0123", None),
    ("+1 303 555 0123 / 0124", None),
    ("+1 303 555 0123 +1 303 555 0124", None),
    ("++13035550123", None),
    ("3+13035550123", None),
    ("+13035550123;+13035550124", None),
    ("2500/2501", None),
    ("555-0123/0124", None),
    ("303/555-0123", Some("3035550123")),
    ("8/495/555-01-23", Some("84955550123")),
    ("0475/55.01.23", Some("0475550123")),
    ("0 030 5550123", None),
    ("0-0-44 20 7946 0153", None),
    ("(00) 44 20 7946 0153", Some("+442079460153")),
    ("(011) 44 20 7946 0153", Some("+442079460153")),
    ("12:30", None),
];

#[test]
fn a_notation_is_the_subscriber_that_is_meant_or_nobody() {
    let mut wrong = Vec::new();
    for (typed, expected) in NOTATIONS {
        let made = for_number(typed, "gw.example.com").ok();
        let got = made.as_ref().map(|made| made.addr.local_part());
        if got != expected {
            wrong.push(format!("{typed}: {got:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), NOTATIONS.len());
}

#[test]
fn a_text_that_is_no_number_is_refused() {
    for text in [
        "",
        " ",
        "+",
        "()",
        "(+)",
        "-",
        "#",
        "x12",
        "ext. 12",
        "call me",
        "bob",
        "room 2500",
        "call2500",
        "$5,000",
        "ada@example.com",
        "sip:+13035550123@gw.example.com",
        "Fax: +1 303 555 0123",
        "8~10 44 20 7946 0153",
        "tel:",
        "tel:;ext=12",
        "½",
        "Ⅻ",
        "2500 & 2501",
    ] {
        let made = for_number(text, "gw.example.com").ok().map(|made| made.addr.to_string());
        assert_eq!(made, None, "{text}");
    }
    assert_eq!(Typed::read(&"1 ".repeat(200), None), Err(NumberError::TooLong));
}

#[test]
fn what_is_left_out_or_replaced_is_told() {
    let notes = |text: &str| Typed::read(text, None).map(|typed| typed.notes);
    let letters = Note::Letters { written: "FLOWERS".into(), digits: "3569377".into() };
    for (text, expected) in [
        ("+1 (303) 555-0123", vec![]),
        ("+44 (0)20 7946 0153", vec![Note::TrunkZero]),
        ("0044 020 7946 0153", vec![Note::CallPrefix("00"), Note::TrunkZero]),
        ("1-800-FLOWERS", vec![letters]),
        ("+13035550123p12", vec![Note::Pause("12".into())]),
        ("Phone: +13035550123 (home)", vec![Note::Word("Phone".into()), Note::Word("home".into())]),
        ("tel:+13035550123;isub=1234", vec![Note::Word("isub=1234".into())]),
    ] {
        assert_eq!(notes(text), Ok(expected), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_number_or_refused(text in "\\PC{0,60}") {
        let _ = Typed::read(&text, Some("gw.example.com"));
    }

    #[test]
    fn text_like_a_number_is_read_twice_alike(
        text in "(tel:)?\\+?[0-9 ().,/x#pw*;=+-]{1,24}(ext|EXT| доб)?[0-9A-Z]{0,8}"
    ) {
        // What was read, written plainly, is the same number.
        if let Ok(first) = Typed::read(&text, None) {
            let again = Typed::read(first.number.as_str(), None);
            let number = again.map(|again| again.number);
            prop_assert_eq!(number, Ok(first.number));
        }
    }

    #[test]
    fn separators_do_not_matter(
        digits in proptest::collection::vec(0_u8..10, 9..12),
        marks in proptest::collection::vec(" |-|\\.|\u{a0}|–", 12),
    ) {
        let mut plain = String::from("+852");
        let mut written = plain.clone();
        for (digit, mark) in digits.iter().zip(&marks) {
            plain.push_str(&digit.to_string());
            written.push_str(&format!("{mark}{digit}"));
        }
        let read = |text: &str| Typed::read(text, None).map(|typed| typed.number);
        prop_assert_eq!(read(&written), read(&plain));
    }
}
