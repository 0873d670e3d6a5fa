//! What the words of a telephone system's mail say: caller, length, pages, transcript. Labelled lines
//! in many languages, cells of HTML tables, and "from ..." in subjects and sentences.
//!
//! The caller is never the mailbox, the number to call back or a date; withheld only where the
//! message says so in the caller's place. Limits: 300 lines of 400 characters, as many of the subject,
//! 128 KiB of HTML.

use super::Medium;
use super::words::{Folded, Words};
use crate::vendors::Scene;

mod cells;
mod counted;
mod number;

use cells::{cells, short};
use counted::sane_pages;
pub use number::{Token, is_number, tokens};

/// Lines that are looked at.
const LINES: usize = 300;
/// Characters of a line that are looked at.
const LINE_MAX: usize = 400;
/// Characters a label may have.
const LABEL_MAX: usize = 40;
/// Characters a name may have.
const NAME_MAX: usize = 60;
/// Digits from which a number can be that of a subscriber.
const WHOLE: usize = 7;
/// Lines between a caller and their number.
const NEAR: usize = 3;
/// Characters behind a number in which its unit stands.
const BEHIND: usize = 24;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// Caller's number as written.
    pub number: Option<String>,
    /// Caller's name.
    pub name: Option<String>,
    /// The message says that the caller is not known.
    pub withheld: bool,
    /// The caller stands on a line of its own, behind a label.
    pub labelled: bool,
    /// The subject names the number.
    pub in_subject: bool,
    /// Length in seconds.
    pub seconds: Option<f64>,
    /// Pages.
    pub pages: Option<u32>,
    /// What a system heard, with its first and last line in the plain text.
    pub transcript: Option<Heard>,
}

/// A transcript in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Its words.
    pub text: String,
    /// Its lines with the heading, in order; they stand in the text of the message one after the
    /// other.
    pub lines: Vec<String>,
}

#[cfg(test)]
thread_local! {
    /// How many messages were read: it costs the most of all that recognition does.
    pub static READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Reads a message.
#[must_use]
pub fn read(scene: &Scene<'_>, words: &Words) -> Said {
    #[cfg(test)]
    READ.set(READ.get() + 1);
    let mut reader = Reader::new(words);
    let is = |medium: Medium| scene.view.leaves().find(|part| super::medium(part) == medium);
    let html = is(Medium::Html).map(crate::inspect::part_text);
    let cells = html.as_deref().map(cells).unwrap_or_default();
    // Where HTML is all there is, its cells tell more than its layout does.
    let only_html = !cells.is_empty() && is(Medium::Text).is_none();
    let plain: Vec<String> =
        if only_html { Vec::new() } else { scene.text.lines().take(LINES).map(short).collect() };
    let subject = short(&scene.subject);
    // Numbers that are not the caller's are known before any is believed.
    reader.mark_own(&plain, &subject);
    reader.mark_own(&cells, &subject);
    reader.labels(&plain);
    if reader.said.number.is_none() && reader.said.name.is_none() {
        reader.labels(&cells);
    }
    reader.subject(&subject);
    if reader.said.number.is_none() && !reader.said.withheld {
        reader.sentences(if plain.iter().any(|line| !line.trim().is_empty()) {
            &plain
        } else {
            &cells
        });
    }
    if reader.said.seconds.is_none() {
        reader.lengths(&plain, &cells, &subject);
    }
    if reader.said.pages.is_none() {
        reader.counted_pages(&plain, &cells, &subject);
    }
    reader.said
}

/// A line as label and value: `Caller: x`, `発信者：x`, `Caller ID    x`, `Caller | x`.
fn split(line: &str) -> Option<(Folded, &str)> {
    let line = line.trim().trim_start_matches(['*', '-', '•', '·', '>', '▪']).trim_start();
    let at = line.find([':', '：', '\t', '|', '=']).or_else(|| line.find("  "))?;
    let label = line.get(..at)?;
    (label.chars().count() <= LABEL_MAX && !label.trim().is_empty()).then_some(())?;
    let value = line.get(at..)?.trim_start_matches([':', '：', '\t', '|', '=', ' ']);
    Some((Folded::of(label), value.trim().trim_matches('*').trim()))
}

struct Reader<'w> {
    words: &'w Words,
    own: Vec<String>,
    /// The number stands behind a label that anybody's number may have.
    doubtful: bool,
    /// The line that says that the caller is not known.
    withheld_at: Option<usize>,
    said: Said,
}

