//! What changed since a mailbox was looked at: for all mailboxes by one LIST (LIST-STATUS, RFC 5819),
//! for one by its SELECT (QRESYNC, RFC 7162 section 3.2.5). Both are hints: what they say is believed
//! only where it agrees with the number of messages, and a server that refuses them is not asked
//! again.

use std::{collections::HashMap, ops::RangeInclusive};

use imap_proto::{MailboxDatum, Response, StatusAttribute};

use super::{
    super::{command::Command, link::Done, names, types::MailboxStatus},
    Session,
};
use crate::types::Error;
use aloud_model::UidValidity;

/// Ranges of UIDs that are gone, in one answer.
const RANGES: usize = 100_000;

/// What a connection knows of the two.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// The server refused LIST with STATUS.
    no_status: bool,
    /// What the last LIST said, by the name as the server spells it.
    statuses: HashMap<String, MailboxStatus>,
    /// Whether QRESYNC is enabled; `None` before it was asked for.
    qresync: Option<bool>,
}

impl Changes {
    /// Keeps a STATUS response.
    pub(super) fn note(&mut self, response: &Response<'_>) {
        if let Response::MailboxData(MailboxDatum::Status { mailbox, status }) = response {
            let mut said = MailboxStatus::default();
            for attribute in status {
                match attribute {
                    StatusAttribute::Messages(count) => said.messages = Some(*count),
                    StatusAttribute::UidNext(next) => said.uid_next = Some(*next),
                    StatusAttribute::UidValidity(validity) => {
                        said.uid_validity = Some(UidValidity(*validity));
                    }
                    StatusAttribute::HighestModSeq(modseq) => {
                        said.highest_modseq = Some(*modseq).filter(|modseq| *modseq > 0);
                    }
                    _ => {}
                }
            }
            self.statuses.insert(names::unescape(mailbox), said);
        }
    }
}

impl Session {
    /// Whether one LIST tells what changed in which mailbox.
    #[must_use]
    pub fn has_list_status(&self) -> bool {
        self.has("LIST-STATUS") && !self.changes.no_status
    }

    /// What [`Self::list`] asks besides the names.
    pub(super) fn list_command(&mut self) -> Command {
        self.changes.statuses.clear();
        let special = (self.has("LIST-EXTENDED") || self.has("LIST-STATUS"))
            // RFC 6154: some servers tell special uses only when asked.
            && self.has("SPECIAL-USE");
        let command = Command::new("LIST \"\" \"*\"");
        let status = "STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)";
        match (self.has_list_status() && self.has("CONDSTORE"), special) {
            (true, true) => command.word("RETURN (SPECIAL-USE").word(status).glue(")"),
            (true, false) => command.word("RETURN (").glue(status).glue(")"),
            (false, true) => command.word("RETURN (SPECIAL-USE)"),
            (false, false) => command,
        }
    }

    /// After LIST was refused: whether it is to be asked without STATUS.
    pub(super) fn list_without_status(&mut self) -> bool {
        self.has_list_status() && !std::mem::replace(&mut self.changes.no_status, true)
    }

    /// What the last [`Self::list`] said of the mailboxes, by their names on the wire; taken.
    #[must_use]
    pub fn take_statuses(&mut self) -> HashMap<String, MailboxStatus> {
        std::mem::take(&mut self.changes.statuses)
    }

    /// Whether SELECT may be asked what changed. ENABLE comes before the first SELECT of a connection
    /// (RFC 5161 section 3.1), so it is asked once.
    pub(super) async fn enable_qresync(&mut self) -> Result<bool, Error> {
        if let Some(enabled) = self.changes.qresync {
            return Ok(enabled);
        }
        let mut enabled = false;
        if self.has("QRESYNC") && self.has("ENABLE") {
            let command = Command::new("ENABLE QRESYNC");
            // A server that says so enables it; ENABLED names it besides.
            let done = self.link.run(&command, &mut |_| {}).await?;
            enabled = matches!(done, Done::Ok { .. });
        }
        self.changes.qresync = Some(enabled);
        Ok(enabled)
    }

    /// QRESYNC is not to be asked of this connection any more.
    pub(super) fn without_qresync(&mut self) {
        self.changes.qresync = Some(false);
    }
}

/// Keeps which messages a response says to be gone.
pub(super) fn note_vanished(response: &Response<'_>, gone: &mut Vec<RangeInclusive<u32>>) {
    if let Response::Vanished { earlier: true, uids } = response {
        let room = RANGES.saturating_sub(gone.len());
        gone.extend(uids.iter().take(room).cloned());
    }
}
