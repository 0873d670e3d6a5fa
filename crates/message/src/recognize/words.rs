//! The words by which unknown telephone systems are recognised and read, as data:
//! `assets/voicemail-words.toml` and whatever a user adds.
//!
//! Texts are folded before they are compared: small letters, one blank for everything that is neither
//! letter nor digit. Limits: 1 MiB and 10,000 terms a list.

use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::vendors::{FILE_MAX, Fault, Reason};

/// Terms of one list of a file.
const TERMS_MAX: usize = 10_000;

/// A text made comparable: small letters and digits, words between single blanks, a blank at either
/// end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded(String);

impl Folded {
    /// Folds a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut out = String::with_capacity(text.len() + 2);
        out.push(' ');
        for c in text.chars() {
            if c.is_alphanumeric() || is_mark(c) {
                out.extend(c.to_lowercase());
            } else if !out.ends_with(' ') {
                out.push(' ');
            }
        }
        if !out.ends_with(' ') {
            out.push(' ');
        }
        Self(out)
    }

    /// Without the blanks at the ends.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.trim()
    }
}

/// Vowel signs and the like that stand inside words of Indic scripts, Thai and Arabic.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}' | '\u{64b}'..='\u{652}')
}

/// Whether words of a script are written without blanks between them.
pub(crate) fn unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

/// A term of a list; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    /// Folded; a blank before it and, where it is a whole word, behind it.
    like: String,
    /// Without the blanks.
    bare: String,
    /// The characters of that.
    count: usize,
    /// Found anywhere.
    anywhere: bool,
    /// A word that begins so is one too.
    open: bool,
}

impl Term {
    fn of(text: &str) -> Option<Self> {
        let folded = Folded::of(text);
        let bare = folded.text().to_owned();
        let anywhere = bare.chars().any(unspaced);
        let open = !anywhere && text.trim_end().ends_with('*');
        let like = match (anywhere, open) {
            (true, _) => bare.clone(),
            (false, true) => folded.0.trim_end().to_owned(),
            (false, false) => folded.0,
        };
        let count = bare.chars().count();
        (count > 0).then_some(Self { like, bare, count, anywhere, open })
    }
}

/// A list of terms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<String>")]
pub struct List(Vec<Term>);

impl From<Vec<String>> for List {
    fn from(terms: Vec<String>) -> Self {
        Self(terms.iter().filter_map(|text| Term::of(text)).collect())
    }
}

impl List {
    /// Whether a term of the list stands in the text.
    #[must_use]
    pub fn is_in(&self, text: &Folded) -> bool {
        self.0.iter().any(|term| text.0.contains(&term.like))
    }

    /// Whether the text is a term of the list and nothing else.
    #[must_use]
    pub fn is(&self, text: &Folded) -> bool {
        let plain = text.text();
        self.0.iter().any(|term| {
            plain.strip_prefix(&term.bare).is_some_and(|rest| rest.is_empty() || term.open)
        })
    }

    /// The longest term with which the folded text begins, as its number of characters.
    #[must_use]
    pub fn begins(&self, text: &Folded) -> Option<usize> {
        let plain = text.text();
        let fits = |term: &&Term| {
            plain.strip_prefix(&term.bare).is_some_and(|rest| {
                term.anywhere || term.open || rest.is_empty() || rest.starts_with(' ')
            })
        };
        self.0.iter().filter(fits).map(|term| term.count).max()
    }

    fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// All lists.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {
    /// Voice mail.
    pub voice: List,
    /// Fax.
    pub fax: List,
    /// Telephone systems as senders.
    pub telephone: List,
    /// Local parts that no person reads.
    pub robot: List,
    /// Labels of the caller.
    pub caller: List,
    /// Labels of the caller that stand before other numbers too.
    pub phone: List,
    /// Labels of the caller's name.
    pub name: List,
    /// Labels of numbers that are not the caller's.
    pub own: List,
    /// Labels of numbers to call back, which may be the caller's.
    pub callback: List,
    /// Labels of a length.
    pub length: List,
    /// Labels and units of pages.
    pub pages: List,
    /// Units of a length.
    pub seconds: List,
    /// Units of a length.
    pub minutes: List,
    /// Words between a message and its caller.
    pub by: List,
    /// Messages of any kind.
    pub message: List,
    /// What follows a caller's number in a sentence.
    pub left: List,
    /// What makes a number the reader's own.
    pub possessive: List,
    /// What stands in place of a caller who is not known.
    pub withheld: List,
    /// Headings of a transcript.
    pub transcript: List,
    /// Other things that come with a recording.
    pub other: List,
    /// Bills and offers.
    pub bill: List,
    /// A fax that went out.
    pub sent: List,
    /// Pages that were scanned.
    pub scan: List,
}

