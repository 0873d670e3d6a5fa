//! A recording in pieces, as they were downloaded; appending one copies no samples.

use std::{ops::Range, sync::Arc, time::Duration};

use crate::codec::{Pcm, level};

/// The pieces of one recording, in order, all of one sampling rate.
#[derive(Clone, Default)]
pub(super) struct Sound {
    /// Each with the position of its first sample.
    pieces: Vec<(usize, Arc<Pcm>)>,
    len: usize,
    rate: u32,
}

impl Sound {
    pub(super) fn new(pcm: Arc<Pcm>) -> Self {
        let mut sound = Self { rate: pcm.rate, ..Self::default() };
        sound.push(pcm);
        sound
    }

    /// Appends a piece; false when its sampling rate differs.
    pub(super) fn push(&mut self, pcm: Arc<Pcm>) -> bool {
        if self.len == 0 {
            self.rate = pcm.rate;
        }
        if pcm.samples.is_empty() || pcm.rate != self.rate {
            return pcm.samples.is_empty();
        }
        let start = self.len;
        self.len += pcm.samples.len();
        self.pieces.push((start, pcm));
        true
    }

    /// Number of samples available.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Sampling rate in hertz.
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    pub(super) fn duration(&self) -> Duration {
        time(self.len, self.rate)
    }

    /// The samples from `from` to `to`, or to the end of the piece that contains `from`.
    pub(super) fn get(&self, from: usize, to: usize) -> &[i16] {
        let after = self.pieces.partition_point(|(start, _)| *start <= from);
        let Some((start, pcm)) = after.checked_sub(1).and_then(|at| self.pieces.get(at)) else {
            return &[];
        };
        let end = to.saturating_sub(*start).min(pcm.samples.len());
        pcm.samples.get(from - start..end).unwrap_or_default()
    }

    /// Finds pauses in the pieces from index `from` on; ranges are positions in the recording.
    pub(super) fn silences(&self, from: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        self.pieces.iter().skip(from).flat_map(|(start, pcm)| {
            level::silences(pcm)
                .into_iter()
                .map(move |pause| start + pause.start..start + pause.end)
        })
    }

    /// Number of pieces.
    pub(super) fn count(&self) -> usize {
        self.pieces.len()
    }
}

/// The duration of `samples` samples at `rate` hertz.
pub(super) fn time(samples: usize, rate: u32) -> Duration {
    if rate == 0 {
        return Duration::ZERO;
    }
    Duration::from_secs_f64(samples as f64 / f64::from(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_read_as_one() {
        let mut sound = Sound::new(Arc::new(Pcm::telephone(vec![1, 2, 3])));
        assert!(sound.push(Arc::new(Pcm::telephone(vec![4, 5]))));
        assert!(sound.push(Arc::default()), "nothing fits anywhere");
        assert!(!sound.push(Arc::new(Pcm { samples: vec![6], rate: 16_000 })));
        assert_eq!((sound.len(), sound.rate(), sound.count()), (5, 8000, 2));
        assert_eq!(sound.get(1, 9), [2, 3]);
        assert_eq!(sound.get(3, 4), [4]);
        assert_eq!(sound.get(4, 9), [5]);
        assert!(sound.get(5, 9).is_empty() && sound.get(9, 4).is_empty());
        let mut late = Sound::default();
        assert!(late.get(0, 1).is_empty());
        assert!(late.push(Arc::new(Pcm { samples: vec![6], rate: 16_000 })));
        assert_eq!(late.rate(), 16_000);
    }
}