impl<'w> Reader<'w> {
    fn new(words: &'w Words) -> Self {
        Self { words, own: Vec::new(), doubtful: false, withheld_at: None, said: Said::default() }
    }

    /// Label and value of each line; a label alone has the next line with something in it as value.
    fn pairs<'l>(&self, lines: &'l [String]) -> Vec<(usize, Folded, &'l str)> {
        let next = |at: usize| {
            let later = lines.iter().skip(at + 1).take(2);
            later.map(|line| line.trim()).find(|line| !line.is_empty()).unwrap_or_default()
        };
        let mut pairs = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            match split(line) {
                Some((label, "")) => pairs.push((at, label, next(at))),
                Some((label, value)) => pairs.push((at, label, value)),
                None if line.chars().count() <= LABEL_MAX => {
                    pairs.push((at, Folded::of(line), next(at)));
                }
                None => {}
            }
        }
        pairs
    }

    /// Numbers that are not the caller's. One to call back is, where the subject names it.
    fn mark_own(&mut self, lines: &[String], subject: &str) {
        let named: Vec<String> = tokens(subject).iter().map(|token| digits(&token.text)).collect();
        let mut found = Vec::new();
        for (_, label, value) in self.pairs(lines) {
            let numbers = || tokens(value).into_iter().map(|token| digits(&token.text));
            if self.words.own.is(&label) {
                found.extend(numbers());
            } else if self.words.callback.is(&label) {
                found.extend(numbers().filter(|number| !named.contains(number)));
            }
        }
        self.own.extend(found);
    }

    /// Whether the text is a label of a number that is not, or may not be, the caller's.
    fn is_other_label(&self, text: &Folded) -> bool {
        self.words.own.is(text) || self.words.callback.is(text)
    }

    /// Whether this says, in the caller's place, that the caller is not known: such words, or such
    /// a word beside one for a number ("numero riservato").
    fn is_withheld(&self, text: &Folded) -> bool {
        let words = self.words;
        let beside = || {
            let (first, rest) = text.text().split_once(' ')?;
            let (start, last) = text.text().rsplit_once(' ')?;
            let of = |number: &str, why: &str| {
                words.phone.is(&Folded::of(number)) && words.withheld.is(&Folded::of(why))
            };
            Some(of(first, rest) || of(last, start))
        };
        words.withheld.is(text) || beside().unwrap_or_default()
    }

    fn is_own(&self, number: &str) -> bool {
        self.own.contains(&digits(number))
    }

    fn labels(&mut self, lines: &[String]) {
        let pairs = self.pairs(lines);
        for (at, label, value) in &pairs {
            let words = self.words;
            if words.transcript.is(label) {
                self.transcript(lines, *at);
            } else if words.callback.is(label) {
                // That of the caller, where the subject names it.
                if tokens(value).first().is_some_and(|token| !self.is_own(&token.text)) {
                    self.caller(value);
                }
            } else if words.own.is(label) {
            } else if words.name.is(label) {
                let name = self.name(value);
                self.said.name = self.said.name.take().or(name);
            } else if words.length.is(label) {
                let seconds = self.seconds(value, true);
                self.said.seconds = self.said.seconds.or(seconds);
            } else if words.pages.is(label) {
                let pages = value.split(|c: char| !c.is_ascii_digit()).find(|d| !d.is_empty());
                self.said.pages = self.said.pages.or_else(|| sane_pages(pages?));
            } else if words.caller.is(label) {
                let doubtful = words.phone.is(label);
                let (fresh, withheld) = (self.said.number.is_none(), self.said.withheld);
                if doubtful && self.withheld_at.is_some_and(|before| is_apart(lines, before, *at)) {
                    continue;
                }
                self.caller(value);
                if !withheld && self.said.withheld {
                    self.withheld_at = Some(*at);
                }
                self.doubtful |= fresh && doubtful && self.said.number.is_some();
            }
        }
    }

    /// The value behind a label of the caller: a number, a name, or both.
    fn caller(&mut self, value: &str) {
        if value.contains('@') {
            return;
        }
        if self.is_withheld(&Folded::of(value))
            || self.is_withheld(&Folded::of(&without_brackets(value)))
        {
            self.said.withheld |= self.said.number.is_none();
            return;
        }
        let token = tokens(value).into_iter().find(|t| t.digits >= 2 && !self.is_own(&t.text));
        // Pages, seconds and dates are no caller.
        let token = token.filter(|token| !self.is_counted(value, token));
        let name = match &token {
            Some(token) => {
                let before = value.get(..token.start).unwrap_or_default();
                let rest = format!("{before} {}", value.get(token.end..).unwrap_or_default());
                // `030 5550123 (Eva Muster)`: nothing but the remark is left.
                self.name(&rest).or_else(|| {
                    let (_, inside) = rest.split_once(['(', '（'])?;
                    let (inside, _) = inside.split_once([')', '）'])?;
                    self.name(inside).filter(|name| name.split_whitespace().count() <= 4)
                })
            }
            None => self.name(value),
        };
        self.said.labelled |= token.is_some();
        if self.said.number.is_none() {
            self.said.number = token.map(|token| token.text);
        }
        self.said.name = self.said.name.take().or(name);
        if self.said.number.is_some() {
            self.said.withheld = false;
        }
    }

    fn is_counted(&self, value: &str, token: &Token) -> bool {
        if token.digits > 4 {
            return false;
        }
        let behind = value.get(token.end..).unwrap_or_default().trim_start();
        let behind = Folded::of(&behind.chars().take(BEHIND).collect::<String>());
        let words = self.words;
        [&words.seconds, &words.minutes, &words.pages].iter().any(|l| l.begins(&behind).is_some())
    }

    /// A name without its marks; nothing where it is none.
    fn name(&self, text: &str) -> Option<String> {
        let text = without_brackets(text);
        let text =
            text.trim_matches(|c: char| c.is_whitespace() || "\"'“”„‘’<>()[],;:-–—*|.".contains(c));
        let count = text.chars().count();
        let letters = text.chars().any(char::is_alphabetic);
        let folded = Folded::of(text);
        // What stands before a number in a SIP URI is no name.
        let scheme = matches!(folded.text(), "sip" | "sips" | "tel");
        let fine = letters
            && !scheme
            && count <= NAME_MAX
            && !text.contains('@')
            && !text.contains("://")
            && !self.is_withheld(&folded)
            && !self.words.caller.is(&folded)
            && !self.is_other_label(&folded)
            && !self.words.voice.is(&folded);
        fine.then(|| text.to_owned())
    }

    /// What stands in the subject.
    fn subject(&mut self, subject: &str) {
        let found = self.behind_by(subject, 2);
        if self.doubtful && found.as_ref().is_some_and(|(number, _, w)| self.is_other(number, *w)) {
            self.said.number = None;
            self.said.labelled = false;
        }
        let fresh = self.said.number.is_none();
        if let Some((number, name, withheld)) = found {
            self.said.in_subject = number.is_some();
            if fresh {
                self.said.number = number;
                self.said.withheld |= withheld && self.said.number.is_none();
            }
            self.said.name = self.said.name.take().or(name);
        }
        if !self.said.in_subject {
            let lone: Vec<Token> = tokens(subject)
                .into_iter()
                .filter(|t| t.digits >= 7 && !self.is_own(&t.text) && !self.is_counted(subject, t))
                .filter(|t| !self.after_own(subject, t.start))
                .collect();
            if let Some(token) = lone.first() {
                self.said.in_subject = true;
                if self.said.number.is_none() && !self.said.withheld {
                    self.said.number = Some(token.text.clone());
                    // `Name, number` and `Name (number)` behind a colon or nothing.
                    let before = subject.get(..token.start).unwrap_or_default();
                    let name = before
                        .rsplit([':', '：', '-', '–', '】', '，', '（'])
                        .next()
                        .unwrap_or_default();
                    let plain = !self.words.voice.is_in(&Folded::of(name))
                        && !self.words.fax.is_in(&Folded::of(name));
                    let told = self.has_left(subject, token);
                    let name = self.name(name).filter(|name| {
                        plain
                            && name.split_whitespace().count() <= 4
                            && (told || before.contains([':', '：']))
                    });
                    self.said.name = self.said.name.take().or(name);
                }
            }
        }
    }

    /// Whether what the subject says of the caller is not what was found: another whole number, or
    /// nobody.
    fn is_other(&self, number: &Option<String>, withheld: bool) -> bool {
        let found = digits(self.said.number.as_deref().unwrap_or_default());
        let Some(number) = number.as_deref().map(digits) else { return withheld };
        let end = |text: &str| text.get(text.len().saturating_sub(WHOLE)..).map(str::to_owned);
        number.len() >= WHOLE && end(&number) != end(&found)
    }

    /// Whether a label of another number stands right before a place.
    fn after_own(&self, text: &str, start: usize) -> bool {
        let before = text.get(..start).unwrap_or_default();
        let last = before.split_whitespace().next_back().unwrap_or_default();
        last.starts_with('#') || self.is_other_label(&Folded::of(last))
    }

    /// Number and name behind a word like "from"; whether it says that the caller is not known.
    fn behind_by(
        &self,
        text: &str,
        least: usize,
    ) -> Option<(Option<String>, Option<String>, bool)> {
        let starts = text.char_indices().filter(|(at, c)| {
            let fresh = text
                .get(..*at)
                .and_then(|b| b.chars().next_back())
                .is_none_or(|b| !b.is_alphanumeric());
            c.is_alphabetic() && (fresh || super::words::unspaced(*c))
        });
        let mut best = None;
        let covered = self.covered(text);
        for (at, _) in starts {
            if covered.iter().any(|span| span.contains(&at)) || self.after_possessive(text, at) {
                continue;
            }
            let rest = text.get(at..).unwrap_or_default();
            let Some(length) =
                self.words.by.begins(&Folded::of(&rest.chars().take(BEHIND).collect::<String>()))
            else {
                continue;
            };
            let behind: String = rest.chars().skip(length).collect();
            let behind = behind.trim_start_matches([' ', ':', '：', '’', '\'', '.']);
            if behind.is_empty() || behind.len() == rest.len() {
                continue;
            }
            let found = self.party(behind, least);
            let better = |one: &(Option<String>, Option<String>, bool)| {
                (one.0.is_some(), one.2, one.1.is_some())
            };
            if let Some(found) = found
                && best.as_ref().is_none_or(|best| better(&found) > better(best))
            {
                best = Some(found);
            }
        }
        best
    }

    /// Where words for voice mail and the like stand: their "de" and "of" names nobody.
    fn covered(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        let mut spans = Vec::new();
        let mut before = ' ';
        for (at, c) in text.char_indices() {
            let fresh = !before.is_alphanumeric() || super::words::unspaced(c);
            before = c;
            if !c.is_alphanumeric() || !fresh {
                continue;
            }
            let rest = text.get(at..).unwrap_or_default();
            let folded = Folded::of(&rest.chars().take(40).collect::<String>());
            let words = self.words;
            let lists = [&words.voice, &words.fax, &words.transcript];
            if let Some(length) = lists.iter().filter_map(|list| list.begins(&folded)).max() {
                let octets: usize = rest.chars().take(length).map(char::len_utf8).sum();
                spans.push(at..at + octets);
            }
        }
        spans
    }

    /// Whether a word like "your" stands right before a place.
    fn after_possessive(&self, text: &str, start: usize) -> bool {
        let before = text.get(..start).unwrap_or_default();
        let last = before.split_whitespace().next_back().unwrap_or_default();
        self.words.possessive.is(&Folded::of(last))
    }

    /// Who stands at the beginning of a text.
    fn party(&self, behind: &str, least: usize) -> Option<(Option<String>, Option<String>, bool)> {
        let end = behind.find([';', '\n', '|']).unwrap_or(behind.len());
        let behind = behind.get(..end)?;
        let near = tokens(behind).into_iter().find(|token| {
            let before = behind.get(..token.start).unwrap_or_default();
            let direct = before.chars().all(|c| !c.is_alphanumeric());
            let near = direct || before.ends_with(['(', '<']) || extension(before).is_some();
            let enough = if near { least } else { 7 };
            token.digits >= enough && before.chars().count() <= NAME_MAX
        });
        let near = near.filter(|t| {
            !self.is_own(&t.text) && !self.is_counted(behind, t) && !self.after_own(behind, t.start)
        });
        if let Some(token) = near {
            let before = behind.get(..token.start).unwrap_or_default();
            let before = extension(before).unwrap_or(before);
            let folded = Folded::of(before);
            let words = self.words;
            let what = [&words.voice, &words.fax, &words.message];
            let no_name = what.iter().any(|list| list.is_in(&folded));
            let name = self.name(before).filter(|_| !no_name).filter(|name| {
                !name.contains(['.', '!', '?']) || name.split_whitespace().count() <= 3
            });
            return Some((Some(token.text), name, false));
        }
        // No number: a name up to the next mark, or word that says what it is.
        let stop = [
            " - ", " – ", " at ", " on ", " to ", " in ", " for ", " am ", " um ", " (", " [", ",",
            " le ", " à ",
        ]
        .iter()
        .filter_map(|mark| behind.find(mark))
        .min();
        let name = behind.get(..stop.unwrap_or(behind.len()))?.trim();
        let folded = Folded::of(name);
        let bare = Folded::of(strip_article(folded.text()));
        if self.is_withheld(&folded) || self.is_withheld(&bare) {
            return Some((None, None, true));
        }
        let words = name.split_whitespace().count();
        let known = self.words.voice.is_in(&folded)
            || self.words.fax.is_in(&folded)
            || self.words.own.begins(&folded).is_some()
            || self.words.callback.begins(&folded).is_some();
        let name = self.name(name).filter(|_| words <= 5 && !known)?;
        Some((None, Some(name), false))
    }

    /// Whether a number is followed by words that say that a message was left.
    fn has_left(&self, text: &str, token: &Token) -> bool {
        let behind = text.get(token.end..).unwrap_or_default();
        let behind = Folded::of(&behind.chars().take(BEHIND).collect::<String>());
        self.words.left.begins(&behind).is_some()
    }

    /// A number behind "from" in a sentence of the text.
    fn sentences(&mut self, lines: &[String]) {
        for line in lines.iter().take(40) {
            if let Some((Some(number), name, _)) = self.behind_by(line, 5) {
                self.said.number = Some(number);
                self.said.name = self.said.name.take().or(name);
                return;
            }
            let caller = tokens(line).into_iter().find(|token| {
                token.digits >= 5
                    && !self.is_own(&token.text)
                    && !self.after_own(line, token.start)
                    && self.has_left(line, token)
            });
            if let Some(token) = caller {
                // `Jane Roe (303 555 0123) has left a message`.
                let before = line.get(..token.start).unwrap_or_default().trim_end();
                let name = before.strip_suffix(['(', '（', '<']).and_then(|name| self.name(name));
                let name = name.filter(|name| name.split_whitespace().count() <= 4);
                self.said.name = self.said.name.take().or(name);
                self.said.number = Some(token.text);
                return;
            }
        }
    }

    /// The lines behind a heading, up to the next empty one or the next thing with a label.
    fn transcript(&mut self, lines: &[String], at: usize) {
        if self.said.transcript.is_some() {
            return;
        }
        let Some(head) = lines.get(at) else { return };
        let first = split(head)
            .map(|(_, value)| value.to_owned())
            .filter(|value| !value.is_empty() && value.chars().any(char::is_alphanumeric));
        let mut taken = vec![head.clone()];
        let mut text: Vec<String> = first.into_iter().collect();
        for line in lines.iter().skip(at + 1) {
            let plain = line.trim();
            let rule = !plain.is_empty() && plain.chars().all(|c| "-=_*~".contains(c));
            let heading = plain.starts_with("==") || plain.starts_with("--");
            let labelled = split(line).is_some_and(|(label, _)| {
                let w = self.words;
                [&w.caller, &w.own, &w.callback, &w.length, &w.name, &w.pages]
                    .iter()
                    .any(|list| list.is(&label))
            });
            if (plain.is_empty() && !text.is_empty())
                || labelled
                || ((rule || heading) && !text.is_empty())
            {
                break;
            }
            taken.push(line.clone());
            if !plain.is_empty() && !rule {
                text.push(plain.to_owned());
            }
        }
        let text = text.join("\n");
        let text =
            text.trim_matches(|c: char| c.is_whitespace() || "\"“”„«»".contains(c)).to_owned();
        if !text.is_empty() {
            self.said.transcript = Some(Heard { text, lines: taken });
        }
    }
}

