//! What was typed in a field, to undo and to redo it.
//!
//! A value: it knows texts, no widgets. Edits are kept as differences. Letters typed one after the
//! other are one edit up to the next word; so are letters deleted one after the other; what is
//! pasted is an edit by itself. Nothing depends on the time that went by. At most [`MOST`] edits and
//! [`OCTETS`] octets are kept; the oldest are forgotten first.

use std::collections::VecDeque;

/// Edits kept.
const MOST: usize = 500;
/// Octets kept in all edits.
const OCTETS: usize = 1 << 20;

/// One change of a text: what stood at an octet, and what stands there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    at: usize,
    removed: String,
    inserted: String,
}

impl Edit {
    /// The difference of two texts, `None` without one.
    #[must_use]
    pub fn between(old: &str, new: &str) -> Option<Self> {
        if old == new {
            return None;
        }
        let same = old.chars().zip(new.chars()).take_while(|(a, b)| a == b);
        let at: usize = same.map(|(c, _)| c.len_utf8()).sum();
        let (old, new) = (old.get(at..)?, new.get(at..)?);
        let same = old.chars().rev().zip(new.chars().rev()).take_while(|(a, b)| a == b);
        let end: usize = same.map(|(c, _)| c.len_utf8()).sum();
        Some(Self {
            at,
            removed: old.get(..old.len() - end)?.to_owned(),
            inserted: new.get(..new.len() - end)?.to_owned(),
        })
    }

    /// The same change in another text, as far as it fits.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let place =
            |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        let from = place(self.at).unwrap_or(0);
        let to = place(self.at + self.removed.len()).unwrap_or(from);
        let (head, tail) = (text.get(..from).unwrap_or(""), text.get(to..).unwrap_or(""));
        format!("{head}{}{tail}", self.inserted)
    }

    fn inverse(&self) -> Self {
        Self { at: self.at, removed: self.inserted.clone(), inserted: self.removed.clone() }
    }

    fn octets(&self) -> usize {
        self.removed.len() + self.inserted.len()
    }

    fn kind(&self) -> Kind {
        let single = |text: &str| text.chars().count() == 1;
        match (self.removed.is_empty(), self.inserted.is_empty()) {
            (true, false) if single(&self.inserted) => Kind::Typed,
            (false, true) if single(&self.removed) => Kind::Deleted,
            _ => Kind::Other,
        }
    }

    /// Takes the edit after this one into it, where both are of one piece.
    fn extend(&mut self, kind: Kind, next: &Self) -> bool {
        match (kind, next.kind()) {
            (Kind::Typed, Kind::Typed) => {
                let blank = |c: Option<char>| c.is_some_and(char::is_whitespace);
                let next_word =
                    blank(self.inserted.chars().last()) && !blank(next.inserted.chars().next());
                let joins = next.at == self.at + self.inserted.len() && !next_word;
                if joins {
                    self.inserted.push_str(&next.inserted);
                }
                joins
            }
            (Kind::Deleted, Kind::Deleted) => {
                if next.at + next.removed.len() == self.at {
                    self.removed.insert_str(0, &next.removed);
                    self.at = next.at;
                    true
                } else if next.at == self.at {
                    self.removed.push_str(&next.removed);
                    true
                } else {
                    false
                }
            }
            _ => false,
        }
    }
}

/// What an edit may grow by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Typed,
    Deleted,
    /// It does not grow.
    Other,
}

/// A text and its edits.
#[derive(Debug, Clone)]
pub struct History {
    text: String,
    past: VecDeque<Edit>,
    future: Vec<Edit>,
    /// What the last edit of the past may grow by.
    open: Kind,
    octets: usize,
}

