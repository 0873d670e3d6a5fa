//! What may be shown, and under which name a part may be saved (reliability T3, T5).
//!
//! Pure text functions; every text that comes out of a message passes one of them.

use aloud_model::AddrSpec;

/// Characters that are not seen but change what is: zero-width, bidirectional controls, fillers.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// One line for people: controls, bidirectional and zero-width characters are removed, line breaks
/// and runs of blanks become one blank.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') {
            gap = !out.is_empty();
        } else if !c.is_control() && !is_invisible(c) {
            if std::mem::take(&mut gap) {
                out.push(' ');
            }
            out.push(c);
        }
    }
    out
}

/// A text of several lines for people: as [`clean`], but lines, tabs and inner blanks stay, and
/// `CRLF` becomes `LF`. Joiners stay because scripts and emoji need them inside running text.
#[must_use]
pub fn clean_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' => {
                if rest.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\n' | '\t' | '\u{200c}' | '\u{200d}' => out.push(c),
            '\u{2028}' | '\u{2029}' => out.push('\n'),
            _ if c.is_control() || is_invisible(c) => {}
            _ => out.push(c),
        }
    }
    out
}

/// The name shown beside an address. A name that holds another address is a trick: the address
/// itself is shown instead.
#[must_use]
pub fn shown_name(name: &str, addr: &AddrSpec) -> String {
    let name = clean(name);
    let folded = fold_lookalikes(&name).to_lowercase();
    let deceives = folded.contains('@') && {
        let own = addr.as_str().to_lowercase();
        let rest = folded.replace(&own, "");
        rest.contains('@')
    };
    if deceives { addr.to_string() } else { name }
}

/// Full-width and small forms of `@` and `.`.
fn fold_lookalikes(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff20}' | '\u{fe6b}' => '@',
            '\u{ff0e}' | '\u{fe52}' | '\u{2024}' => '.',
            _ => c,
        })
        .collect()
}

/// Longest suggested file name in octets.
const FILE_NAME_MAX: usize = 120;

/// A name that is safe on every system: the last path component in composed form (NFC), so that two
/// spellings of one name are one file, without controls, invisible and reserved characters, leading dots or trailing dots and blanks; Windows device names get an
/// underscore; at most 120 octets with the extension kept. `None` when nothing remains.
#[must_use]
pub fn safe_file_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty())?;
    let composed = icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(last);
    let kept: String = composed
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .filter(|c| !matches!(c, ':' | '|' | '"' | '<' | '>' | '?' | '*' | '\u{fffd}'))
        // Look-alikes of the slash and the drive's colon.
        .filter(|c| !matches!(c, '\u{2044}' | '\u{2215}' | '\u{ff0f}' | '\u{ff3c}' | '\u{a789}'))
        .collect();
    let kept = kept.trim_start_matches(['.', ' ', '~']).trim_end_matches(['.', ' ']);
    if kept.is_empty() {
        return None;
    }
    let shortened = shorten(kept);
    Some(if is_device(&shortened) { format!("_{shortened}") } else { shortened })
}

fn shorten(name: &str) -> String {
    if name.len() <= FILE_NAME_MAX {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 16 => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let room = FILE_NAME_MAX - extension.len();
    let end = stem.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= room);
    let end = end.last().unwrap_or(0);
    let stem = stem.get(..end).unwrap_or_default().trim_end_matches(['.', ' ']);
    format!("{stem}{extension}")
}

/// Names that Windows takes for devices whatever their extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| {
            matches!(rest, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9")
                || matches!(rest, "\u{b9}" | "\u{b2}" | "\u{b3}")
        })
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$")
        || numbered("COM")
        || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricks_are_removed_from_one_line_texts() {
        for (input, expected) in [
            ("Ada\u{202e}gpj.exe", "Adagpj.exe"),
            ("a\u{200b}b\u{feff}c\0d\u{7}", "abcd"),
            ("  two\r\n words\t ", "two words"),
            ("Renée 📞", "Renée 📞"),
        ] {
            assert_eq!(clean(input), expected);
        }
        assert_eq!(clean_text("a\r\nb\rc\u{202e}\n\td"), "a\nb\nc\n\td");
    }

    #[test]
    fn a_name_with_another_address_shows_the_real_one() {
        let addr = AddrSpec::parse("mallory@evil.example").expect("complete");
        for name in [
            "ceo@example.com",
            "Boss <boss@example.com>",
            "boss＠example.com",
            "mallory@evil.example x@y",
        ] {
            assert_eq!(shown_name(name, &addr), "mallory@evil.example", "{name}");
        }
        assert_eq!(shown_name("Mallory", &addr), "Mallory");
        assert_eq!(shown_name("Mallory@Evil.example", &addr), "Mallory@Evil.example");
    }

    #[test]
    fn file_names_stay_in_their_folder() {
        for (input, expected) in [
            ("../../.bashrc", Some("bashrc")),
            ("C:\\x\\y.wav", Some("y.wav")),
            ("/etc/passwd", Some("passwd")),
            ("con.txt", Some("_con.txt")),
            ("COM1", Some("_COM1")),
            ("com10.txt", Some("com10.txt")),
            ("a\u{202e}vaw.exe", Some("avaw.exe")),
            ("a:b|c?.wav", Some("abc.wav")),
            ("..", None),
            ("", None),
            ("dir/", Some("dir")),
            ("Rene\u{301}e.wav", Some("Renée.wav")),
            ("msg0001.WAV. ", Some("msg0001.WAV")),
        ] {
            assert_eq!(safe_file_name(input).as_deref(), expected, "{input}");
        }
        let long = safe_file_name(&format!("{}.wav", "é".repeat(200))).expect("something");
        assert!(long.len() <= FILE_NAME_MAX && long.ends_with("é.wav"));
    }

    proptest::proptest! {
        #[test]
        fn any_file_name_is_one_plain_component(name in ".{0,300}") {
            if let Some(safe) = safe_file_name(&name) {
                let path = std::path::Path::new(&safe);
                proptest::prop_assert_eq!(path.components().count(), 1);
                proptest::prop_assert!(safe.len() <= FILE_NAME_MAX + 1);
                proptest::prop_assert!(!safe.starts_with('.'));
                proptest::prop_assert!(!safe.contains(['/', '\\', ':', '\0']));
            }
        }
    }
}
