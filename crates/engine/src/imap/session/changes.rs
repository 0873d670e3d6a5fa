//! What changed since a mailbox was looked at: for all mailboxes by one LIST (LIST-STATUS, RFC 5819),
//! for one by its SELECT (QRESYNC, RFC 7162 section 3.2.5). Both are hints: what they say is believed
//! only where it agrees with the number of messages, and a server that refuses them is not asked
//! again.

use std::{collections::HashMap, ops::RangeInclusive};

use async_imap::imap_proto::{MailboxDatum, Response, ResponseCode, Status, StatusAttribute};

use super::{
    super::{
        command::Command,
        link::Done,
        names,
        read::read_flags,
        types::{MailboxStatus, Selected},
    },
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
    async fn enable_qresync(&mut self) -> Result<bool, Error> {
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

    /// Selects a mailbox; and which messages are gone since the UIDVALIDITY and MODSEQ that are known,
    /// as far as the server says.
    ///
    /// # Errors
    /// As [`Self::select`].
    pub async fn select_since(
        &mut self,
        wire_name: &str,
        since: Option<(UidValidity, u64)>,
    ) -> Result<(Selected, Vec<RangeInclusive<u32>>), Error> {
        let mut selected = Selected::default();
        let mut gone = Vec::new();
        let mut command = Command::new("SELECT").mailbox(wire_name);
        let mut told = false;
        let qresync = since.is_some() && self.enable_qresync().await?;
        match since.filter(|_| qresync) {
            Some((validity, modseq)) => {
                command = command
                    .word("(QRESYNC (")
                    .number(u64::from(validity.0))
                    .glue(" ")
                    .number(modseq)
                    .glue("))");
            }
            None if self.has("CONDSTORE") => command = command.word("(CONDSTORE)"),
            None => {}
        }
        let done =
            self.link
                .run(&command, &mut |response| match response {
                    Response::MailboxData(MailboxDatum::Exists(count)) => {
                        (selected.exists, told) = (*count, true);
                    }
                    Response::Vanished { .. } => note_vanished(response, &mut gone),
                    Response::Data { status: Status::Ok, outcome }
                    | Response::Done { outcome, .. } => match &outcome.code {
                        Some(ResponseCode::UidValidity(value)) => {
                            selected.uid_validity =
                                Some(UidValidity(*value)).filter(|validity| validity.0 != 0);
                        }
                        Some(ResponseCode::UidNext(value)) => selected.uid_next = Some(*value),
                        Some(ResponseCode::HighestModSeq(value)) => {
                            selected.highest_modseq = Some(*value).filter(|value| *value > 0);
                        }
                        Some(ResponseCode::ReadOnly) => selected.read_only = true,
                        Some(ResponseCode::PermanentFlags(flags)) => {
                            selected.may_store_any_keyword = flags.iter().any(|flag| flag == "\\*");
                            selected.permanent_flags = Some(read_flags(flags));
                        }
                        _ => {}
                    },
                    _ => {}
                })
                .await?;
        if qresync && matches!(done, Done::Bad(_)) {
            self.changes.qresync = Some(false);
            return Box::pin(self.select_since(wire_name, None)).await;
        }
        done.ok()?;
        selected.counted = told;
        selected.empty = told && selected.exists == 0;
        self.link.changed = false;
        Ok((selected, gone))
    }
}

/// Keeps which messages a response says to be gone.
fn note_vanished(response: &Response<'_>, gone: &mut Vec<RangeInclusive<u32>>) {
    if let Response::Vanished { earlier: true, uids } = response {
        let room = RANGES.saturating_sub(gone.len());
        gone.extend(uids.iter().take(room).cloned());
    }
}
