//! Prefixes that are dialled before a number and are no part of it (ITU-T E.164 section 7.3.2), and
//! the length of numbers of country code 1.

use super::NumberError;
use crate::address::number::country_code;

/// Country codes whose numbers never begin with a zero, which is dialled inside the country.
const DROPS_ZERO: [&str; 55] = [
    "20", "27", "31", "32", "33", "40", "41", "43", "44", "46", "49", "51", "58", "60", "61", "62",
    "63", "64", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98", "212",
    "213", "218", "233", "234", "249", "251", "254", "255", "256", "260", "263", "353", "355",
    "358", "359", "380", "381", "385", "386", "387", "389", "421", "886", "972",
];

/// Country codes whose numbers keep it.
const KEEPS_ZERO: [&str; 6] = ["39", "225", "241", "242", "378", "379"];

/// Where a `(0)` stands, counted in digits. The zero is optional where it is alone in parentheses.
pub(super) fn optional_zero(text: &str) -> Option<usize> {
    let mut digits = 0;
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() {
            digits += 1;
        }
        let alone = c == '('
            && text
                .get(at + 1..)
                .and_then(|rest| rest.split_once(')'))
                .is_some_and(|(inner, _)| inner.trim() == "0");
        if alone {
            return Some(digits);
        }
    }
    None
}

/// Takes the zero of calls inside the country off the digits of a global number; whether there was
/// one. `optional` says where a zero stands in parentheses.
pub(super) fn drop_zero(digits: &mut String, optional: Option<usize>) -> Result<bool, NumberError> {
    let code = country_code(digits).to_owned();
    let at = code.len();
    if optional.is_some_and(|zero| zero != at) {
        return Err(NumberError::Prefix);
    }
    let rest = digits.get(at..).unwrap_or_default();
    if !rest.starts_with('0') || KEEPS_ZERO.contains(&code.as_str()) {
        return Ok(false);
    }
    if code == "36" && rest.starts_with("06") {
        // Hungary has two digits there.
        digits.drain(at..at + 2);
        return Ok(true);
    }
    if optional.is_none() && !DROPS_ZERO.contains(&code.as_str()) {
        return Ok(false);
    }
    digits.remove(at);
    Ok(true)
}

/// The prefix of calls abroad that digits begin with: 00 in most countries, 011 in North America,
/// 0011 in Australia.
///
/// # Errors
/// [`NumberError::Prefix`] where 00 is followed by no number of country code 1: some countries have
/// 001 and other prefixes.
pub(super) fn call_prefix(digits: &str) -> Result<Option<&'static str>, NumberError> {
    const WHOLE: usize = 8;
    // Longer than any number at home that begins with the area code 011.
    const ABROAD: usize = 14;
    let follows = |prefix: &str| {
        digits.strip_prefix(prefix).filter(|rest| {
            !rest.starts_with('0')
                && rest.len() >= WHOLE
                && rest.bytes().all(|b| b.is_ascii_digit())
        })
    };
    if follows("0011").is_some() {
        return Ok(Some("0011"));
    }
    if let Some(rest) = follows("00") {
        if rest.starts_with('1') {
            north_american(rest).map_err(|_| NumberError::Prefix)?;
        }
        return Ok(Some("00"));
    }
    Ok(follows("011").filter(|_| digits.len() >= ABROAD).map(|_| "011"))
}

/// Whether the digits after the plus are a number of country code 1: ten more, the area code from
/// 2 on.
pub(super) fn north_american(digits: &str) -> Result<(), NumberError> {
    let rest = digits.strip_prefix('1').unwrap_or(digits);
    match rest.len() {
        10 if rest.starts_with(|c: char| ('2'..='9').contains(&c)) => Ok(()),
        0..10 => Err(NumberError::TooShort),
        10 => Err(NumberError::Prefix),
        _ => Err(NumberError::Several),
    }
}
