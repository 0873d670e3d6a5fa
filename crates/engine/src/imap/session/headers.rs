//! Header blocks (RFC 9051 section 6.4.5), kept within bounds while they arrive. What cannot be read
//! is told by its UID, so that a caller can ask for the others again.

use std::collections::{BTreeSet, HashSet, VecDeque};

use async_imap::imap_proto::{AttributeValue, Response};

use super::{
    super::{
        Answer,
        command::{Command, UidSet},
        link::Done,
        read::{HEADER, read_head, uid_of},
        types::{Head, Heads},
    },
    BESIDES, Session,
};
use crate::{
    net::Shunned,
    types::{Error, Fault},
};
use aloud_model::Uid;

/// Octets of header blocks that are kept of one answer; the rest is asked for again.
const HEADS: usize = 24 << 20;

impl Session {
    /// Header blocks, flags, dates and sizes of messages of the selected mailbox. Messages that are
    /// gone are not in the answer; the order is the server's.
    ///
    /// # Errors
    /// [`Error::Server`] for NO and BAD; [`Error::Protocol`] when an answer cannot be read: ask for
    /// fewer messages over a new connection.
    pub async fn fetch_heads(&mut self, uids: &[Uid]) -> Result<Vec<Head>, Error> {
        let mut heads = Vec::new();
        let mut rest = uids.to_vec();
        loop {
            let came = self.fetch_headers(&rest).await?;
            heads.extend(came.heads);
            if !came.unread.is_empty() || came.left.len() >= rest.len().max(1) {
                return Err(Error::Protocol(Fault::Unreadable));
            }
            if came.left.is_empty() {
                return Ok(heads);
            }
            rest = came.left;
        }
    }

    /// The header blocks that came before the connection broke; taken.
    #[must_use]
    pub fn take_came(&mut self) -> Vec<Head> {
        std::mem::take(&mut self.came)
    }

    /// As [`Self::fetch_heads`], and of which messages nothing is known. What is told of other
    /// messages is not kept, however much it is.
    ///
    /// # Errors
    /// As [`Self::fetch_heads`].
    pub async fn fetch_headers(&mut self, uids: &[Uid]) -> Result<Heads, Error> {
        let mut heads: Vec<Head> = Vec::new();
        // Flags of other messages may be told in between, and a message may be told twice.
        let wanted: HashSet<u32> = uids.iter().map(|uid| uid.0).collect();
        let mut seen: HashSet<u32> = HashSet::new();
        let mut told: BTreeSet<u32> = BTreeSet::new();
        let (mut odd, mut kept, mut over) = (false, 0usize, false);
        let most = BESIDES + (wanted.len() * (HEADER + 4096)) as u64;
        let mut gmail = self.has("X-GM-EXT-1");
        let condstore = self.has("CONDSTORE");
        let mut sets: VecDeque<UidSet> = self.sets(uids).into();
        while let Some(set) = sets.pop_front() {
            let mut command =
                Command::new("UID FETCH").set(&set).word("(UID FLAGS INTERNALDATE RFC822.SIZE");
            if condstore {
                command = command.word("MODSEQ");
            }
            if gmail {
                command = command.word("X-GM-MSGID");
            }
            let command = command.word("BODY.PEEK[HEADER])").at_most(most);
            let done = self
                .link
                .run(&command, &mut |response| {
                    let Response::Fetch(_, items) = response else { return };
                    let uid = uid_of(items);
                    // A header block of nobody knows which message.
                    let body = |item: &AttributeValue<'_>| {
                        matches!(item, AttributeValue::BodySection { .. })
                    };
                    odd |= uid.is_none() && items.iter().any(body);
                    let Some(uid) = uid.filter(|uid| wanted.contains(&uid.0)) else { return };
                    match read_head(items) {
                        _ if seen.contains(&uid.0) => {}
                        Some(head) if kept < HEADS => {
                            kept += head.header.len();
                            seen.insert(uid.0);
                            heads.push(head);
                        }
                        Some(_) => over = true,
                        None => _ = told.insert(uid.0),
                    }
                })
                .await;
            let done = match done {
                Ok(done) => done,
                Err(error) => {
                    self.came = heads;
                    return Err(error);
                }
            };
            if gmail && matches!(done, Done::Bad(_)) {
                // It tells the item and does not know it, or something else is wrong: then the same is
                // said without it.
                gmail = false;
                self.link.traffic().set_shunned(Shunned::GmailId, true);
                sets.push_front(set);
                continue;
            }
            done.ok()?;
            odd |= self.link.has_skipped(Answer::Fetch);
        }
        let (mut unread, mut left) = (Vec::new(), Vec::new());
        for uid in wanted.into_iter().filter(|uid| !seen.contains(uid)) {
            // Alone with its question, or told without a header block where answers were left out.
            let (told, alone) = (told.contains(&uid), uids.len() == 1);
            if (told && (odd || alone)) || (odd && alone) {
                unread.push(Uid(uid));
            } else if odd || over || told {
                left.push(Uid(uid));
            }
        }
        left.sort_unstable();
        Ok(Heads { heads, unread, left })
    }
}