impl History {
    /// A text without a past.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            past: VecDeque::new(),
            future: Vec::new(),
            open: Kind::Other,
            octets: 0,
        }
    }

    /// The text as it stands.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The user changed the text.
    pub fn note(&mut self, text: &str) {
        let Some(edit) = Edit::between(&self.text, text) else { return };
        text.clone_into(&mut self.text);
        self.future.clear();
        let open = self.open;
        let joined = self.past.back_mut().is_some_and(|last| last.extend(open, &edit));
        self.octets += edit.octets();
        if joined {
            return;
        }
        self.open = edit.kind();
        self.past.push_back(edit);
        while self.past.len() > MOST || self.octets > OCTETS {
            let Some(oldest) = self.past.pop_front() else { break };
            self.octets -= oldest.octets();
        }
    }

    /// The program changed the text: there is nothing to take back in it.
    pub fn reset(&mut self, text: &str) {
        if self.text != text {
            *self = Self::new(text);
        }
    }

    /// Takes the last edit back. The octet that the cursor goes to, `None` without an edit.
    pub fn undo(&mut self) -> Option<usize> {
        let edit = self.past.pop_back()?;
        self.octets -= edit.octets();
        self.open = Kind::Other;
        self.text = edit.inverse().apply(&self.text);
        let cursor = edit.at + edit.removed.len();
        self.future.push(edit);
        Some(cursor)
    }

    /// Does again what was taken back last. The octet that the cursor goes to.
    pub fn redo(&mut self) -> Option<usize> {
        let edit = self.future.pop()?;
        self.octets += edit.octets();
        self.open = Kind::Other;
        self.text = edit.apply(&self.text);
        let cursor = edit.at + edit.inserted.len();
        self.past.push_back(edit);
        Some(cursor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn typed(history: &mut History, text: &str) {
        for c in text.chars() {
            let next = format!("{}{c}", history.text());
            history.note(&next);
        }
    }

    #[test]
    fn words_are_taken_back_one_by_one() {
        let mut h = History::new("");
        typed(&mut h, "call me back");
        let mut seen = Vec::new();
        while h.undo().is_some() {
            seen.push(h.text().to_owned());
        }
        assert_eq!(seen, ["call me ", "call ", ""]);
        while h.redo().is_some() {}
        assert_eq!(h.text(), "call me back");
    }

    #[test]
    fn deleting_is_one_edit_and_pasting_another() {
        let mut h = History::new("abcd");
        for text in ["abc", "ab", "abXYZ", "abXYZ!"] {
            h.note(text);
        }
        let mut undo = || (h.undo(), h.text().to_owned());
        assert_eq!(undo(), (Some(5), "abXYZ".into()));
        assert_eq!(undo(), (Some(2), "ab".into()));
        assert_eq!(undo(), (Some(4), "abcd".into()));
        assert_eq!(undo(), (None, "abcd".into()));
    }

    #[test]
    fn a_new_edit_ends_what_could_be_done_again() {
        let mut h = History::new("");
        typed(&mut h, "one");
        h.undo();
        typed(&mut h, "two");
        assert_eq!(h.redo(), None);
        h.undo();
        assert_eq!(h.text(), "");
    }

    #[test]
    fn typing_elsewhere_is_another_edit() {
        let mut h = History::new("xy");
        h.note("axy");
        h.note("axyb");
        h.undo();
        assert_eq!(h.text(), "axy");
    }

    #[test]
    fn a_text_of_the_program_has_no_past() {
        let mut h = History::new("");
        typed(&mut h, "pri");
        h.reset("");
        assert_eq!(h.undo(), None);
        typed(&mut h, "a");
        h.reset("a");
        assert_eq!(h.undo(), Some(0), "the same text is no change");
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let mut h = History::new("");
        let large = "x".repeat(OCTETS / 2);
        for n in 0..4 {
            h.note(&format!("{large}{n}"));
            h.note("");
        }
        assert!(h.octets <= OCTETS && !h.past.is_empty());
        let mut h = History::new("");
        for n in 0..2 * MOST {
            h.note(&n.to_string());
        }
        assert_eq!(h.past.len(), MOST);
    }

    #[test]
    fn an_edit_fits_into_another_text() {
        let edit = Edit::between("pri", "pri3").expect("a change");
        assert_eq!(edit.apply(""), "3");
        let edit = Edit::between("é", "éa").expect("a change");
        assert_eq!(edit.apply("x"), "xa");
        assert_eq!(Edit::between("same", "same"), None);
    }

    proptest! {
        #[test]
        fn whatever_was_typed_comes_back(texts in prop::collection::vec("[a-c é\\n]{0,6}", 1..40)) {
            let mut h = History::new(texts[0].clone());
            for text in &texts {
                h.note(text);
            }
            while let Some(cursor) = h.undo() {
                prop_assert!(h.text().is_char_boundary(cursor));
            }
            prop_assert_eq!(h.text(), &texts[0]);
            while let Some(cursor) = h.redo() {
                prop_assert!(h.text().is_char_boundary(cursor));
            }
            prop_assert_eq!(h.text(), &texts[texts.len() - 1]);
            prop_assert_eq!(h.octets, h.past.iter().map(Edit::octets).sum::<usize>());
        }
    }
}
