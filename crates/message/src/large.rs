//! A message too large to be held: read through once, and kept so far that everything is found in
//! it, while the octets of large parts stay where they are ([`Large`]).
//!
//! Nothing here knows what a part is. A message is cut at lines that begin with `--`, for only they
//! can be delimiters (RFC 2046 section 5.1.1), at whatever depth; of what is long between two of
//! them the beginning is kept, and a [`Gap`] says what is not. So [`View`] finds the same parts as in
//! the whole, in enclosed messages too. A message of up to [`Bounds::whole`] octets has no gaps. Where
//! lines like delimiters alone are more than that, only those count that a multipart waits for.
//!
//! The octets of a leaf come from the source again ([`copy`]): in pieces, its encoding undone. What
//! is inside a container (`wrapped`) that stayed outside is not found. Tests: `large/tests.rs`.

use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use crate::inspect::{FORWARD_DEPTH, Marks, Properties, ReadOptions};
use crate::mail::Mail;
use crate::policy::Level;
use crate::vendors::Table;
use crate::view::encoding::Decoder;
use crate::view::{Encoding, Part, Shape, View};
use crate::wrapped::Containers;

mod reduce;

use reduce::Reducer;

/// Octets that are read in one go.
const READ: usize = 256 * 1024;

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Up to so many octets all of a message, and about so many of a larger one.
    pub whole: usize,
    /// Octets of a larger message between two lines that may be delimiters: beyond these, a part
    /// stays outside.
    pub piece: usize,
    /// Octets that are kept of the beginning of such a part. More than a header may have.
    pub beginning: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { whole: 32 << 20, piece: 4 << 20, beginning: 512 << 10 }
    }
}

/// Octets that are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gap {
    /// Where they would stand in what is kept.
    at: usize,
    /// How many they are.
    octets: u64,
}

/// What is not kept of a message, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gaps(Vec<Gap>);

impl Gaps {
    /// The first in a body that is kept at these places. One at its very end is in it: the line end
    /// before a delimiter is always kept.
    pub(crate) fn first_in(&self, start: usize, end: usize) -> Option<usize> {
        self.0.iter().map(|gap| gap.at).find(|at| (start..=end).contains(at))
    }

    /// Where a body that is kept at these places is in the message.
    pub(crate) fn range(&self, start: usize, end: usize) -> Range<u64> {
        let before = |counts: &dyn Fn(usize) -> bool| -> u64 {
            self.0.iter().filter(|gap| counts(gap.at)).map(|gap| gap.octets).sum()
        };
        start as u64 + before(&|at| at < start)..end as u64 + before(&|at| at <= end)
    }
}

/// A message, kept as far as it is looked at.
#[derive(Debug, Clone, Default)]
pub struct Large {
    octets: Vec<u8>,
    gaps: Gaps,
    total: u64,
    /// Not even looked for parts to its end.
    cut: bool,
    /// Sensitivity in what was not looked at.
    marks: Vec<Level>,
}

/// What is known of octets that stayed outside.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// How many they are, the transfer encoding undone.
    pub octets: u64,
    /// Their encoding is damaged.
    pub damaged: bool,
    /// Lines in them that read like a Sensitivity field, and the same mark as Outlook packs it.
    pub marks: Vec<Level>,
}

/// What a reader of the kept octets may know of the others.
pub(crate) struct Outside<'a> {
    pub gaps: &'a Gaps,
    pub cut: bool,
    pub marks: &'a [Level],
    measure: &'a dyn Fn(Range<u64>, Encoding) -> Measured,
}

impl Outside<'_> {
    /// Looks at all of a leaf; `None` where it is kept.
    pub(crate) fn measure(&self, part: &Part<'_>) -> Option<Measured> {
        Some((self.measure)(part.outside.clone()?, part.encoding))
    }

    /// Lines that read like a Sensitivity field in headers that are not kept to their end.
    pub(crate) fn marks_in_headers(&self, view: &View<'_>, base: usize) -> Vec<Level> {
        let headers = view.headers_outside(self.gaps, base).into_iter();
        headers.flat_map(|range| (self.measure)(range, Encoding::Identity).marks).collect()
    }
}

/// Where a leaf is in its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outer {
    /// Its octets, encoded as they are.
    pub range: Range<u64>,
    /// How.
    pub encoding: Encoding,
}

/// A leaf of an enclosed message that is encoded and of which only the beginning is kept: its end is
/// not at hand, and it can be had only by what it is in, which has this path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within(pub String);

