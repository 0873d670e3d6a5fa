//! What is counted: seconds, minutes and pages, with and without a label.

use super::number::clock;
use super::{BEHIND, Reader};
use crate::recognize::words::{Folded, unspaced};

/// Marks that part sentences. A full stop stands inside "7 sec." and "Nr. 2" too, which loses
/// nothing: the number and its unit stay together.
const SENTENCE_ENDS: [char; 6] = ['.', ';', '!', '?', '。', '；'];

impl Reader<'_> {
    /// A length without a label: `9 seconds`, `(0:12)`. In the text only where the same sentence
    /// speaks of a message or of its length: links last so long too.
    pub(super) fn lengths(&mut self, plain: &[String], cells: &[String], subject: &str) {
        let lines = plain.iter().chain(cells).take(60);
        let sentences = lines.flat_map(|line| line.split_inclusive(SENTENCE_ENDS));
        let said = sentences.filter(|sentence| self.is_of_message(sentence));
        self.said.seconds =
            std::iter::once(subject).chain(said).find_map(|line| self.seconds(line, false));
    }

    /// Whether a sentence speaks of a message, or is nothing but a length.
    fn is_of_message(&self, sentence: &str) -> bool {
        let bare = sentence.trim_start_matches(|c: char| !c.is_alphanumeric());
        if bare.starts_with(|c: char| c.is_ascii_digit()) && bare.split_whitespace().count() <= 2 {
            return true;
        }
        if !bare.contains(|c: char| c.is_ascii_digit()) {
            return false;
        }
        let (folded, words) = (Folded::of(sentence), self.words);
        [&words.voice, &words.message, &words.length].iter().any(|list| list.is_in(&folded))
    }

    /// A length: a clock, or numbers with units. Unlabelled, a clock counts in parentheses only.
    pub(super) fn seconds(&self, value: &str, labelled: bool) -> Option<f64> {
        let value = value.trim();
        if labelled {
            if let Some(seconds) = clock(value) {
                return Some(seconds);
            }
        } else if let Some(inside) = value.split(['(', '（']).skip(1).find_map(|rest| {
            let (inside, _) = rest.split_once([')', '）'])?;
            clock(inside.rsplit(' ').next()?)
        }) {
            return Some(inside);
        }
        let mut total = None;
        let mut at = 0;
        while let Some(start) = value.get(at..)?.find(|c: char| c.is_ascii_digit()).map(|s| s + at)
        {
            let number: String =
                value.get(start..)?.chars().take_while(char::is_ascii_digit).collect();
            at = start + number.len();
            let fresh = value.get(..start)?.chars().next_back().is_none_or(|c| {
                !matches!(c, '.' | ':' | '/' | '-' | '+') && !c.is_alphanumeric() || unspaced(c)
            });
            let behind = value.get(at..)?.trim_start();
            if !fresh || number.len() > 6 {
                continue;
            }
            let units = Folded::of(&behind.chars().take(BEHIND).collect::<String>());
            let number: f64 = number.parse().ok()?;
            // A unit stands at once behind its number.
            let near = behind.chars().next().is_some_and(|c| c.is_alphabetic());
            if near && self.words.seconds.begins(&units).is_some() {
                total = Some(total.unwrap_or(0.0) + number);
            } else if near && self.words.minutes.begins(&units).is_some() {
                total = Some(total.unwrap_or(0.0) + 60.0 * number);
            } else if labelled && behind.is_empty() && total.is_none() {
                total = Some(number);
            }
        }
        total.filter(|s| *s > 0.0 && *s < 172_800.0)
    }

    /// `3 pages`, `2 page fax`, `4 ページ`.
    pub(super) fn counted_pages(&mut self, plain: &[String], cells: &[String], subject: &str) {
        let lines =
            std::iter::once(subject).chain(plain.iter().chain(cells).map(String::as_str).take(60));
        self.said.pages = lines
            .flat_map(|line| {
                let mut found = Vec::new();
                for (at, _) in line.match_indices(|c: char| c.is_ascii_digit()) {
                    let fresh = line
                        .get(..at)
                        .and_then(|b| b.chars().next_back())
                        .is_none_or(|c| !c.is_ascii_digit());
                    let number: String = line
                        .get(at..)
                        .unwrap_or_default()
                        .chars()
                        .take_while(char::is_ascii_digit)
                        .collect();
                    let behind = line
                        .get(at + number.len()..)
                        .unwrap_or_default()
                        .trim_start_matches([' ', '-']);
                    if fresh
                        && number.len() <= 4
                        && self
                            .words
                            .pages
                            .begins(&Folded::of(&behind.chars().take(BEHIND).collect::<String>()))
                            .is_some()
                    {
                        found.extend(sane_pages(&number));
                    }
                }
                found
            })
            .next();
    }
}

/// A number of pages that can be.
pub fn sane_pages(text: &str) -> Option<u32> {
    text.parse().ok().filter(|pages| (1..=10_000).contains(pages))
}
