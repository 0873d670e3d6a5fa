//! Telephone numbers and clocks inside running text: where one begins and ends, and what looks like
//! one and is a date or a time.

use crate::recognize::words::unspaced;

/// Characters a number may have.
const NUMBER_MAX: usize = 40;

/// A number found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// As written.
    pub text: String,
    /// First octet.
    pub start: usize,
    /// Octet behind it.
    pub end: usize,
    /// Digits in it.
    pub digits: usize,
}

/// All runs of digits with the marks of telephone numbers between them, dates and times left out.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(start) = rest.find(|c: char| c.is_ascii_digit() || matches!(c, '+' | '(')) else {
            break;
        };
        let start = at + start;
        let joined = is_joined(text.get(..start).unwrap_or_default());
        let end = run(text, start);
        at = end.max(start + 1);
        let piece = text.get(start..end).unwrap_or_default();
        let clean = piece.trim_end_matches(|c: char| !c.is_ascii_digit());
        let opened = clean.matches('(').count() > clean.matches(')').count();
        let skipped = if opened && clean.starts_with('(') { 1 } else { 0 };
        let clean = clean.get(skipped..).unwrap_or_default();
        let start = start + skipped;
        let digits = clean.chars().filter(char::is_ascii_digit).count();
        let behind = text.get(start + clean.len()..).unwrap_or_default().chars().next();
        let letter = |c: char| c.is_alphabetic() && !unspaced(c);
        let torn = behind.is_some_and(|c| {
            (c == ':' && next_is_digit(text, start + clean.len())) || letter(c) || c == '_'
        });
        if digits == 0 || digits > 20 || joined || torn || is_date(clean) {
            continue;
        }
        found.push(Token { text: clean.to_owned(), start, end: start + clean.len(), digits });
    }
    found
}

/// Whether a text is nothing but a telephone number, in quotes or not.
#[must_use]
pub fn is_number(text: &str) -> bool {
    let text = text.trim_matches('"');
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= 3 && text.chars().all(|c| c.is_ascii_digit() || " +-.()/#*".contains(c))
}

/// Whether what follows is the rest of a word, a time or a ticket's number. `x2215` is an extension.
fn is_joined(before: &str) -> bool {
    let Some(last) = before.chars().next_back() else { return false };
    if matches!(last, 'x' | 'X') {
        let word = before.chars().rev().nth(1);
        return word.is_some_and(char::is_alphanumeric);
    }
    let number =
        || before.trim_end_matches([':', '.', '/', '#']).ends_with(|c: char| c.is_ascii_digit());
    (last.is_alphanumeric() && !unspaced(last))
        || (matches!(last, ':' | '.' | '/' | '#') && number())
}

fn next_is_digit(text: &str, colon: usize) -> bool {
    text.get(colon + 1..).and_then(|rest| rest.chars().next()).is_some_and(|c| c.is_ascii_digit())
}

/// Where the run that begins at `start` ends: two marks that part things, or another character.
fn run(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let mut end = start;
    let mut last = ' ';
    for (at, c) in rest.char_indices().take(NUMBER_MAX) {
        let fits = match c {
            '0'..='9' => true,
            '+' => at == 0 || last == '(',
            // An area code, not the remark behind a number.
            '(' => {
                let before = rest.get(..at).unwrap_or_default();
                let digits = before.chars().filter(char::is_ascii_digit).count();
                !matches!(last, '(' | '-' | '.' | '/') && !before.contains('(') && digits <= 4
            }
            ')' => {
                rest.get(..at).is_some_and(|before| before.contains('(') && !before.contains(')'))
            }
            '-' | '.' | '/' => last.is_ascii_digit() || last == ')',
            ' ' => !matches!(last, ' ' | '-' | '.' | '/' | '('),
            '\u{2011}' | '\u{2010}' | '\u{a0}' => last.is_ascii_digit() || last == ')',
            _ => false,
        };
        if !fits {
            break;
        }
        last = c;
        end = start + at + c.len_utf8();
    }
    // `04 78 55 01 23 9 pages`: what stands behind the last blank may be another thing; a date never
    // is part of a number.
    let piece = text.get(start..end).unwrap_or_default();
    let words: Vec<&str> = piece.split(' ').collect();
    let mut kept = 0;
    for (index, word) in words.iter().enumerate() {
        if index > 0 && is_date(word.trim_end_matches(['.', '-', '/'])) {
            break;
        }
        kept += word.len() + usize::from(index > 0);
    }
    start + kept.min(piece.len())
}

/// `2026-04-17`, `17.04.2026`, `4/17/26`, `20260417`, `2026/04/17 13`.
fn is_date(text: &str) -> bool {
    let text = text.split(' ').next().unwrap_or_default();
    let parts: Vec<&str> = text.split(['-', '.', '/']).filter(|part| !part.is_empty()).collect();
    let number = |part: &str| part.parse::<u32>().ok();
    let small = |part: &str, most: u32| {
        part.len() <= 2 && number(part).is_some_and(|n| (1..=most).contains(&n))
    };
    let year = |part: &str| part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    match parts.as_slice() {
        [one] => {
            one.len() == 8
                && one.starts_with("20")
                && one.get(4..6).is_some_and(|m| small(m, 12))
                && one.get(6..8).is_some_and(|d| small(d, 31))
        }
        [y, m, d] if year(y) => small(m, 12) && small(d, 31),
        [a, b, c] if !text.starts_with('+') => {
            small(a, 31)
                && small(b, 31)
                && (small(a, 12) || small(b, 12))
                && (year(c) || c.len() == 2)
        }
        _ => false,
    }
}

/// `0:31`, `00:00:31`, `00:08 Minuten` as seconds.
#[must_use]
pub fn clock(text: &str) -> Option<f64> {
    let text: String =
        text.trim().chars().take_while(|c| c.is_ascii_digit() || *c == ':').collect();
    let parts: Vec<&str> = text.split(':').collect();
    let fine = |part: &&str| (1..=4).contains(&part.len());
    ((2..=3).contains(&parts.len()) && parts.iter().all(fine)).then_some(())?;
    (parts.iter().skip(1).all(|part| part.len() == 2)).then_some(())?;
    let total =
        parts.iter().try_fold(0_u32, |sum, part| Some(sum * 60 + part.parse::<u32>().ok()?))?;
    (total > 0 && total < 172_800).then_some(f64::from(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_nothing_else() {
        for text in ["+44 20 7946 0153", "\"18005550111\"", "*98555", "030/555"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["Ada 555", "12", "", "\"\"", "5550123 \"x\""] {
            assert!(!is_number(text), "{text}");
        }
    }

    #[test]
    fn numbers_are_found_and_dates_are_not() {
        let found = |text: &str| tokens(text).into_iter().map(|t| t.text).collect::<Vec<_>>();
        for (text, expected) in [
            ("from +1 (303) 555-0123 today", &["+1 (303) 555-0123"][..]),
            ("(415) 555-0123", &["(415) 555-0123"]),
            ("04 78 55 01 23 le 17/04/2026", &["04 78 55 01 23"]),
            ("from 1002 - 2026-03-03 10:20:30", &["1002"]),
            ("03.03.2026 10:20", &[]),
            ("at 2026-04-17 09:14:22", &[]),
            ("20260417", &[]),
            ("message vm300 or 0x55", &[]),
            ("<0612345678>", &["0612345678"]),
            ("（05055550142）", &["05055550142"]),
            ("来自02155550123的", &["02155550123"]),
            ("1-415-555-0123", &["1-415-555-0123"]),
            ("", &[]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
