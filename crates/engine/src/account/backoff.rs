//! How long to wait before connecting again (reliability G23).

use std::{collections::VecDeque, time::Duration};

use rand::Rng;
use tokio::time::Instant;

/// First and longest wait.
const WAIT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));
/// Shortest wait after the server itself said no.
pub(super) const REFUSED: Duration = Duration::from_secs(60);
/// A connection that lived this long was a good one.
const GOOD: Duration = Duration::from_secs(60);
/// Sign-ins an hour that nobody asked for.
const LOGINS: usize = 25;
/// Of these so many come as soon as the pauses allow.
const FREE: usize = 6;
const HOUR: Duration = Duration::from_secs(3600);

/// Doubling waits with half of each left to chance, and a limit on sign-ins.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
    logins: VecDeque<Instant>,
    connected: Option<Instant>,
}

impl Backoff {
    /// A connection was made.
    pub(super) fn connected(&mut self) {
        let now = Instant::now();
        self.connected = Some(now);
        self.logins.push_back(now);
        while self.logins.len() > LOGINS {
            self.logins.pop_front();
        }
    }

    /// Asked for by the user, or the network came back: no wait.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The connection broke or could not be made: how long to wait; `least`, where the server itself
    /// said no.
    pub(super) fn wait(&mut self, least: Option<Duration>) -> Duration {
        if self.connected.take().is_some_and(|at| at.elapsed() > GOOD) {
            self.failures = 0;
        }
        let doubled = WAIT.0.saturating_mul(1 << self.failures.min(16)).min(WAIT.1);
        self.failures += 1;
        let least = least.map_or(doubled, |least| doubled.max(least));
        let wait = least.mul_f64(rand::rng().random_range(0.5..1.5)).min(WAIT.1);
        self.logins.retain(|login| login.elapsed() < HOUR);
        let (Some(oldest), made) = (self.logins.front(), self.logins.len()) else { return wait };
        if made < FREE {
            return wait;
        }
        // What is left of the hour is shared by the sign-ins that are left, so that a line that never
        // lasts is no half hour without one.
        let left = u32::try_from(LOGINS.saturating_sub(made) + 1).unwrap_or(1);
        wait.max(HOUR.saturating_sub(oldest.elapsed()) / left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waits_grow_and_sign_ins_are_few() {
        let mut backoff = Backoff::default();
        let first = backoff.wait(None);
        assert!(first <= Duration::from_millis(1500), "{first:?}");
        let waits: Vec<Duration> = (0..10).map(|_| backoff.wait(None)).collect();
        assert!(waits.iter().all(|wait| *wait <= WAIT.1));
        assert!(waits.last().is_some_and(|wait| *wait >= WAIT.1 / 2));
        backoff.reset();
        assert!(backoff.wait(None) <= Duration::from_millis(1500));
        backoff.reset();
        assert!(backoff.wait(Some(REFUSED)) >= REFUSED / 2);

        // A server that drops every connection after two minutes.
        let mut backoff = Backoff::default();
        let start = Instant::now();
        let mut logins = 0;
        while start.elapsed() < HOUR {
            backoff.connected();
            logins += 1;
            tokio::time::advance(Duration::from_secs(120)).await;
            tokio::time::advance(backoff.wait(None)).await;
        }
        assert!(logins <= 30, "{logins} sign-ins in an hour");

        // One that is cut after a minute: no pause is long, and none too many sign-ins.
        let mut backoff = Backoff::default();
        let start = Instant::now();
        let (mut logins, mut longest) = (0, Duration::ZERO);
        while start.elapsed() < HOUR * 3 {
            backoff.connected();
            logins += 1;
            tokio::time::advance(Duration::from_secs(61)).await;
            let wait = backoff.wait(None);
            longest = longest.max(wait);
            tokio::time::advance(wait).await;
        }
        assert!(logins <= 3 * LOGINS + FREE, "{logins} sign-ins in three hours");
        assert!(longest <= Duration::from_secs(300), "{longest:?} without a connection");
    }
}
