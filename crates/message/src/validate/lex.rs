//! Strict readers: what the grammars allow when a message is *made* (RFC 5322, 2045, 2047, 5646).
//! Receiving is lenient and lives in `view`; here a deviation is a sentence.

use crate::view;

/// Parameters of one field that are read.
const PARAMETERS_MAX: usize = 100;
/// Characters in which an encoded word must end to be taken for one; 75 are allowed.
const WORD_MAX: usize = 1_000;

/// A field value on one line: line ends removed, the blank that folding needs kept.
pub(super) fn unfolded(value: &[u8]) -> String {
    let flat: Vec<u8> = value.iter().copied().filter(|c| !matches!(c, b'\r' | b'\n')).collect();
    String::from_utf8_lossy(&flat).trim().to_owned()
}

/// A value with parameters as the grammar has it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    /// Before the first semicolon, as written.
    pub value: String,
    /// Attributes in lower case, values without quotes.
    pub parameters: Vec<(String, String)>,
}

impl Field {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_graphic() && !"()<>@,;:\\\"/[]?=".contains(c)
}

pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_token_char)
}

/// Reads `value *( ";" attribute "=" ( token / quoted-string ) )` (RFC 2045 section 5.1, RFC 2183
/// section 2); comments may stand between.
///
/// # Errors
/// Where it leaves the grammar, in words.
pub(super) fn parameters(value: &[u8]) -> Result<Field, String> {
    if !value.is_ascii() {
        return Err("octets that are not ASCII".into());
    }
    let text = unfolded(value);
    let mut rest = blanks(&text)?;
    let end = rest.find([';', '(', '"', ' ', '\t']).unwrap_or(rest.len());
    let (head, tail) = rest.split_at(end);
    let mut field = Field { value: head.to_owned(), parameters: Vec::new() };
    rest = blanks(tail)?;
    while !rest.is_empty() {
        let Some(tail) = rest.strip_prefix(';') else {
            return Err(format!("“{rest}” where a semicolon belongs"));
        };
        rest = blanks(tail)?;
        let end = rest.find(|c| !is_token_char(c)).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end);
        if name.is_empty() {
            return Err("a semicolon without a parameter after it".into());
        }
        let tail = blanks(tail)?;
        let Some(tail) = tail.strip_prefix('=') else {
            return Err(format!("the parameter “{name}” without a value"));
        };
        let tail = blanks(tail)?;
        let (value, tail) = match tail.strip_prefix('"') {
            Some(inside) => quoted(inside)
                .ok_or_else(|| format!("the quotes around the parameter “{name}” do not close"))?,
            None => {
                let end = tail.find(|c| !is_token_char(c)).unwrap_or(tail.len());
                let (value, tail) = tail.split_at(end);
                if value.is_empty() {
                    return Err(format!("the parameter “{name}” needs quotes or a value"));
                }
                (value.to_owned(), tail)
            }
        };
        let name = name.to_ascii_lowercase();
        if field.parameters.len() >= PARAMETERS_MAX {
            return Err("more than 100 parameters".into());
        }
        if field.get(&name).is_some() {
            return Err(format!("the parameter “{name}” twice"));
        }
        field.parameters.push((name, value));
        rest = blanks(tail)?;
    }
    Ok(field)
}

/// The text of a quoted string whose first quote is gone, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => {
                out.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((out, text.get(at + 1..).unwrap_or_default())),
            _ => out.push(c),
        }
    }
    None
}

/// Skips blanks and comments.
fn blanks(text: &str) -> Result<&str, String> {
    let mut rest = text.trim_start();
    while rest.starts_with('(') {
        let mut depth = 0_usize;
        let mut escaped = false;
        let mut end = None;
        for (at, c) in rest.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '(' => depth += 1,
                ')' => {
                    depth -= 1;
                    if depth == 0 {
                        end = Some(at + 1);
                        break;
                    }
                }
                _ => {}
            }
        }
        let Some(end) = end else { return Err("a comment that does not close".into()) };
        rest = rest.get(end..).unwrap_or_default().trim_start();
    }
    Ok(rest)
}

