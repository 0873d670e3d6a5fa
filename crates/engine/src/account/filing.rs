//! Whether a provider files in Sent what is submitted through it, and how long that takes. None says
//! so; those that are known to do it (`files-sent`, [`crate::servers`]) are looked at for longer
//! before a copy is added.

use std::time::Duration;

use crate::servers::{Clues, Profile};

/// When to look for the copy, each after the one before it, until the time is up.
const WAITS: [u32; 6] = [1, 3, 6, 10, 20, 80];
/// How long a provider is given of which nothing is known, in seconds.
const UNKNOWN: u32 = 1;

/// How long to wait before each look, at the submission server and by the profile of the server that
/// keeps the mail.
pub(super) fn looks(submission: &str, keeper: &Profile) -> Vec<Duration> {
    let known = Profile::of(&Clues::of_host(submission)).files_sent;
    let mut left = known.max(keeper.files_sent).unwrap_or(UNKNOWN);
    let mut looks = vec![Duration::ZERO];
    for wait in WAITS {
        let wait = wait.min(left);
        if wait > 0 {
            looks.push(Duration::from_secs(wait.into()));
        }
        left -= wait;
    }
    looks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_files_is_waited_for() {
        let mut gmail = Clues::default();
        gmail.offers(&["X-GM-EXT-1".into()]);
        for (host, keeper, seconds) in [
            ("smtp.gmail.com", Clues::default(), &[0, 1, 3, 6, 10][..]),
            ("SMTP.Office365.com.", Clues::default(), &[0, 1, 3, 6, 10]),
            ("smtp.example.com", gmail, &[0, 1, 3, 6, 10]),
            ("smtp.example.com", Clues::default(), &[0, 1]),
            ("notgmail.com", Clues::default(), &[0, 1]),
        ] {
            let looks: Vec<u64> =
                looks(host, &Profile::of(&keeper)).iter().map(Duration::as_secs).collect();
            assert_eq!(looks, seconds, "{host}");
        }
    }
}
