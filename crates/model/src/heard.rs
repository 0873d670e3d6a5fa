//! When a voice message counts as heard (decisions D11 and E2).

use std::time::Duration;

/// The listened position from which a message of `length` counts as heard:
/// `max(0.5 L, min(0.9 L, L - 3 s))`.
#[must_use]
pub fn heard_threshold(length: Duration) -> Duration {
    let most = length.mul_f64(0.9).min(length.saturating_sub(Duration::from_secs(3)));
    most.max(length.mul_f64(0.5))
}

/// Follows one message while it sounds and says when it became heard.
///
/// Positions are positions in the primary audio. Only sound that really played counts: a seek moves
/// the position but does not hear anything, so the crossing must happen while playing.
#[derive(Debug, Clone)]
pub struct Listener {
    length: Option<Duration>,
    last: Duration,
    /// The farthest position that sound really played to.
    reached: Option<Duration>,
    heard: bool,
}

impl Listener {
    /// A listener for a message of the given length; `None` when it is not known, and then only
    /// the end of the audio counts.
    #[must_use]
    pub fn new(length: Option<Duration>) -> Self {
        Self { length, last: Duration::ZERO, reached: None, heard: false }
    }

    /// Notes that the position jumped without sound.
    pub fn seeked(&mut self, to: Duration) {
        self.last = to;
    }

    /// Notes that sound played up to `position`; true exactly once, when that made it heard.
    pub fn played_to(&mut self, position: Duration) -> bool {
        let sounded = position > self.last;
        self.last = position;
        if sounded {
            self.reached = self.reached.max(Some(position));
        }
        let past = self.length.is_some_and(|length| position >= heard_threshold(length));
        self.settle(sounded && past)
    }

    /// Notes the length, once the whole is here; true exactly once, when what played before turns
    /// out to have been enough. Before that nothing but the end counts: an estimate might be short.
    pub fn learn(&mut self, length: Duration) -> bool {
        self.length = Some(length);
        let past = self.reached.is_some_and(|reached| reached >= heard_threshold(length));
        self.settle(past)
    }

    /// Notes that the audio came to its end by playing; true exactly once.
    pub fn ended(&mut self) -> bool {
        self.settle(true)
    }

    /// Whether it has been heard.
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