/// What is wrong with a Date value (RFC 5322 section 3.3, without the obsolete forms).
pub(super) fn date_problem(value: &[u8]) -> Option<String> {
    let text = view::header::without_comments(&unfolded(value));
    let Some(date) = view::date(&text) else {
        return Some(format!("“{text}” is no date"));
    };
    let (named, rest) = match text.split_once(',') {
        Some((day, rest)) => (Some(day.trim()), rest),
        None => (None, text.as_str()),
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    let [day, month, year, time, zone] = words.as_slice() else {
        return Some(format!("“{text}” lacks a part of a date, most often the zone"));
    };
    let digits = |t: &str, counts: &[usize]| {
        counts.contains(&t.len()) && t.bytes().all(|c| c.is_ascii_digit())
    };
    if !digits(day, &[1, 2]) || month.len() != 3 || !year.bytes().all(|c| c.is_ascii_digit()) {
        return Some(format!("“{text}” is not written as day, month, year"));
    }
    if year.len() < 4 {
        return Some(format!("the year {year} has fewer than four digits"));
    }
    if !time.split(':').all(|t| digits(t, &[2])) || !(2..=3).contains(&time.split(':').count()) {
        return Some(format!("the time {time} is not written hh:mm:ss"));
    }
    if !zone.strip_prefix(['+', '-']).is_some_and(|z| digits(z, &[4])) {
        return Some(format!("the zone {zone} is not a four-digit offset"));
    }
    let weekday = format!("{:?}", date.local().weekday());
    let short = weekday.get(..3).unwrap_or_default();
    named
        .filter(|day| !day.eq_ignore_ascii_case(short))
        .map(|day| format!("it was a {weekday}, not {day}"))
}

/// What is wrong with a field of identifiers: each `<left@right>`, blanks between.
pub(super) fn ids_problem(value: &[u8]) -> Option<String> {
    let text = view::header::without_comments(&unfolded(value));
    if text.is_empty() {
        return Some("it is empty".into());
    }
    text.split_inclusive('>').find_map(|id| {
        let id = id.trim();
        let inner = id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
        let legal = inner.and_then(|id| id.split_once('@')).is_some_and(|(left, right)| {
            let side = |t: &str| {
                !t.is_empty() && t.chars().all(|c| c.is_ascii_graphic() && !"<>@ ".contains(c))
            };
            side(left) && side(right)
        });
        (!id.is_empty() && !legal).then(|| format!("“{id}” is not <left@right>"))
    })
}

fn is_atom_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

pub(super) fn is_dot_atom(text: &str) -> bool {
    text.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char))
}

/// What is wrong with an addr-spec (RFC 5322 section 3.4.1).
pub(super) fn addr_problem(addr: &str) -> Option<String> {
    let Some((local, domain)) = addr.rsplit_once('@') else {
        return Some(format!("“{addr}” has no @"));
    };
    let literal = domain
        .strip_prefix('[')
        .and_then(|d| d.strip_suffix(']'))
        .is_some_and(|d| d.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '[' | ']' | '\\')));
    if !is_dot_atom(domain) && !literal {
        return Some(format!("“{domain}” is no domain"));
    }
    let inner = local.strip_prefix('"').and_then(quoted);
    let whole = inner.is_some_and(|(text, rest)| {
        rest.is_empty() && text.chars().all(|c| matches!(c, ' '..='~' | '\t'))
    });
    (!is_dot_atom(local) && !whole)
        .then(|| format!("“{local}” before the @ is neither an atom nor a quoted string"))
}

