//! Lines that read like a Sensitivity field in octets that are not taken apart: what cannot be seen
//! must not be let through (decision C2). In pieces, so that octets of any number can be looked at.

use memchr::{memchr, memmem};

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

/// The type and the number of the property PidTagSensitivity (MS-OXPROPS) as TNEF has them in front
/// of its value.
const PROPERTY: [u8; 4] = [0x03, 0x00, 0x36, 0x00];
/// Octets of it that may be in the piece before.
const PROPERTY_BEFORE: usize = PROPERTY.len() + 3;

/// Finds that mark in a container of Outlook that is not opened.
#[derive(Debug, Default)]
pub struct Properties {
    /// The last octets.
    last: Vec<u8>,
    found: [bool; 3],
}

impl Properties {
    /// Looks at what follows.
    pub fn push(&mut self, octets: &[u8]) {
        let near = octets.get(..octets.len().min(PROPERTY_BEFORE)).unwrap_or_default();
        let mut joint = std::mem::take(&mut self.last);
        joint.extend_from_slice(near);
        self.look(&joint);
        self.look(octets);
        let all = if octets.len() < PROPERTY_BEFORE { &joint } else { octets };
        let from = all.len().saturating_sub(PROPERTY_BEFORE);
        self.last = all.get(from..).unwrap_or_default().to_vec();
    }

    fn look(&mut self, octets: &[u8]) {
        for at in memmem::find_iter(octets, &PROPERTY) {
            if let Some(&[value @ 1..=3, 0, 0, 0]) = octets.get(at + 4..at + 8)
                && let Some(found) = self.found.get_mut(usize::from(value) - 1)
            {
                *found = true;
            }
        }
    }

    /// The marks found.
    pub fn finish(self) -> impl Iterator<Item = Level> {
        let all = [Sensitivity::Personal, Sensitivity::Private, Sensitivity::CompanyConfidential];
        let found = all.into_iter().zip(self.found).filter(|(_, found)| *found);
        found.map(|(sensitivity, _)| Level { sensitivity: Some(sensitivity), who: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_property_is_found_in_pieces_of_any_size() {
        let stream = [&b"xx"[..], &PROPERTY, &[2, 0, 0, 0], b"yyyyyyyyy"].concat();
        for size in 1..=stream.len() {
            let mut properties = Properties::default();
            stream.chunks(size).for_each(|piece| properties.push(piece));
            let found: Vec<_> = properties.finish().map(|level| level.sensitivity).collect();
            assert_eq!(found, [Some(Sensitivity::Private)], "{size}");
        }
    }
}
