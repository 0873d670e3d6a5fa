//! One leaf of a message that is still coming: octets of the message in pieces of any size, octets
//! of the leaf as they come, its transfer encoding undone.
//!
//! What comes out is what [`super::inspect::body`] will find in the whole, up to where a delimiter
//! or a group of base64 may still be cut: [`View`] itself looks at each piece, behind a copy of what
//! stands before the leaf, so there is no second reading of delimiters. Only base64 and octets as
//! they are come in pieces ([`Standing::Never`] for the rest, containers and what is in them too);
//! enclosed messages are entered where they are not encoded. What is before the leaf is kept, [`HEAD_MAX`] octets at most, and looked
//! through with each piece; beyond that an octet is looked at once. Tests: below.

use super::{
    display,
    inspect::FORWARD_DEPTH,
    view::{Encoding, Shape, View, encoding::Decoder},
    wrapped::is_container,
};

/// Most octets before a leaf that comes in pieces.
pub const HEAD_MAX: usize = 1 << 20;
/// Octets of a leaf that must be there before its header counts as read to its end.
const CERTAIN: usize = 1024;
/// Longest line that is taken for a delimiter that has not come to its end.
const LINE_MAX: usize = 2048;

/// How far a leaf is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has not begun.
    Searching,
    /// It has begun, and more of it may come.
    Inside,
    /// It is out to its end.
    Closed,
    /// It can only be read from the whole message.
    Never,
}

/// A leaf that is still coming.
pub struct LeafReader {
    path: String,
    state: State,
}

enum State {
    /// All so far, and from how many octets on it is worth looking at again.
    Searching(Vec<u8>, usize),
    Inside(Box<Inside>),
    Closed(Named),
    Never,
}

/// What the header of the leaf says of it.
#[derive(Debug, Clone)]
struct Named {
    media_type: String,
    filename: Option<String>,
}

struct Inside {
    named: Named,
    /// The message up to the leaf.
    head: Vec<u8>,
    /// What may still turn out to belong to a delimiter.
    pending: Vec<u8>,
    /// The octet before `pending` is no line end.
    mid_line: bool,
    decoder: Decoder,
}

/// Where a leaf lies in the octets of a message.
struct Place {
    start: usize,
    len: usize,
    closed: bool,
    encoding: Encoding,
    named: Named,
}

fn locate(raw: &[u8], path: &str) -> Option<Place> {
    let steps: Vec<&str> = path.split('/').take(FORWARD_DEPTH + 2).collect();
    (steps.len() <= FORWARD_DEPTH + 1).then_some(())?;
    let (mut octets, mut base, mut closed) = (raw, 0, false);
    for (level, step) in steps.iter().enumerate() {
        let view = View::parse(octets);
        let part = view.leaf(step)?;
        // What is in a container comes out of the whole only.
        (!is_container(part)).then_some(())?;
        let start = base + part.offset();
        closed |= part.closed;
        if level + 1 == steps.len() {
            let filename = part.filename();
            let named = Named {
                media_type: part.content.value.clone(),
                filename: filename.and_then(|n| display::safe_file_name(&display::clean(&n))),
            };
            let (len, encoding) = (part.body.len(), part.encoding);
            return Some(Place { start, len, closed, encoding, named });
        }
        let enters = part.shape == Shape::Original && part.encoding == Encoding::Identity;
        enters.then_some(())?;
        (octets, base) = (part.body, start);
    }
    None
}

