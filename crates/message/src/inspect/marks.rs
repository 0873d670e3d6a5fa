//! Lines that read like a Sensitivity field in octets that are not taken apart: what cannot be seen
//! must not be let through (decision C2). In pieces, so that octets of any number can be looked at.

use memchr::memchr;

use crate::policy::Level;
use crate::view::header::without_comments;
use aloud_model::Sensitivity;

const NAME: &[u8] = b"sensitivity:";
/// Octets of a line that are looked at.
const LINE_MAX: usize = 1024;
/// Lines that count.
const MARKS_MAX: usize = 100;

/// Finds such lines.
#[derive(Debug, Default)]
pub struct Marks {
    /// The line that has not come to its end, as long as it may be one.
    line: Vec<u8>,
    /// It cannot be one.
    other: bool,
    levels: Vec<Level>,
}

impl Marks {
    /// Looks at what follows.
    pub fn push(&mut self, octets: &[u8]) {
        let mut rest = octets;
        while !rest.is_empty() && self.levels.len() < MARKS_MAX {
            let end = memchr(b'\n', rest);
            let piece = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            if !self.other {
                let room = LINE_MAX.saturating_sub(self.line.len()).min(piece.len());
                self.line.extend_from_slice(piece.get(..room).unwrap_or_default());
                let common = self.line.len().min(NAME.len());
                let begins = |line: &[u8]| {
                    Some(line.get(..common)?.eq_ignore_ascii_case(NAME.get(..common)?))
                };
                self.other = begins(&self.line) != Some(true);
            }
            rest = match end {
                Some(end) => {
                    self.end_line();
                    rest.get(end + 1..).unwrap_or_default()
                }
                None => &[],
            };
        }
    }

    fn end_line(&mut self) {
        if !self.other
            && let Some(value) = self.line.get(NAME.len()..)
        {
            let value = value.strip_suffix(b"\r").unwrap_or(value);
            let value = String::from_utf8_lossy(value);
            let sensitivity = Sensitivity::parse(&without_comments(&value));
            self.levels.push(Level { sensitivity, who: None });
        }
        self.line.clear();
        self.other = false;
    }

    /// The marks found.
    #[must_use]
    pub fn finish(mut self) -> Vec<Level> {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.levels
    }
}
