//! The letters on the keys of a telephone (ITU-T E.161): names as the digits that spell them, for
//! finding people by keypad.
//!
//! An accented letter counts as its base, `ß` as `ss`, `ø` as `o`. A word with letters of a script that
//! the keys do not carry has no digits. What is looked at of a name is bounded in letters, words and
//! digits.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Letters of a name, its words, and digits of a key that are looked at.
const BOUNDS: (usize, usize, usize) = (256, 10, 48);
/// Fewest digits that spell something.
const FEWEST: usize = 2;

/// The digits of a letter or digit; `None` for what no key carries.
fn key(letter: char) -> Option<&'static str> {
    Some(match letter {
        '0' => "0",
        '1' => "1",
        '2' | 'a'..='c' => "2",
        '3' | 'd'..='f' | 'ð' | 'đ' => "3",
        '4' | 'g'..='i' | 'ı' | 'ħ' => "4",
        '5' | 'j'..='l' | 'ł' => "5",
        '6' | 'm'..='o' | 'ø' | 'ŋ' => "6",
        '7' | 'p'..='s' => "7",
        '8' | 't'..='v' | 'ŧ' => "8",
        '9' | 'w'..='z' => "9",
        'ß' => "77",
        'æ' => "23",
        'œ' => "63",
        'þ' => "84",
        _ => return None,
    })
}

/// The words of a name in digits, each with the digit of its first letter.
fn words(name: &str) -> Vec<String> {
    let short: String = name.chars().take(BOUNDS.0).collect();
    let plain = DecomposingNormalizerBorrowed::new_nfkd().normalize(&short).to_lowercase();
    let plain: String = plain.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect();
    plain
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .filter_map(|word| word.chars().map(key).collect::<Option<String>>())
        .take(BOUNDS.1)
        .collect()
}

/// The digits that a name is found by: whoever types the beginning of one of them means it. From the
/// beginning of each word to the end of the name; the surname before the others; the initials, or the
/// first one, and the surname. Empty for a name that the keys cannot spell.
#[must_use]
pub fn spellings(name: &str) -> Vec<String> {
    let words = words(name);
    let mut all: Vec<String> =
        (0..words.len()).map(|at| words.iter().skip(at).cloned().collect()).collect();
    if let Some((last, before @ [first, ..])) = words.split_last() {
        let initial = |word: &String| word.chars().next();
        let initials: String = before.iter().filter_map(initial).collect();
        all.push(format!("{last}{}", before.concat()));
        all.extend(initial(first).map(|one| format!("{one}{last}")));
        all.push(format!("{initials}{last}"));
    }
    for digits in &mut all {
        digits.truncate(BOUNDS.2);
    }
    all.sort();
    all.dedup();
    all
}

/// The digits of what was typed, if it may spell a name: two digits or more, with nothing but blanks,
/// hyphens and dots between them.
#[must_use]
pub fn typed(text: &str) -> Option<String> {
    let text = text.trim();
    let mut digits = String::new();
    for letter in text.chars().take(BOUNDS.0) {
        match letter {
            '0'..='9' => digits.push(letter),
            ' ' | '-' | '.' => {}
            _ => return None,
        }
    }
    digits.truncate(BOUNDS.2);
    (digits.len() >= FEWEST).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(digits: &str, name: &str) -> bool {
        let typed = typed(digits).expect("digits");
        spellings(name).iter().any(|spelling| spelling.starts_with(&typed))
    }

    #[test]
    fn a_name_is_found_by_its_keys() {
        for (digits, name) in [
            ("2366", "Benno Keller"),
            ("53 55", "Benno Keller"),
            ("23666-535537", "Benno Keller"),
            ("53553723666", "Benno Keller"),
            ("25355", "Benno Keller"),
            ("625", "Jürgen Oak"),
            ("587436", "Jürgen Oak"),
            ("7872773", "Jörg Straße"),
            ("76736", "Søren Ørsted"),
            ("677833", "Søren Ørsted"),
            ("585279", "Łukasz Żak"),
            ("925", "Łukasz Żak"),
            ("627436", "Sinead O’Brien"),
            ("27436", "Sinead O'Brien"),
            ("62743", "Anna-Marie Mary"),
            ("266262743", "Anna-Marie Mary"),
            ("5265262378", "J. A. M. Lambert"),
            ("55262378", "J. A. M. Lambert"),
            ("425866", "Ａｌｔｏｎ ＨＡＬＴＯＮ"),
            ("33463", "ﬀine Dee"),
            ("007", "Agent 007"),
        ] {
            assert!(finds(digits, name), "{digits} {name}: {:?}", spellings(name));
        }
    }

    #[test]
    fn nobody_else_is_found() {
        for (digits, name) in [
            ("2367", "Benno Keller"),
            ("366", "Benno Keller"),
            ("22", "Ада Лавлейс"),
            ("22", "山田 太郎"),
            ("22", "محمد"),
            ("22", ""),
            ("22", "\u{301}\u{300} --- 😀"),
        ] {
            assert!(!finds(digits, name), "{digits} {name}: {:?}", spellings(name));
        }
        // What can be spelled of a mixed name is found.
        assert!(finds("5452", "李 Lila"));
        for text in ["", "2", "+22", "2a", "22@", "*22", "2/2", "٢٢"] {
            assert_eq!(typed(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_looked_at_of_a_name_is_bounded() {
        for long in ["a b ".repeat(100_000), "ﷺ".repeat(100_000), "z".repeat(1_000_000)] {
            let all = spellings(&long);
            assert!(all.len() <= BOUNDS.1 + 3 && all.iter().all(|one| one.len() <= BOUNDS.2));
        }
        assert!(typed(&"2".repeat(1_000_000)).expect("digits").len() <= BOUNDS.2);
    }
}