/// What is wrong with a list of addresses as a list (RFC 5322 section 3.4, without the obsolete
/// forms): nothing in it, an empty place, or a name that needs quotes. The addresses themselves are
/// [`addr_problem`]'s.
pub(super) fn list_problem(value: &[u8], may_be_empty: bool) -> Option<String> {
    let text = view::header::without_comments(&unfolded(value));
    if text.trim().is_empty() {
        return (!may_be_empty).then(|| "it is empty".into());
    }
    let mut pieces = Vec::new();
    let (mut start, mut in_quotes, mut escaped, mut in_angles) = (0, false, false, false);
    let mut in_literal = false;
    // Inside a group, and whether the next piece is the first of it.
    let (mut in_group, mut first) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' => in_quotes = !in_quotes,
            _ if in_quotes => {}
            '[' => in_literal = true,
            ']' => in_literal = false,
            // The colons of `a@[IPv6:2001:db8::1]` begin no group.
            _ if in_literal => {}
            '<' => in_angles = true,
            '>' => in_angles = false,
            _ if in_angles => {}
            ':' if !in_group => {
                if let Some(problem) = phrase_problem(text.get(start..at).unwrap_or_default()) {
                    return Some(problem);
                }
                (in_group, first) = (true, true);
                start = at + 1;
            }
            ',' | ';' => {
                pieces.push((start, at, c == ';', std::mem::take(&mut first)));
                in_group &= c != ';';
                start = at + 1;
            }
            _ => {}
        }
    }
    if in_quotes {
        return Some("the quotes around a name do not close".into());
    }
    pieces.push((start, text.len(), false, first));
    let last = pieces.len() - 1;
    let mut after_group = false;
    for (at, &(from, to, ends_group, first)) in pieces.iter().enumerate() {
        let piece = text.get(from..to).unwrap_or_default().trim();
        // Nothing stands between a group and the comma or end after it.
        if std::mem::replace(&mut after_group, ends_group) {
            if piece.is_empty() && !ends_group {
                continue;
            }
            return Some("a group without a comma after it".into());
        }
        // A group may be empty.
        if piece.is_empty() && ends_group && first {
            continue;
        }
        if piece.is_empty() {
            return Some(if at == last && at > 0 {
                "a comma without an address after it".into()
            } else {
                "an empty place in the list".into()
            });
        }
        if let Some((name, _)) = outside_quotes(piece, '<')
            && let Some(problem) = phrase_problem(name)
        {
            return Some(problem);
        }
    }
    None
}

/// The text before and after a character that stands outside quotes.
fn outside_quotes(text: &str, wanted: char) -> Option<(&str, &str)> {
    let (mut in_quotes, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' => in_quotes = !in_quotes,
            c if c == wanted && !in_quotes => return text.split_at_checked(at),
            _ => {}
        }
    }
    None
}

/// What is wrong with a name: each word is an atom or quoted. Octets that are not ASCII are the
/// header's problem.
fn phrase_problem(name: &str) -> Option<String> {
    let mut rest = name.trim_start();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('"') {
            let Some((_, after)) = quoted(inside) else {
                return Some("the quotes around a name do not close".into());
            };
            rest = after.trim_start();
            continue;
        }
        let end = rest.find([' ', '\t', '"']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if !word.chars().all(|c| is_atom_char(c) || !c.is_ascii()) {
            return Some(format!("“{word}” in a name needs quotes"));
        }
        rest = after.trim_start();
    }
    None
}

/// What is wrong with the encoded words of a value (RFC 2047 sections 2 and 5).
pub(super) fn encoded_words_problem(value: &[u8]) -> Option<String> {
    let text = unfolded(value);
    let mut in_quotes = false;
    let mut escaped = false;
    let mut skip_to = 0;
    for (at, c) in text.char_indices() {
        if at < skip_to {
            continue;
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' => in_quotes = !in_quotes,
            '=' => {
                let rest = text.get(at..).unwrap_or_default();
                let Some(word) = encoded_word(rest) else { continue };
                if in_quotes {
                    return Some(format!("the encoded word “{word}” stands inside quotes"));
                }
                if word.len() > 75 {
                    return Some(format!("the encoded word “{word}” is longer than 75 characters"));
                }
                if word.contains(' ') {
                    return Some(format!("the encoded word “{word}” holds a blank"));
                }
                let tail = rest.get(word.len()..).unwrap_or_default();
                if tail.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                    return Some(format!("text follows the encoded word “{word}” without a blank"));
                }
                skip_to = at + word.len();
            }
            _ => {}
        }
    }
    None
}

/// An encoded word at the beginning of a text: `=?charset?q?...?=`.
fn encoded_word(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("=?")?;
    let mut pieces = inside.splitn(3, '?');
    let (charset, encoding, rest) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let known = matches!(encoding, "q" | "Q" | "b" | "B");
    let near = rest.char_indices().nth(WORD_MAX).map_or(rest.len(), |(at, _)| at);
    let end = rest.get(..near)?.find("?=")?;
    let length = 2 + charset.len() + 1 + encoding.len() + 1 + end + 2;
    (known && !charset.is_empty() && !charset.contains(' ')).then(|| text.get(..length))?
}

