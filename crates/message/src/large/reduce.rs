//! From the octets of a message, in pieces, to those that are kept of it.

use std::collections::BTreeSet;
use std::ops::{Bound, Range};

use memchr::{memchr, memmem, memrchr};

use super::{Bounds, Gap, Gaps, Large, READ};
use crate::inspect::{FORWARD_DEPTH, Marks};
use crate::view::{Encoding, Shape, View};

/// Octets of a line in which a boundary is looked for.
const LINE_MAX: usize = 2048;
/// Delimiters that are kept once as much is kept as may be, and octets behind each.
const TIGHT: (usize, usize) = (1_000, 16 * 1024);
/// Boundaries that are waited for at a time, closed ones among them.
const WAITED_MAX: usize = 1_000;
/// How often as much as is kept at most is taken apart to find them, enclosed messages once more at
/// each level.
const READ_MAX: usize = 2 * (FORWARD_DEPTH + 1);
/// Octets at the end of a beginning in which a line end is looked for: lines stay whole.
const LINE_NEAR: usize = 64 * 1024;

pub struct Reducer {
    bounds: Bounds,
    octets: Vec<u8>,
    gaps: Vec<Gap>,
    total: u64,
    /// What cannot be told apart before more comes.
    pending: Vec<u8>,
    /// Where in `octets` the piece between two lines begins that is coming.
    piece: usize,
    /// Octets of it that are not kept, once some are not.
    omitted: Option<u64>,
    /// Long pieces that came while all was kept.
    long: Vec<Range<usize>>,
    /// All was kept so far.
    whole: bool,
    /// As much is kept as may be: lines that are waited for from there on.
    waiting: Option<Waiting>,
    /// Delimiters met since.
    met: usize,
    /// Nothing more is looked for.
    cut: bool,
    marks: Marks,
}

impl Reducer {
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            octets: Vec::new(),
            gaps: Vec::new(),
            total: 0,
            pending: Vec::new(),
            piece: 0,
            omitted: None,
            long: Vec::new(),
            whole: true,
            waiting: None,
            met: 0,
            cut: false,
            marks: Marks::default(),
        }
    }

    pub fn push(&mut self, octets: &[u8]) {
        self.total += octets.len() as u64;
        self.pending.extend_from_slice(octets);
        self.advance(false);
    }

    pub fn finish(mut self) -> Large {
        self.advance(true);
        self.end_piece();
        Large {
            octets: self.octets,
            gaps: Gaps(self.gaps),
            total: self.total,
            cut: self.cut,
            marks: self.marks.finish(),
        }
    }

    /// Octets that were taken apart to find what is waited for.
    #[cfg(test)]
    pub fn octets_read(&self) -> usize {
        self.waiting.as_ref().map_or(0, |waiting| waiting.read)
    }

    fn advance(&mut self, last: bool) {
        let pending = std::mem::take(&mut self.pending);
        // Up to where it has been dealt with, from where a line is looked for, and up to where what
        // is here can be dealt with.
        let (mut done, mut at) = (0, 0);
        let mut end = if last { pending.len() } else { pending.len().saturating_sub(3) };
        let finder = memmem::Finder::new(b"\n--");
        while let Some(found) = pending.get(at..).and_then(|rest| finder.find(rest)) {
            let feed = at + found;
            at = feed + 1;
            if self.cut {
                continue;
            }
            let content = match feed.checked_sub(1).and_then(|before| pending.get(before)) {
                Some(b'\r') => feed - 1,
                _ => feed,
            };
            if self.is_tight() {
                let line = pending.get(feed + 3..).unwrap_or_default();
                let line_end = memchr(b'\n', line);
                if line_end.is_none() && !last && line.len() < LINE_MAX {
                    end = content.max(done);
                    break;
                }
                // What waits may be in what has not been taken.
                self.take(pending.get(done..content).unwrap_or_default());
                done = content.max(done);
                let line = line.get(..line_end.unwrap_or(line.len())).unwrap_or_default();
                let waited_for = self.is_waited_for(line);
                if waited_for == Some(false) {
                    continue;
                }
                self.met += 1;
                if waited_for.is_none() || self.met > TIGHT.0 {
                    self.cut = true;
                    self.omitted.get_or_insert(0);
                    continue;
                }
            }
            self.take(pending.get(done..content).unwrap_or_default());
            self.end_piece();
            self.octets
                .extend_from_slice(pending.get(content.max(done)..=feed).unwrap_or_default());
            self.begin_piece();
            done = feed + 1;
        }
        let end = end.max(done);
        self.take(pending.get(done..end).unwrap_or_default());
        self.pending = pending.get(end..).unwrap_or_default().to_vec();
    }

    /// Takes more of the piece.
    fn take(&mut self, octets: &[u8]) {
        if let Some(omitted) = &mut self.omitted {
            *omitted += octets.len() as u64;
            if self.cut {
                self.marks.push(octets);
            }
            return;
        }
        // Not twice as much as may be kept, whatever is customary.
        let (len, most) = (self.octets.len(), self.bounds.whole + READ);
        if self.octets.capacity() < len + octets.len() && len < most {
            self.octets.reserve_exact(len.min(most - len).max(octets.len()));
        }
        self.octets.extend_from_slice(octets);
        if self.whole && self.octets.len() > self.bounds.whole {
            self.shorten();
        }
        let here = self.octets.len() - self.piece;
        if !self.whole && here > self.most() {
            let keep = self.beginning(self.piece..self.octets.len());
            self.octets.truncate(self.piece + keep);
            self.omitted = Some((here - keep) as u64);
        }
    }

    /// Octets of the piece that may be kept.
    fn most(&self) -> usize {
        let left = self.bounds.whole.saturating_sub(self.piece);
        left.min(self.bounds.piece).max(TIGHT.1.min(self.bounds.beginning))
    }

    /// How many octets of a piece are kept that is too long.
    fn beginning(&self, piece: Range<usize>) -> usize {
        let left = self.bounds.whole.saturating_sub(piece.start);
        let keep = self.bounds.beginning.min(left.max(TIGHT.1));
        let beginning = self.octets.get(piece).and_then(|all| all.get(..keep)).unwrap_or_default();
        let near = beginning.len().saturating_sub(LINE_NEAR);
        let tail = beginning.get(near..).unwrap_or_default();
        memrchr(b'\n', tail).map_or(beginning.len(), |at| near + at + 1)
    }

    /// All was kept, and that is too much.
    fn shorten(&mut self) {
        self.whole = false;
        let (mut from, mut to) = (0, 0);
        for piece in std::mem::take(&mut self.long) {
            let keep = piece.start + self.beginning(piece.clone());
            self.octets.copy_within(from..keep, to);
            to += keep - from;
            self.gaps.push(Gap { at: to, octets: (piece.end - keep) as u64 });
            from = piece.end;
        }
        let end = self.octets.len();
        self.octets.copy_within(from..end, to);
        self.octets.truncate(to + (end - from));
        self.piece = self.piece.saturating_sub(from - to);
    }

    fn end_piece(&mut self) {
        match self.omitted.take() {
            Some(0) => {}
            Some(octets) => self.gaps.push(Gap { at: self.octets.len(), octets }),
            None if self.whole && self.octets.len() - self.piece > self.bounds.piece => {
                self.long.push(self.piece..self.octets.len());
            }
            None => {}
        }
    }

    fn begin_piece(&mut self) {
        self.piece = self.octets.len();
        if let Some(waiting) = &mut self.waiting {
            waiting.looked = Looked::Not;
        }
        if self.whole && self.octets.len() > self.bounds.whole {
            self.shorten();
        }
    }

    /// Once it is, it stays so: what is kept may get shorter again.
    fn is_tight(&self) -> bool {
        self.waiting.is_some() || !self.whole && self.octets.len() >= self.bounds.whole
    }

    /// Whether a multipart may wait for a line, of which this stands behind `--`; `None` where
    /// nobody looks any more.
    fn is_waited_for(&mut self, line: &[u8]) -> Option<bool> {
        let full = self.omitted.is_some();
        let known = self.waiting.is_some();
        let most = self.bounds.whole.saturating_mul(READ_MAX);
        let waiting = self.waiting.get_or_insert_default();
        // Of a piece what is in front of its first such line, and all that is kept of it.
        let looked = if full { Looked::All } else { Looked::Beginning };
        if waiting.looked < looked {
            waiting.looked = looked;
            let piece = self.octets.get(self.piece..).unwrap_or_default();
            match memchr(b'\n', piece).filter(|_| known && self.piece > 0) {
                // What was waited for still is: a line too many only begins a piece.
                Some(end) => waiting.look(piece.get(end + 1..).unwrap_or_default(), true, 0),
                None if known && self.piece > 0 => {}
                None => waiting.look(&self.octets, false, 0),
            }
        }
        let spent = waiting.read > most || waiting.boundaries.len() > WAITED_MAX;
        (!spent).then(|| waiting.has(line))
    }
}

