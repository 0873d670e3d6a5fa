//! Whether a provider files in Sent what is submitted through it, and how long that takes. None says
//! so; those that are known to do it are looked at for longer before a copy is added.

use std::time::Duration;

/// When to look for the copy, each after the one before it.
const UNKNOWN: [u64; 2] = [0, 1];
/// For those that file by themselves.
const FILES: [u64; 5] = [0, 1, 3, 6, 10];

/// Submission servers of providers that file by themselves, by the end of their names.
const FILERS: [&str; 5] =
    ["gmail.com", "googlemail.com", "office365.com", "outlook.com", "smtp.google.com"];

/// How long to wait before each look. `gmail` is Gmail's own extension (X-GM-EXT-1), which says it
/// for names of one's own as well.
pub(super) fn looks(submission: &str, gmail: bool) -> Vec<Duration> {
    let host = submission.trim_end_matches('.').to_ascii_lowercase();
    let known = FILERS.iter().any(|name| {
        host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    let waits: &[u64] = if known || gmail { &FILES } else { &UNKNOWN };
    waits.iter().copied().map(Duration::from_secs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_files_is_waited_for() {
        for (host, gmail, looked) in [
            ("smtp.gmail.com", false, 5),
            ("SMTP.Office365.com.", false, 5),
            ("smtp.example.com", true, 5),
            ("smtp.example.com", false, 2),
            ("notgmail.com", false, 2),
        ] {
            assert_eq!(looks(host, gmail).len(), looked, "{host}");
        }
    }
}
