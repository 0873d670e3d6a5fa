//! Signs of other scripts and widths brought to those that a number is read of.

use super::is_invisible;

/// The zeros of decimal digits that stand in numbers beside ours (Unicode general category Nd).
const ZEROS: [char; 19] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}',
    '\u{be6}', '\u{c66}', '\u{ce6}', '\u{d66}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}',
    '\u{17e0}', '\u{1810}', '\u{ff10}',
];

/// Digits as ASCII, one kind of blank, hyphen, dot, parenthesis and plus; marks that are not seen
/// are left out.
pub(super) fn fold(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).map(sign).collect()
}

fn sign(c: char) -> char {
    if let Some(digit) = digit(c) {
        return digit;
    }
    match c {
        // Full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => {
            let ascii = u32::from(c) - 0xfee0;
            char::from_u32(ascii).map_or(c, sign)
        }
        c if c.is_whitespace() => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{30fc}' => '-',
        '\u{b7}' | '\u{2022}' | '\u{2219}' | '\u{22c5}' | '\u{30fb}' | '\u{3002}' => '.',
        '[' | '{' => '(',
        ']' | '}' => ')',
        '\u{fe62}' | '\u{fb29}' | '\u{2795}' => '+',
        '\u{2044}' | '\u{2215}' => '/',
        c => c,
    }
}

fn digit(c: char) -> Option<char> {
    let value = ZEROS
        .iter()
        .find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

/// Percent-encoded octets of a URI; what is none stays as it is.
pub(super) fn percent(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| first == b'%') {
            Some(octet) => {
                out.push(octet);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(first);
                rest = after;
            }
        }
    }
    fold(&String::from_utf8_lossy(&out))
}
