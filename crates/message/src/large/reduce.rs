//! From the octets of a message, in pieces, to those that are kept of it.

use std::ops::Range;

use memchr::{memchr, memmem, memrchr};

use super::{Bounds, Gap, Gaps, Large, READ};
use crate::inspect::{FORWARD_DEPTH, Marks};
use crate::view::{Encoding, Shape, View};

/// Octets of a line in which a boundary is looked for.
const LINE_MAX: usize = 2048;
/// Delimiters that are kept once as much is kept as may be, and octets behind each.
const TIGHT: (usize, usize) = (1_000, 16 * 1024);
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
    /// As much is kept as may be. Lines that are waited for; `None` until that is looked up.
    waited_for: Option<Vec<Vec<u8>>>,
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
            waited_for: None,
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
                if !self
                    .is_waited_for(line.get(..line_end.unwrap_or(line.len())).unwrap_or_default())
                {
                    continue;
                }
                self.met += 1;
                if self.met > TIGHT.0 {
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
        self.waited_for = None;
        if self.whole && self.octets.len() > self.bounds.whole {
            self.shorten();
        }
    }

    fn is_tight(&self) -> bool {
        !self.whole && self.octets.len() >= self.bounds.whole
    }

    /// Whether a multipart may wait for a line, of which this stands behind `--`.
    fn is_waited_for(&mut self, line: &[u8]) -> bool {
        let octets = &self.octets;
        let waited_for = self.waited_for.get_or_insert_with(|| {
            let mut open = Vec::new();
            collect_open(octets, 0, &mut open);
            open
        });
        waited_for.iter().any(|boundary| line.starts_with(boundary))
    }
}

/// The boundaries of the multiparts that are not at their end, those of the enclosed message at the
/// end too.
fn collect_open(raw: &[u8], depth: usize, open: &mut Vec<Vec<u8>>) {
    let view = View::parse(raw);
    let last = view.leaves().last();
    let enclosed = last.filter(|part| {
        let plain = part.shape == Shape::Original && part.encoding == Encoding::Identity;
        plain && !part.closed && depth < FORWARD_DEPTH
    });
    if let Some(part) = enclosed {
        collect_open(part.body, depth + 1, open);
    }
    open.extend(view.open);
}
