//! When a voice message counts as heard (decisions D11 and E2).

use std::time::Duration;

/// Returns the position at which a message of length L counts as heard:
/// `max(0.5 L, min(0.9 L, L - 3 s))`.
#[must_use]
pub fn heard_threshold(length: Duration) -> Duration {
    let most = length.mul_f64(0.9).min(length.saturating_sub(Duration::from_secs(3)));
    most.max(length.mul_f64(0.5))
}

/// Follows the playback of one message and reports when it counts as heard.
///
/// Positions are positions in the primary audio. Only audio that was played counts: the threshold
/// must be crossed while playing; seeking past it is not enough.
#[derive(Debug, Clone)]
pub struct Listener {
    length: Option<Duration>,
    last: Duration,
    /// The farthest position reached by playing.
    reached: Option<Duration>,
    heard: bool,
}

impl Listener {
    /// Creates a listener for a message of the given length. While the length is unknown (`None`),
    /// only the end of the audio counts.
    #[must_use]
    pub fn new(length: Option<Duration>) -> Self {
        Self { length, last: Duration::ZERO, reached: None, heard: false }
    }

    /// Records a seek.
    pub fn seeked(&mut self, to: Duration) {
        self.last = to;
    }

    /// Records playback up to `position`. Returns true once: when the message becomes heard.
    pub fn played_to(&mut self, position: Duration) -> bool {
        let sounded = position > self.last;
        self.last = position;
        if sounded {
            self.reached = self.reached.max(Some(position));
        }
        let past = self.length.is_some_and(|length| position >= heard_threshold(length));
        self.settle(sounded && past)
    }

    /// Sets the length once the message is downloaded. Returns true once: when earlier playback
    /// turns out to have been enough. An estimated length must not be set, since it may be too
    /// short.
    pub fn learn(&mut self, length: Duration) -> bool {
        self.length = Some(length);
        let past = self.reached.is_some_and(|reached| reached >= heard_threshold(length));
        self.settle(past)
    }

    /// Records that playback reached the end. Returns true once: when the message becomes heard.
    pub fn ended(&mut self) -> bool {
        self.settle(true)
    }

    /// Whether the message counts as heard.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.heard
    }

    fn settle(&mut self, now: bool) -> bool {
        let first = now && !self.heard;
        self.heard |= now;
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threshold_follows_the_rule() {
        for (length, expected) in [(2.0, 1.0), (10.0, 7.0), (20.0, 17.0), (60.0, 54.0)] {
            let got = heard_threshold(Duration::from_secs_f64(length)).as_secs_f64();
            assert!((got - expected).abs() < 1e-6, "{length}: {got}");
        }
    }

    #[test]
    fn a_seek_alone_hears_nothing() {
        let mut l = Listener::new(Some(Duration::from_secs(60)));
        l.seeked(Duration::from_secs(59));
        assert!(!l.is_heard());
        assert!(l.played_to(Duration::from_secs_f64(59.1)));
        assert!(!l.played_to(Duration::from_secs_f64(59.2)), "only once");
    }

    #[test]
    fn unknown_length_needs_the_end() {
        let mut l = Listener::new(None);
        assert!(!l.played_to(Duration::from_secs(500)));
        assert!(l.ended());
    }

    #[test]
    fn a_length_that_is_learnt_counts_for_what_played_before() {
        let minute = Duration::from_secs(60);
        let mut l = Listener::new(None);
        l.seeked(Duration::from_secs(58));
        assert!(!l.learn(minute), "nothing played there");
        let mut l = Listener::new(None);
        assert!(!l.played_to(Duration::from_secs(53)));
        assert!(!l.learn(minute));
        assert!(l.played_to(Duration::from_secs(54)));
        let mut l = Listener::new(None);
        assert!(!l.played_to(Duration::from_secs(55)));
        l.seeked(Duration::ZERO);
        assert!(l.learn(minute) && !l.learn(minute), "once");
    }
}