impl Large {
    /// Reads a message to its end.
    ///
    /// # Errors
    /// Those of the source.
    pub fn take(source: &mut impl Read, bounds: Bounds) -> io::Result<Self> {
        let mut reducer = Reducer::new(bounds);
        let mut piece = vec![0; READ];
        loop {
            match source.read(&mut piece) {
                Ok(0) => return Ok(reducer.finish()),
                Ok(octets) => reducer.push(piece.get(..octets).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A message that is held whole.
    #[must_use]
    pub fn whole(octets: Vec<u8>) -> Self {
        Self { total: octets.len() as u64, octets, ..Self::default() }
    }

    /// What is kept.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// How long the message is.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Whether all of it is kept.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.gaps.0.is_empty()
    }

    /// The message; what stayed outside is counted, and nothing else done with it.
    ///
    /// # Errors
    /// Those of the source, which has to be the one that was read.
    pub fn read(
        &self,
        source: &mut (impl Read + Seek),
        options: &ReadOptions,
        table: &Table,
    ) -> io::Result<Mail> {
        if self.is_whole() {
            return Ok(Mail::read_with(&self.octets, options, table));
        }
        // Of a beginning: what is to come, not what stays outside.
        let total = match options.total_octets {
            0 => 0,
            total => total.saturating_sub(self.total - self.octets.len() as u64),
        };
        let options = &ReadOptions { total_octets: total, ..*options };
        let failed = RefCell::new(None);
        let source = RefCell::new(source);
        let measure = |range, encoding| {
            let measured = measure(&mut *source.borrow_mut(), range, encoding);
            measured.unwrap_or_else(|error| {
                failed.replace(Some(error));
                Measured::default()
            })
        };
        let outside =
            Outside { gaps: &self.gaps, cut: self.cut, marks: &self.marks, measure: &measure };
        let mail = Mail::read_large(&self.octets, options, table, &outside);
        match failed.into_inner() {
            Some(error) => Err(error),
            None => Ok(mail),
        }
    }

    /// Where a leaf is that is not kept whole, or `None`: then [`crate::inspect::body`] has it from
    /// [`Self::octets`]. Paths as there.
    ///
    /// # Errors
    /// For what is not all at hand.
    pub fn outer(&self, path: &str) -> Result<Option<Outer>, Within> {
        if self.is_whole() {
            return Ok(None);
        }
        let (mut octets, mut base) = (self.octets.as_slice(), 0);
        let steps: Vec<&str> = path.split('/').take(FORWARD_DEPTH + 1).collect();
        for (at, step) in steps.iter().enumerate() {
            let mut view = View::parse(octets);
            view.leave_out(&self.gaps, base);
            let Some(part) = view.leaf(step) else { break };
            let (above, inside) = steps.split_at(at + 1);
            if inside.is_empty() {
                let outer = |range| Outer { range, encoding: part.encoding };
                return Ok(part.outside.clone().map(outer));
            }
            if part.shape != Shape::Original {
                break;
            }
            if part.encoding != Encoding::Identity {
                let is_here = part.outside.is_none() || ends_in(&part.decode().octets, inside);
                return if is_here { Ok(None) } else { Err(Within(above.join("/"))) };
            }
            base += part.offset();
            octets = part.body;
        }
        Ok(None)
    }
}

/// Whether a leaf comes to its end in the beginning of a message.
fn ends_in(beginning: &[u8], path: &[&str]) -> bool {
    let plain = View::parse(beginning);
    let containers = Containers::of(&plain, true);
    let view = containers.put_into(plain);
    let Some((step, inside)) = path.split_first() else { return false };
    view.leaf(step).is_some_and(|part| {
        part.closed || part.shape == Shape::Original && ends_in(&part.decode().octets, inside)
    })
}

/// Gives the octets of a leaf in pieces, its transfer encoding undone; whether that was damaged.
///
/// # Errors
/// Those of the source and of `take`.
pub fn copy(
    source: &mut (impl Read + Seek),
    outer: &Outer,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<bool> {
    source.seek(SeekFrom::Start(outer.range.start))?;
    let mut left = outer.range.end.saturating_sub(outer.range.start);
    let mut decoder = Decoder::new(outer.encoding);
    let (mut piece, mut out) = (vec![0; READ], Vec::new());
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(READ).min(READ);
        let octets = match source.read(piece.get_mut(..most).unwrap_or_default()) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(octets) => octets,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        left = left.saturating_sub(octets as u64);
        decoder.push(piece.get(..octets).unwrap_or_default(), &mut out);
        take(&out)?;
        out.clear();
    }
    let damaged = decoder.finish(&mut out);
    take(&out)?;
    Ok(damaged)
}

fn measure(
    source: &mut (impl Read + Seek),
    range: Range<u64>,
    encoding: Encoding,
) -> io::Result<Measured> {
    let (mut octets, mut marks, mut properties) = (0, Marks::default(), Properties::default());
    let damaged = copy(source, &Outer { range, encoding }, |piece| {
        octets += piece.len() as u64;
        marks.push(piece);
        properties.push(piece);
        Ok(())
    })?;
    let marks = marks.finish().into_iter().chain(properties.finish()).collect();
    Ok(Measured { octets, damaged, marks })
}

#[cfg(test)]
mod tests;
