//! What was asked for of a server and is not done, and why.

use crate::engine::{OpFailure, Operation, OperationKind, OperationState};

/// What is not done, whether the server is asked again, and why, in one sentence.
#[must_use]
pub fn sentence(operation: &Operation) -> String {
    use OperationKind::{File, Mark, Move};
    use OperationState::{Failed, Later, Waiting};
    let why = why(operation);
    match (&operation.kind, operation.state) {
        (Mark(..), Waiting) => fl!("operation-mark-waiting"),
        (Mark(..), Later(_)) => fl!("operation-mark-later", why = why),
        (Mark(..), Failed) => fl!("operation-mark-failed", why = why),
        (Move(_), Waiting) => fl!("operation-move-waiting"),
        (Move(_), Later(_)) => fl!("operation-move-later", why = why),
        (Move(_), Failed) => fl!("operation-move-failed", why = why),
        (File, Waiting) => fl!("operation-file-waiting"),
        (File, Later(_)) => fl!("operation-file-later", why = why),
        (File, Failed) => fl!("operation-file-failed", why = why),
    }
}

/// Why it is not done: a sentence of its own.
fn why(operation: &Operation) -> String {
    match operation.why {
        OpFailure::None => String::new(),
        OpFailure::Server if operation.said.is_empty() => fl!("error-protocol"),
        OpFailure::Server => fl!("error-server", text = &operation.said),
        OpFailure::FlagNotKept => fl!("operation-flag-not-kept"),
        OpFailure::MailboxGone => fl!("operation-mailbox-gone"),
        OpFailure::Renumbered => fl!("operation-renumbered"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::OperationId,
        model::{AccountId, DateTime, Flag, MailboxId, MessageKey},
    };

    #[test]
    fn a_refusal_is_told_with_the_words_of_the_server() {
        let operation = |kind, state, why, said: &str| Operation {
            id: OperationId(1),
            account: AccountId(1),
            mailbox: MailboxId(1),
            message: MessageKey(1),
            subject: String::new(),
            kind,
            state,
            why,
            said: said.into(),
            attempts: 1,
        };
        let later = OperationState::Later(DateTime::utc(0));
        for (operation, expected) in [
            (
                operation(OperationKind::File, later, OpFailure::Server, "[OVERQUOTA] Full"),
                "What you sent isn’t filed on the server yet; Aloud asks again. \
                 The server said: [OVERQUOTA] Full",
            ),
            (
                operation(
                    OperationKind::Move(MailboxId(2)),
                    OperationState::Failed,
                    OpFailure::Renumbered,
                    "",
                ),
                "A message was not moved and is back. It isn’t the same one on the server any more.",
            ),
            (
                operation(
                    OperationKind::Mark(Flag::Flagged, true),
                    OperationState::Failed,
                    OpFailure::FlagNotKept,
                    "",
                ),
                "A mark was not kept on the server. This mailbox keeps no such marks.",
            ),
        ] {
            assert_eq!(sentence(&operation), expected);
        }
    }
}
