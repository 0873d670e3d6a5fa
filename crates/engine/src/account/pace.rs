//! How many messages go into one command: as many as the line carries in a second or two, so that a
//! slow line shows something soon and loses little when it breaks, and a fast one is not held up by
//! its distance.

use std::time::Duration;

/// How long a command should take.
const AIM: Duration = Duration::from_millis(1500);
/// The size of the next command, by what the last one took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    least: usize,
    next: usize,
    most: usize,
    /// How much more the next command may ask for than the last one brought.
    growth: usize,
    /// So many quick commands in a row are needed, since one may be chance; and so many were there.
    quick: (u8, u8),
}

impl Pace {
    /// Begins with so many messages; later at least and at most so many. Grows by this factor after so
    /// many quick commands.
    pub(super) const fn new(
        (least, first, most): (usize, usize, usize),
        growth: usize,
        quick: u8,
    ) -> Self {
        Self { least, next: first, most, growth, quick: (quick, 0) }
    }

    /// Messages of the next command.
    pub(super) fn next(&self) -> usize {
        self.next
    }

    /// So many messages came in so long.
    pub(super) fn took(&mut self, messages: usize, time: Duration) {
        let fit = messages as f64 * AIM.as_secs_f64() / time.as_secs_f64().max(0.001);
        // Saturates.
        let fit = fit as usize;
        if time > AIM {
            self.next = fit.clamp(self.least, self.most);
            self.quick.1 = 0;
        } else if messages >= self.next {
            // A short command at the end of a list would say little about a long one.
            self.quick.1 += 1;
            if self.quick.1 >= self.quick.0 {
                let fit = fit.min(self.next.saturating_mul(self.growth));
                self.next = fit.clamp(self.least, self.most);
                self.quick.1 = 0;
            }
        }
    }

    /// The connection broke, or ran into a limit, at a command of this size.
    pub(super) fn broke(&mut self) {
        self.next = (self.next / 8).max(self.least);
    }
}

/// Both halves of what went wrong together, for a stack: the first on top.
pub(super) fn halves<T>(part: &[T]) -> impl Iterator<Item = &[T]> {
    let (first, second) = part.split_at(part.len() / 2);
    [second, first].into_iter().filter(|half| !half.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_follow_the_line() {
        let mut pace = Pace::new((8, 50, 500), 4, 2);
        // 3 KB a second, 4 KB a message.
        pace.took(50, Duration::from_secs(66));
        assert_eq!(pace.next(), 8);
        pace.took(8, Duration::from_secs(10));
        assert_eq!(pace.next(), 8);
        // It gets better.
        for _ in 0..6 {
            pace.took(pace.next(), Duration::from_millis(40));
        }
        assert_eq!(pace.next(), 500);
        // The rest of a list, near and far away.
        for millis in [1, 600] {
            pace.took(3, Duration::from_millis(millis));
            assert_eq!(pace.next(), 500);
        }
        pace.broke();
        assert_eq!(pace.next(), 62);
        // Far away: the distance counts little once there is much in a command.
        let mut pace = Pace::new((8, 50, 500), 4, 2);
        for _ in 0..8 {
            let time = Duration::from_millis(600) + Duration::from_millis(pace.next() as u64);
            pace.took(pace.next(), time);
        }
        assert_eq!(pace.next(), 500);
    }
}