impl LeafReader {
    /// The leaf with a path, as in [`super::inspect::body`].
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self { path: path.to_owned(), state: State::Searching(Vec::new(), 0) }
    }

    /// How far it is found.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match &self.state {
            State::Searching(..) => Standing::Searching,
            State::Inside(_) => Standing::Inside,
            State::Closed(_) => Standing::Closed,
            State::Never => Standing::Never,
        }
    }

    /// Its media type and the name of its file, once it has begun.
    #[must_use]
    pub fn named(&self) -> Option<(&str, Option<&str>)> {
        let named = match &self.state {
            State::Inside(inside) => &inside.named,
            State::Closed(named) => named,
            _ => return None,
        };
        Some((&named.media_type, named.filename.as_deref()))
    }

    /// Takes the octets of the message that follow and appends those of the leaf to `out`.
    pub fn push(&mut self, octets: &[u8], out: &mut Vec<u8>) -> Standing {
        match &mut self.state {
            State::Searching(raw, next) => {
                raw.extend_from_slice(octets);
                if raw.len() >= *next {
                    let raw = std::mem::take(raw);
                    self.enter(raw, out, false);
                }
            }
            State::Inside(inside) => {
                inside.pending.extend_from_slice(octets);
                let advanced = inside.advance(&self.path, false, out);
                self.settle(advanced);
            }
            State::Closed(_) | State::Never => {}
        }
        self.standing()
    }

    /// Ends the message; the rest of the leaf comes out. `Closed` unless there is no such leaf, or
    /// not in pieces.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Standing {
        if let State::Searching(raw, _) = &mut self.state {
            let raw = std::mem::take(raw);
            self.enter(raw, out, true);
        }
        if let State::Inside(inside) = &mut self.state {
            let advanced = inside.advance(&self.path, true, out);
            self.settle(advanced);
        }
        self.standing()
    }

    /// Looks for the leaf. `last`: nothing follows.
    fn enter(&mut self, raw: Vec<u8>, out: &mut Vec<u8>, last: bool) {
        let place = locate(&raw, &self.path);
        let certain = |place: &Place| last || place.closed || place.len >= CERTAIN;
        let Some(place) = place.filter(certain) else {
            self.state = if last || raw.len() > HEAD_MAX {
                State::Never
            } else {
                // Looking again costs as much as what was added.
                let next = raw.len() + (raw.len() / 2).clamp(CERTAIN, 64 * 1024);
                State::Searching(raw, next)
            };
            return;
        };
        let decoder = match place.encoding {
            Encoding::Base64 | Encoding::Identity => Decoder::new(place.encoding),
            Encoding::QuotedPrintable | Encoding::Uuencode => {
                self.state = State::Never;
                return;
            }
        };
        if place.start > HEAD_MAX {
            self.state = State::Never;
            return;
        }
        let (mut head, start) = (raw, place.start.min(HEAD_MAX));
        let pending = head.split_off(start.min(head.len()));
        let mut inside =
            Box::new(Inside { named: place.named, head, pending, mid_line: false, decoder });
        let advanced = inside.advance(&self.path, false, out);
        self.state = State::Inside(inside);
        self.settle(advanced);
    }

    fn settle(&mut self, advanced: Advanced) {
        let State::Inside(inside) = &self.state else { return };
        match advanced {
            Advanced::On => {}
            Advanced::Closed => self.state = State::Closed(inside.named.clone()),
            Advanced::Lost => self.state = State::Never,
        }
    }
}

enum Advanced {
    /// More may come.
    On,
    /// Its end was seen.
    Closed,
    /// It is not where it was: the message reads differently than its beginning did.
    Lost,
}

impl Inside {
    /// Moves what is certain from `pending` to `out`. `last`: nothing follows.
    fn advance(&mut self, path: &str, last: bool, out: &mut Vec<u8>) -> Advanced {
        let seen = if last { self.pending.len() } else { self.certain() };
        // A stand-in for the line that `pending` goes on with.
        let stand_in = usize::from(self.mid_line);
        let mut message = Vec::with_capacity(self.head.len() + stand_in + seen);
        message.extend_from_slice(&self.head);
        message.extend(std::iter::repeat_n(b'x', stand_in));
        message.extend_from_slice(self.pending.get(..seen).unwrap_or_default());
        let place = locate(&message, path).filter(|place| place.start == self.head.len());
        let Some(place) = place else { return Advanced::Lost };
        let here = place.len.saturating_sub(stand_in);
        if place.closed || last {
            let body = self.pending.get(..here).unwrap_or_default();
            self.decoder.push(body, out);
            self.decoder.finish(out);
            return Advanced::Closed;
        }
        if here != seen {
            return Advanced::Lost;
        }
        let body = self.pending.get(..seen).unwrap_or_default();
        let body = body.strip_suffix(b"\n").unwrap_or(body);
        let body = body.strip_suffix(b"\r").unwrap_or(body);
        if let Some(end) = body.last() {
            self.mid_line = *end != b'\n';
        }
        self.decoder.push(body, out);
        let kept = body.len();
        self.pending.drain(..kept);
        Advanced::On
    }