/// Whether two lines belong to different paragraphs.
fn is_apart(lines: &[String], before: usize, at: usize) -> bool {
    let between = lines.get(before..at).unwrap_or_default();
    between.len() > NEAR || between.iter().any(|line| line.trim().is_empty())
}

/// What stands before `x` or `ext.` at the end of a text.
fn extension(before: &str) -> Option<&str> {
    let trimmed = before.trim_end().trim_end_matches('.');
    let ends = [" x", ",x", " X", " ext", " Ext", " EXT"];
    ends.iter().find_map(|end| trimmed.strip_suffix(end))
}

fn strip_article(text: &str) -> &str {
    ["a ", "an ", "the ", "un ", "une ", "einer ", "einem ", "eine ", "een ", "um ", "uno "]
        .iter()
        .find_map(|article| text.strip_prefix(article))
        .unwrap_or(text)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Without remarks in parentheses that hold words only.
fn without_brackets(text: &str) -> String {
    let mut out = text.to_owned();
    while let Some(open) = out.find(['(', '（']) {
        let Some(close) = out.get(open..).and_then(|rest| rest.find([')', '）'])) else { break };
        let end =
            out.get(open + close..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        out.replace_range(open..open + close + end, " ");
    }
    out
}

#[cfg(test)]
mod tests;