/// Whether a language tag is well formed (RFC 5646 section 2.1, without looking it up).
pub(super) fn is_language_tag(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let first = subtags.next().unwrap_or_default();
    let primary = (2..=8).contains(&first.len()) && first.bytes().all(|c| c.is_ascii_alphabetic())
        || matches!(first, "x" | "X" | "i" | "I");
    primary
        && subtags
            .all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_keep_to_the_grammar() {
        let good =
            parameters(b" Multipart/Mixed (a (b)); Boundary=\"a\\\"b\";\r\n version=2.0").unwrap();
        assert_eq!(good.value, "Multipart/Mixed");
        assert_eq!((good.get("boundary"), good.get("version")), (Some("a\"b"), Some("2.0")));
        for bad in [
            "a/b; boundary=a b",
            "a/b; x",
            "a/b;",
            "a/b; x=\"y",
            "a/b; x=1; X=2",
            "a/b; x=",
            "a/b (never",
            "a/b; name=gr\u{fc}n",
            "a b",
        ] {
            assert!(parameters(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn dates_have_day_time_and_zone() {
        assert_eq!(date_problem(b"Tue, 04 Mar 2025 09:10:00 -0500"), None);
        assert_eq!(date_problem(b" 4 Mar 2025 09:10 +0000 (UTC)"), None);
        for bad in [
            "Wed, 04 Mar 2025 09:10:00 -0500",
            "Tue, 04 Mar 25 09:10:00 -0500",
            "Tue, 04 Mar 2025 09:10:00 EST",
            "Tue, 04 Mar 2025 09:10:00",
            "yesterday",
            "",
        ] {
            assert!(date_problem(bad.as_bytes()).is_some(), "{bad}");
        }
    }

    #[test]
    fn identifiers_addresses_and_tags() {
        assert_eq!(ids_problem(b"<a@b>\r\n <c.d@e>"), None);
        for bad in ["a@b", "<a>", "<a@b@c>", "", "<a@b> c"] {
            assert!(ids_problem(bad.as_bytes()).is_some(), "{bad}");
        }
        for good in ["a@b.example", "\"a b\"@[127.0.0.1]", "VPIM=613/EXT=2@gw.example.net"] {
            assert_eq!(addr_problem(good), None, "{good}");
        }
        for bad in ["a", "a b@c", "a@b c", "a..b@c", "\"a@b", "\u{fc}@b", "a@b..c"] {
            assert!(addr_problem(bad).is_some(), "{bad}");
        }
        assert!(
            is_language_tag("en-CA") && is_language_tag("zh-Hant-TW") && is_language_tag("x-us")
        );
        assert!(!is_language_tag("e") && !is_language_tag("en_CA") && !is_language_tag(""));
    }

    #[test]
    fn lists_have_an_address_in_every_place() {
        for good in [
            "a@b",
            "\"J. Doe\" <a@b>, Ada =?utf-8?q?L=2E?= <c@d> (at home, always)",
            "undisclosed-recipients:;",
            "Team: a@b, \"x; y\" <c@d>;, e@f",
            "<a@b>",
            "J\u{fc}rgen <a@b>",
            "\"Ada (home\" <a@b>, c@d (at :( work)",
            "a@[IPv6:2001:db8::1], Ada <b@[IPv6:::1]>, Team: c@[IPv6:::1];",
        ] {
            assert_eq!(list_problem(good.as_bytes(), false), None, "{good}");
        }
        for bad in [
            "",
            "  ",
            "(nobody)",
            "a@b,",
            "a@b,,c@d",
            ", a@b",
            "J. Doe <a@b>",
            "x@y <a@b>",
            "Dr. Team: a@b;",
            "Team: a@b,;x",
            "[x] <a@b>",
            "\"open <a@b>",
        ] {
            assert!(list_problem(bad.as_bytes(), false).is_some(), "{bad}");
        }
        assert_eq!(list_problem(b" ", true), None);
    }

    #[test]
    fn encoded_words_have_their_places() {
        assert_eq!(
            encoded_words_problem(b"=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?b?w4U=?= <a@b>"),
            None
        );
        assert_eq!(encoded_words_problem(b"1 =? 2 and =?x"), None);
        let long = format!("=?utf-8?q?{}?=", "a".repeat(70));
        for bad in ["\"=?utf-8?q?a?=\" <a@b>", "=?utf-8?q?a b?=", "=?utf-8?q?a?=b", &long] {
            assert!(encoded_words_problem(bad.as_bytes()).is_some(), "{bad}");
        }
    }
}