    /// How many octets of `pending` are no part of a delimiter that has not come to its end.
    fn certain(&self) -> usize {
        let line = self.pending.iter().rposition(|octet| *octet == b'\n').map(|at| at + 1);
        let start = line.unwrap_or(0);
        let tail = self.pending.get(start..).unwrap_or_default();
        let at_start = line.is_some() || !self.mid_line;
        let may_delimit = match tail {
            [] | [b'-'] => true,
            _ => tail.starts_with(b"--") && tail.len() <= LINE_MAX,
        };
        if at_start && may_delimit { start } else { self.pending.len() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::inspect, *};

    fn grown(raw: &[u8], path: &str, sizes: impl IntoIterator<Item = usize>) -> Option<Vec<u8>> {
        let mut leaf = LeafReader::new(path);
        let (mut out, mut rest) = (Vec::new(), raw);
        for size in sizes {
            let (piece, after) = rest.split_at(size.min(rest.len()));
            leaf.push(piece, &mut out);
            rest = after;
        }
        leaf.push(rest, &mut out);
        (leaf.finish(&mut out) == Standing::Closed).then_some(out)
    }

    fn lines(count: usize) -> String {
        (0..count).map(|n| format!("{:0>68}{n:08}\r\n", "QUJD")).collect()
    }

    fn messages() -> Vec<(&'static str, Vec<u8>)> {
        let b64 = lines(120);
        let voice = format!(
            "Content-Type: audio/32kadpcm; name=\"a.726\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{b64}"
        );
        let multipart = format!(
            "MIME-Version: 1.0\r\nContent-Type: multipart/voice-message; boundary=B\r\n\r\n\
             --B\r\nContent-Type: text/plain\r\n\r\nhello\r\n--B\r\n{voice}\r\n--B\r\n\
             Content-Type: text/plain\r\n\r\nbye\r\n--B--\r\n"
        );
        let inner = format!(
            "Content-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\n\r\nsee below\r\n--A\r\n\
             Content-Type: message/rfc822\r\n\r\n{multipart}\r\n--A--\r\n"
        );
        let binary: Vec<u8> = (0..6000_u32).map(|n| (n * 7 % 256) as u8).collect();
        let eight = [
            b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\
              Content-Type: audio/basic\r\nContent-Transfer-Encoding: binary\r\n\r\n"
                .to_vec(),
            binary.clone(),
            b"\r\n--Bnot\r\n--\r\n-\r\n\n\n".to_vec(),
            binary,
            b"\r\n--B- -\r\n".to_vec(),
        ]
        .concat();
        let odd = voice.replace("00000007", "0000=\r\n==\u{e9} 7").replace("\r\n", "\n");
        let missing = multipart.split("\r\n--B\r\nContent-Type: text/plain\r\n\r\nbye").next();
        vec![
            ("2", multipart.clone().into_bytes()),
            ("2/2", inner.into_bytes()),
            ("1", voice.clone().into_bytes()),
            ("1", eight),
            ("1", odd.into_bytes()),
            ("2", multipart.replace("\r\n", "\n").into_bytes()),
            ("2", missing.unwrap_or_default().as_bytes().to_vec()),
            ("2", format!("{}\r\n--B", missing.unwrap_or_default()).into_bytes()),
            ("1", b"Content-Type: audio/basic\r\n\r\nshort".to_vec()),
            ("2", multipart.replace("boundary=B", "").into_bytes()),
        ]
    }

    #[test]
    fn pieces_of_any_size_equal_the_whole() {
        for (n, (path, raw)) in messages().iter().enumerate() {
            let whole = inspect::body(raw, path).expect("there").octets;
            assert!(!whole.is_empty());
            for size in [1, 3, 77, 1000, 100_000] {
                let sizes = std::iter::repeat_n(size, raw.len() / size);
                assert_eq!(grown(raw, path, sizes).as_ref(), Some(&whole), "{n} by {size}");
            }
        }
    }

    #[test]
    fn it_comes_before_its_end_and_says_what_it_is() {
        let (path, raw) = messages().swap_remove(0);
        let mut leaf = LeafReader::new(path);
        let mut out = Vec::new();
        assert_eq!(leaf.push(&raw[..100], &mut out), Standing::Searching);
        assert_eq!(leaf.push(&raw[100..5000], &mut out), Standing::Inside);
        assert_eq!(leaf.named(), Some(("audio/32kadpcm", Some("a.726"))));
        assert!(out.len() > 3000);
        assert_eq!(leaf.push(&raw[5000..], &mut out), Standing::Closed);
    }

    #[test]
    fn what_cannot_come_in_pieces_says_so() {
        let quoted = format!(
            "Content-Type: audio/basic\nContent-Transfer-Encoding: quoted-printable\n\n{}",
            "=FF".repeat(3000)
        );
        for (path, raw) in [("1", quoted), ("9", lines(20_000)), ("1/1", lines(20_000))] {
            assert_eq!(grown(raw.as_bytes(), path, [700; 30]), None, "{path}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_damage_and_any_cuts(
            which in 0_usize..10,
            sizes in prop::collection::vec(1_usize..4000, 0..8),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        ) {
            let (path, mut raw) = messages().swap_remove(which);
            for (at, octet) in changes {
                let at = at.index(raw.len());
                raw[at] = octet;
            }
            if let Some(got) = grown(&raw, path, sizes) {
                let whole = inspect::body(&raw, path).map(|body| body.octets);
                prop_assert_eq!(Some(got), whole);
            }
        }
    }
}
