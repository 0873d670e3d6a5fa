//! What the search field understands: words, and the filters `from:`, `kind:`, `unheard`,
//! `longer:1m`, `private` (docs/design.md 5.1). Whatever is not a filter is a word to find in names,
//! subjects and texts; every word must occur, its beginning is enough.

use std::time::Duration;

use aloud_model::MessageKind;

/// A search, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Words that must occur.
    pub words: Vec<String>,
    /// Part of the sender's name, address or number.
    pub from: Vec<String>,
    /// Kinds; empty means all.
    pub kinds: Vec<MessageKind>,
    /// Only what was not heard, read or viewed.
    pub unheard: bool,
    /// Only voice longer than this.
    pub longer: Option<Duration>,
    /// Only private messages.
    pub private: bool,
}

const KINDS: [(&str, &[MessageKind]); 8] = [
    ("voice", &[MessageKind::Voice]),
    ("fax", &[MessageKind::Fax]),
    ("text", &[MessageKind::Email, MessageKind::Other]),
    ("email", &[MessageKind::Email]),
    ("mail", &[MessageKind::Email]),
    ("video", &[MessageKind::Video]),
    ("report", &[MessageKind::Dsn, MessageKind::Mdn]),
    ("receipt", &[MessageKind::Mdn]),
];

impl Search {
    /// Takes a search apart; there is no wrong search.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut search = Self::default();
        for token in tokens(text) {
            if !search.filter(&token) && token.chars().any(char::is_alphanumeric) {
                search.words.push(token);
            }
        }
        search
    }

    /// Whether anything is searched for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn filter(&mut self, token: &str) -> bool {
        match token.to_lowercase().as_str() {
            "unheard" | "unread" => self.unheard = true,
            "private" => self.private = true,
            lower => {
                let Some((name, value)) = lower.split_once(':').filter(|(_, v)| !v.is_empty())
                else {
                    return false;
                };
                match name {
                    "from" => self.from.push(value.to_owned()),
                    "kind" => match KINDS.iter().find(|(word, _)| *word == value) {
                        Some((_, kinds)) => self.kinds.extend_from_slice(kinds),
                        None => return false,
                    },
                    "longer" => match length(value) {
                        Some(length) => self.longer = Some(length),
                        None => return false,
                    },
                    _ => return false,
                }
            }
        }
        true
    }

    /// The words as an FTS5 expression; `None` without words.
    #[must_use]
    pub fn fts(&self) -> Option<String> {
        if self.words.is_empty() {
            return None;
        }
        let quoted = self.words.iter().map(|word| format!("\"{}\"*", word.replace('"', "\"\"")));
        Some(quoted.collect::<Vec<_>>().join(" AND "))
    }
}

/// Splits at spaces; double quotes keep words together (`from:"Ada Okafor"`).
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    let mut quoted = false;
    for c in text.chars().filter(|c| !c.is_control()).take(1000) {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => tokens.push(String::new()),
            c => {
                if let Some(last) = tokens.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

/// `90`, `90s`, `1m`, `1m30s`, `1:30`, `2h`.
fn length(text: &str) -> Option<Duration> {
    if let Some((minutes, seconds)) = text.split_once(':') {
        let minutes: u64 = minutes.parse().ok()?;
        let seconds: u64 = seconds.parse().ok()?;
        return minutes.checked_mul(60)?.checked_add(seconds).map(Duration::from_secs);
    }
    let (mut total, mut number) = (0_u64, String::new());
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    if !number.is_empty() {
        total = total.checked_add(number.parse().ok()?)?;
    }
    Some(Duration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_and_words_are_told_apart() {
        let search = Search::parse("budget from:\"Ada O\" kind:voice unheard longer:1m30s private");
        assert_eq!(search.words, ["budget"]);
        assert_eq!(search.from, ["ada o"]);
        assert_eq!(search.kinds, [MessageKind::Voice]);
        assert!(search.unheard && search.private);
        assert_eq!(search.longer, Some(Duration::from_secs(90)));
    }

    #[test]
    fn lengths() {
        for (text, seconds) in [("90", 90), ("90s", 90), ("1m", 60), ("1:30", 90), ("2h5", 7205)] {
            assert_eq!(length(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["x", "m", "99999999999999999999h", "1:x"] {
            assert_eq!(length(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_in_a_search_is_an_error() {
        for text in ["", "\"", "from:", "kind:nonsense", "(((", "a\"b OR NEAR(", "*"] {
            let _ = Search::parse(text).fts();
        }
        assert_eq!(Search::parse("say \"hello").fts().as_deref(), Some("\"say\"* AND \"hello\"*"));
        assert!(Search::parse(" * ").is_empty());
    }
}