impl Words {
    /// The words that come with Aloud.
    #[must_use]
    pub fn builtin() -> &'static Arc<Self> {
        static WORDS: OnceLock<Arc<Words>> = OnceLock::new();
        // A test parses the same text, so the default is never taken in a build that passed.
        WORDS.get_or_init(|| {
            let text = include_str!("../../../../assets/voicemail-words.toml");
            Arc::new(Self::parse(text).unwrap_or_default())
        })
    }

    /// Reads a file of words.
    ///
    /// # Errors
    /// The line and the reason, for the person who wrote the file.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() > FILE_MAX {
            return Err(Fault { line: None, reason: Reason::TooLarge });
        }
        let words: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let before = text.get(..at).unwrap_or(text);
            let said = error.message().replace('\n', " ");
            Fault { line: Some(before.matches('\n').count() + 1), reason: Reason::Syntax(said) }
        })?;
        let longest = words.lists().into_iter().map(|list| list.0.len()).max();
        if longest.is_some_and(|terms| terms > TERMS_MAX) {
            return Err(Fault { line: None, reason: Reason::TooManyWords });
        }
        Ok(words)
    }

    fn lists(&self) -> [&List; 23] {
        [
            &self.voice,
            &self.fax,
            &self.telephone,
            &self.robot,
            &self.caller,
            &self.phone,
            &self.name,
            &self.own,
            &self.callback,
            &self.length,
            &self.pages,
            &self.seconds,
            &self.minutes,
            &self.by,
            &self.message,
            &self.left,
            &self.possessive,
            &self.withheld,
            &self.transcript,
            &self.other,
            &self.bill,
            &self.sent,
            &self.scan,
        ]
    }

    /// With the words of another file.
    #[must_use]
    pub fn with(&self, more: &Self) -> Self {
        let mut all = self.clone();
        let own = [
            &mut all.voice,
            &mut all.fax,
            &mut all.telephone,
            &mut all.robot,
            &mut all.caller,
            &mut all.phone,
            &mut all.name,
            &mut all.own,
            &mut all.callback,
            &mut all.length,
            &mut all.pages,
            &mut all.seconds,
            &mut all.minutes,
            &mut all.by,
            &mut all.message,
            &mut all.left,
            &mut all.possessive,
            &mut all.withheld,
            &mut all.transcript,
            &mut all.other,
            &mut all.bill,
            &mut all.sent,
            &mut all.scan,
        ];
        for (list, more) in own.into_iter().zip(more.lists()) {
            list.add(more.clone());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_reads_and_folding_is_that_of_its_terms() {
        let words = Words::parse(include_str!("../../../../assets/voicemail-words.toml")).unwrap();
        for (text, found) in [
            ("Neue Sprachnachrichten!", true),
            ("Nouveau message vocal d’un ami", true),
            ("VOICE-MAIL_0012", true),
            ("您有一条新的语音留言", true),
            ("새 음성 메시지가 있습니다", true),
            ("Голосовая почта: новое", true),
            ("the invoice mailing", false),
            ("multivoicemail", false),
        ] {
            assert_eq!(words.voice.is_in(&Folded::of(text)), found, "{text}");
        }
        assert!(words.caller.is(&Folded::of("Numéro de l’appelant :")));
        assert!(!words.caller.is(&Folded::of("Numéro de l’appelant 1")));
        assert_eq!(words.seconds.begins(&Folded::of("seconds long")), Some(7));
        assert_eq!(words.seconds.begins(&Folded::of("秒です")), Some(1));
        assert_eq!(words.seconds.begins(&Folded::of("sesame")), None);
        assert_eq!(Folded::of("").text(), "");
    }

    #[test]
    fn a_term_that_is_empty_is_none() {
        let words = Words::parse("voice = ['', '*', ' ', 'vm']").unwrap();
        assert_eq!(words.voice, Words::parse("voice = ['vm']").unwrap().voice);
        for text in ["", "vms", "x vm y"] {
            assert_eq!(words.voice.begins(&Folded::of(text)), None, "{text}");
            assert!(!words.voice.is(&Folded::of(text)), "{text}");
        }
        assert_eq!(words.voice.begins(&Folded::of("VM: y")), Some(2));
        assert!(words.voice.is(&Folded::of("-VM-")) && words.voice.is_in(&Folded::of("x vm y")));
    }

    #[test]
    fn a_user_adds_words() {
        let more = Words::parse("voice = ['Quasselkiste*']").unwrap();
        let words = Words::builtin().with(&more);
        assert!(words.voice.is_in(&Folded::of("Deine Quasselkisten-Post")));
        assert!(words.voice.is_in(&Folded::of("voicemail")));
        let fault = Words::parse("voice = [\n'a',\n1]").unwrap_err();
        assert!(fault.line.is_some(), "{fault:?}");
        assert!(Words::parse("noise = []").is_err());
    }
}
