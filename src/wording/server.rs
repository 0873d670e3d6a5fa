//! What servers refuse, want told, or say in a way that cannot be read.

use super::figures;
use crate::engine::{Answer, MailboxFault, MailboxFaultKind, Quota, Skipped};

/// Why a mailbox is not up to date, in one sentence, with the server's own words.
#[must_use]
pub fn fault(fault: &MailboxFault) -> String {
    match fault.why {
        MailboxFaultKind::Refused if fault.said.is_empty() => fl!("mailbox-refused"),
        MailboxFaultKind::Refused => fl!("mailbox-refused-said", said = &fault.said),
        MailboxFaultKind::Silent => fl!("mailbox-silent"),
        MailboxFaultKind::Unreadable => fl!("mailbox-unreadable"),
    }
}

/// How full the room for mail is.
#[must_use]
pub fn quota(quota: Quota) -> String {
    fl!("quota", used = figures::size(quota.used), limit = figures::size(quota.limit))
}

/// Whether so little room is left that it is worth a warning.
#[must_use]
pub fn is_nearly_full(quota: Quota) -> bool {
    quota.limit > 0 && quota.used.saturating_mul(100) >= quota.limit.saturating_mul(95)
}

/// Answers that were left out, in one sentence.
#[must_use]
pub fn skipped(skipped: &Skipped) -> String {
    let about = match skipped.answer {
        Answer::Status => fl!("answer-status"),
        Answer::Code => fl!("answer-code"),
        Answer::Capability => fl!("answer-capability"),
        Answer::Fetch => fl!("answer-fetch"),
        Answer::List => fl!("answer-list"),
        Answer::Search => fl!("answer-search"),
        Answer::Flags => fl!("answer-flags"),
        Answer::Number => fl!("answer-number"),
        Answer::Quota => fl!("answer-quota"),
        Answer::Namespace => fl!("answer-namespace"),
        Answer::Id => fl!("answer-id"),
        Answer::Unknown => fl!("answer-unknown"),
    };
    fl!("answers-left-out", count = skipped.count, about = about)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DateTime;

    #[test]
    fn servers_are_quoted() {
        let why = |why, said: &str| {
            fault(&MailboxFault { why, said: said.into(), since: DateTime::utc(0) })
        };
        assert_eq!(
            why(MailboxFaultKind::Refused, "[UNAVAILABLE] Sp\u{e4}ter"),
            "The server won\u{2019}t open it. It says: [UNAVAILABLE] Sp\u{e4}ter"
        );
        assert!(why(MailboxFaultKind::Refused, "").ends_with('.'));
        let one = Skipped { answer: Answer::Fetch, count: 1 };
        assert_eq!(skipped(&one), "1 answer about messages could not be read and was left out.");
        let full = Quota { used: 96 << 20, limit: 100 << 20 };
        assert!(is_nearly_full(full) && !is_nearly_full(Quota { used: 94 << 20, ..full }));
        assert!(!is_nearly_full(Quota { used: 0, limit: 0 }));
    }
}
