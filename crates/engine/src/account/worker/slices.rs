//! How a body comes in slices: how large the next one is, and when all of it is here.

use std::time::Duration;

/// Octets of a slice of a body: the first one, and the least and the most of the others. A slice
/// that comes at once makes the next one larger, one that takes long makes it smaller: so sound
/// begins early on a slow line, and a fast one is not held up by commands.
pub(super) const SLICE: u32 = 32 * 1024;
const SLICES: (u32, u32) = (16 * 1024, 256 * 1024);
/// How long a slice should take, at least and at most.
const SLICE_TIME: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(1));

/// Whether a message is here as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// It is.
    Yes,
    /// More is to be asked for.
    NotYet,
    /// The server ends it before the size that it tells.
    Short,
}

/// How much RFC822.SIZE may be more than the message, which the server has just said to end here:
/// some count another line end, and some only estimate. Octets, and a share of the size.
const SIZE_TOLERANCE: (u64, u64) = (4, 32);

/// A message of which `have` octets are here, after a slice of `got` octets where `asked` were
/// asked for. A short slice alone is no end, since servers tear them; the size alone is none
/// either, since it may be an estimate. `size` is 0 when unknown: then only nothing is the end.
pub(super) fn whole(have: u64, size: u64, got: u64, asked: u64) -> Whole {
    let tolerance = SIZE_TOLERANCE.0.max(size / SIZE_TOLERANCE.1);
    match () {
        () if got >= asked => Whole::NotYet,
        () if size > 0 && have >= size => Whole::Yes,
        () if got > 0 => Whole::NotYet,
        () if have.saturating_add(tolerance) >= size => Whole::Yes,
        () => Whole::Short,
    }
}

/// Octets of the slice after one of so many octets that took so long.
pub(super) fn next_slice(octets: u32, took: Duration) -> u32 {
    let next = if took < SLICE_TIME.0 {
        octets * 2
    } else if took > SLICE_TIME.1 {
        octets / 2
    } else {
        octets
    };
    next.clamp(SLICES.0, SLICES.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_slice_ends_no_message() {
        for (have, size, got, asked, is) in [
            (100, 100, 100, 164, Whole::Yes),
            (120, 100, 120, 164, Whole::Yes),
            (50, 100, 50, 164, Whole::NotYet),
            (98, 100, 0, 66, Whole::Yes),
            (50, 100, 0, 114, Whole::Short),
            (970_000, 1_000_000, 0, 9000, Whole::Yes),
            (960_000, 1_000_000, 0, 9000, Whole::Short),
            (164, 100, 164, 164, Whole::NotYet),
            (200, 100, 200, 164, Whole::NotYet),
            (70, 0, 70, 4096, Whole::NotYet),
            (70, 0, 0, 4096, Whole::Yes),
        ] {
            assert_eq!(whole(have, size, got, asked), is, "{have} of {size}, {got} of {asked}");
        }
    }

    #[test]
    fn slices_follow_the_line() {
        let after = |octets, millis| next_slice(octets, Duration::from_millis(millis)) / 1024;
        assert_eq!(after(SLICE, 10), 64);
        assert_eq!(after(SLICE, 500), 32);
        assert_eq!(after(SLICE, 5_000), 16);
        assert_eq!((after(16 * 1024, 60_000), after(256 * 1024, 1)), (16, 256));
    }
}
