//! Parts of raw messages: `BODY.PEEK[]<n.m>` (RFC 9051 section 6.4.5), and what servers make of it
//! that send more than was asked for. Not here: how large a part is, and when a message is whole
//! (`account::worker`).

use async_imap::imap_proto::Response;

use super::{BESIDES, Session};
use crate::{
    imap::{
        command::Command,
        read::{read_slice, uid_of},
    },
    net::Shunned,
    types::{Error, Missing},
};
use aloud_model::Uid;

impl Session {
    /// Octets of a raw message of the selected mailbox; shorter than `len` at its end, empty beyond
    /// it, and longer where the server sends more.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the message is not there (any more); as [`Self::fetch_heads`].
    pub async fn fetch_slice(&mut self, uid: Uid, offset: u64, len: u32) -> Result<Vec<u8>, Error> {
        let mut slices = Vec::new();
        let unclear = self.parts(&[uid], (offset, len), self.in_parts(), &mut slices).await?;
        if !unclear.is_empty() {
            self.parts(&unclear, (offset, len), false, &mut slices).await?;
        }
        let slice = slices.pop().map(|(_, octets)| octets);
        slice.ok_or(Error::NotFound(Missing::Uid(uid)))
    }

    /// At most so many octets of several messages; those that are gone are not in the answer.
    ///
    /// # Errors
    /// As [`Self::fetch_heads`].
    pub async fn fetch_slices(
        &mut self,
        uids: &[Uid],
        offset: u64,
        len: u32,
    ) -> Result<Vec<(Uid, Vec<u8>)>, Error> {
        let mut slices = Vec::new();
        self.fetch_slices_into(uids, offset, len, &mut slices).await?;
        Ok(slices)
    }

    /// [`Self::fetch_slices`]; what came before something went wrong is in `slices`, too.
    ///
    /// # Errors
    /// As [`Self::fetch_heads`].
    pub async fn fetch_slices_into(
        &mut self,
        uids: &[Uid],
        offset: u64,
        len: u32,
        slices: &mut Vec<(Uid, Vec<u8>)>,
    ) -> Result<(), Error> {
        let unclear = self.parts(uids, (offset, len), self.in_parts(), slices).await;
        // One by one: all of each comes.
        let mut outcome = Ok(());
        match unclear {
            Ok(unclear) => {
                for uid in unclear {
                    outcome = self.parts(&[uid], (offset, len), false, slices).await.map(|_| ());
                    if outcome.is_err() {
                        break;
                    }
                    cut(slices, len);
                }
            }
            Err(error) => outcome = Err(error),
        }
        cut(slices, len);
        outcome
    }

    /// Whether the server sends parts of messages, as far as is known.
    fn in_parts(&self) -> bool {
        self.link.traffic().in_parts()
    }

    /// Those of which more came than was asked for, and nobody knows from where.
    async fn parts(
        &mut self,
        uids: &[Uid],
        (offset, len): (u64, u32),
        in_parts: bool,
        slices: &mut Vec<(Uid, Vec<u8>)>,
    ) -> Result<Vec<Uid>, Error> {
        let (mut unclear, mut whole) = (Vec::new(), false);
        let several = uids.len() > 1;
        for set in self.sets(uids) {
            let command = Command::new("UID FETCH").set(&set);
            let command = match in_parts {
                // The whole comes, and what is wanted of it is taken.
                false => command.word("(UID BODY.PEEK[])").at_most(BESIDES),
                true => command
                    .word("(UID BODY.PEEK[]<")
                    .number(offset)
                    .glue(".")
                    .number(u64::from(len))
                    .glue(">)")
                    .at_most(BESIDES + uids.len() as u64 * (u64::from(len) + 1024)),
            };
            let done = self
                .link
                .run(&command, &mut |response| {
                    if let Response::Fetch(_, items) = response
                        && let Some(uid) = uid_of(items).filter(|uid| uids.contains(uid))
                        && let Some(slice) = read_slice(items, offset, len)
                        && !slices.iter().any(|(known, _)| *known == uid)
                    {
                        whole |= in_parts && slice.whole;
                        match slice.octets {
                            Some(mut octets) => {
                                if several {
                                    octets.truncate(len as usize);
                                    octets.shrink_to_fit();
                                }
                                slices.push((uid, octets));
                            }
                            None if !unclear.contains(&uid) => unclear.push(uid),
                            None => {}
                        }
                    }
                })
                .await;
            if whole {
                self.link.traffic().set_shunned(Shunned::Partial, true);
            }
            done?.ok()?;
        }
        unclear.retain(|uid| !slices.iter().any(|(known, _)| known == uid));
        Ok(unclear)
    }
}

/// No more of each than was asked for.
fn cut(slices: &mut [(Uid, Vec<u8>)], len: u32) {
    for (_, octets) in slices {
        octets.truncate(len as usize);
        octets.shrink_to_fit();
    }
}
