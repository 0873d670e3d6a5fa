//! Words and letters around a number: labels before it, words before an extension, letters of the
//! keypad (ITU-T E.161).

use super::is_separator;

/// Words before an extension, in lower case, a longer one before one that it begins with.
const EXTENSION: [&str; 24] = [
    "extension",
    "extensión",
    "extn",
    "ext",
    "xt",
    "durchwahl",
    "dw",
    "apparat",
    "app",
    "nst",
    "poste",
    "anexo",
    "interno",
    "int",
    "ramal",
    "toestel",
    "tst",
    "доб",
    "wew",
    "linka",
    "klapka",
    "内線",
    "转",
    "x",
];

/// Words before a number, in lower case.
const LABELS: [&str; 26] = [
    "telephone",
    "telefono",
    "teléfono",
    "téléphone",
    "telefon",
    "telefone",
    "telefoon",
    "phone",
    "mobile",
    "mobil",
    "mobiel",
    "handy",
    "cell",
    "call",
    "voice",
    "work",
    "home",
    "office",
    "tel",
    "tél",
    "mob",
    "тел",
    "电话",
    "電話",
    "☎",
    "📞",
];

/// A word before the number, and what follows it.
pub(super) fn label(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| c.is_ascii_digit() || matches!(c, '+' | '('))?;
    let (word, rest) = text.split_at(end);
    let plain = word.trim_end_matches([' ', ':', '.', '\u{fe0f}']);
    let known = LABELS.contains(&plain.to_lowercase().as_str());
    // "call2500" is no word and a number.
    let apart = plain.len() < word.len() || !plain.ends_with(char::is_alphabetic);
    (known && apart).then_some((plain, rest))
}

/// What stands after the word or sign of an extension.
pub(super) fn extension(rest: &str) -> Option<&str> {
    let trimmed = rest.trim_start();
    let lower = trimmed.to_lowercase();
    let marked = trimmed.strip_prefix('#').or_else(|| {
        // No letter of these words changes its length in lower case.
        let word = EXTENSION.iter().find(|word| lower.starts_with(**word))?;
        trimmed.get(word.len()..)
    })?;
    let digits = marked.trim_start_matches([' ', '.', ':', '-']);
    digits
        .starts_with(|c: char| c.is_ascii_digit())
        .then_some(digits)
        .filter(|digits| digits.chars().all(|c| c.is_ascii_digit() || is_separator(c)))
}

/// A number of letters and the extension behind it: `1-800-FLOWERS ext. 12`.
pub(super) fn extended(rest: &str) -> Option<(&str, &str)> {
    rest.match_indices(' ').find_map(|(at, _)| {
        let (letters, behind) = rest.split_at(at);
        Some((letters, extension(behind)?))
    })
}

/// The key of a letter.
fn key(c: char) -> Option<char> {
    Some(match c.to_ascii_lowercase() {
        'a'..='c' => '2',
        'd'..='f' => '3',
        'g'..='i' => '4',
        'j'..='l' => '5',
        'm'..='o' => '6',
        'p'..='s' => '7',
        't'..='v' => '8',
        'w'..='z' => '9',
        _ => return None,
    })
}

/// A number with letters of the keypad: the number, the letters and their digits. `head` is what
/// stands before the first letter. Only what is written as such numbers are is taken, because
/// "2500 Bob" is no number: a beginning that a public number has, three letters or more of one
/// case, and the length of a whole number.
pub(super) fn keypad(text: &str, head: &str) -> Option<(String, String, String)> {
    let letters: String = text.get(head.len()..)?.chars().filter(|c| !is_separator(*c)).collect();
    let words: Vec<&str> =
        text.split(is_separator).filter(|word| word.contains(char::is_alphabetic)).collect();
    let before: String = head.chars().filter(char::is_ascii_digit).collect();
    let upper = letters.chars().all(|c| !c.is_ascii_lowercase());
    let one_lower = words.len() == 1 && letters.chars().all(|c| !c.is_ascii_uppercase());
    let count = letters.chars().filter(char::is_ascii_alphabetic).count();
    let run = words.iter().any(|word| word.chars().filter(char::is_ascii_alphabetic).count() >= 3);
    let signs = letters.chars().all(|c| c.is_ascii_alphanumeric());
    if !(run && signs && (upper || one_lower)) {
        return None;
    }
    let keys: String = letters.chars().map(|c| key(c).unwrap_or(c)).collect();
    let global = head.trim_start_matches([' ', '(']).starts_with('+');
    let toll_free = |digits: &str| {
        ["800", "833", "844", "855", "866", "877", "888", "900"]
            .iter()
            .any(|p| digits.starts_with(p))
    };
    let national = before.strip_prefix('1').unwrap_or(&before);
    let zero = before.starts_with('0');
    let american = match global {
        true => before.starts_with('1'),
        false => !zero && (toll_free(national) || before.len() >= 6),
    };
    let australian = ["1300", "1800"].iter().any(|code| head.trim_start().starts_with(code));
    let other = global || zero || (australian && before.len() == 4);
    let total = before.len() + keys.len();
    let short = before.len() == 3 && count == 4 && keys.len() == 4 && head.ends_with('-');
    if !short && !((3..=7).contains(&before.len()) && (american || other) && total >= 10) {
        return None;
    }
    // What is dialled beyond the length of an American number is not heard by the exchange.
    let whole = if before.starts_with('1') { 11 } else { 10 };
    if american && !short && !australian && total < whole {
        return None;
    }
    let keep = if american && !short { whole - before.len() } else { keys.len() };
    let digits: String = keys.chars().take(keep).collect();
    Some((format!("{head}{digits}"), letters, digits))
}