/// How far a piece was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Looked {
    #[default]
    Not,
    Beginning,
    All,
}

/// Lines that are waited for.
#[derive(Debug, Default)]
struct Waiting {
    /// Boundaries, of which none begins with another.
    boundaries: BTreeSet<Vec<u8>>,
    /// Octets that were taken apart for them.
    read: usize,
    /// How far the piece that is coming was looked at.
    looked: Looked,
}

impl Waiting {
    /// Adds the boundaries of the multiparts that are not at their end, those of the enclosed message
    /// at the end too. `part`: these octets are one of a multipart, of which nothing is known.
    fn look(&mut self, raw: &[u8], part: bool, depth: usize) {
        self.read = self.read.saturating_add(raw.len());
        let view = View::parse(raw);
        let enclosed = view.leaves().last().filter(|leaf| {
            // In a digest what has no type is a message.
            let message = leaf.shape == Shape::Original || part && leaf.is("text/plain");
            message && leaf.encoding == Encoding::Identity && !leaf.closed
        });
        if let Some(leaf) = enclosed.filter(|_| depth < FORWARD_DEPTH) {
            self.look(leaf.body, false, depth + 1);
        }
        view.open.into_iter().for_each(|boundary| self.add(boundary));
    }

    fn add(&mut self, boundary: Vec<u8>) {
        if self.boundaries.len() <= WAITED_MAX && !self.has(&boundary) {
            self.boundaries.retain(|longer| !longer.starts_with(&boundary));
            self.boundaries.insert(boundary);
        }
    }

    /// Whether a line begins with one of them: nothing stands between it and that one in their order.
    fn has(&self, line: &[u8]) -> bool {
        let before = (Bound::Unbounded, Bound::Included(line));
        let last = self.boundaries.range::<[u8], _>(before).next_back();
        last.is_some_and(|boundary| line.starts_with(boundary))
    }
}
