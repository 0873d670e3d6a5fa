//! Commands that answer a sender who asked for a receipt: the message was heard, was deleted
//! unheard, or cannot be played. Nothing of this is ever done without the user's word, except where
//! the user said "always" before.

use super::{Engine, Opening, Result};
use crate::{
    receipts::{self, Standing, Verdict},
    store::{
        self, list,
        messages::{self as rows, Place},
        ops,
        receipts::{Answer, Rule},
    },
    types::*,
};
use aloud_message::{PartInfo, mdn::Disposition};
use aloud_model::{imap::MailboxRole, *};

/// Most messages of one act that are looked at for a request.
const LOOKED_AT: usize = 50;

impl Engine {
    /// The user's answer to the question for a receipt.
    ///
    /// # Errors
    /// [`Error::Refused`] when nothing was to be asked: not heard yet, settled, or not allowed.
    pub async fn answer_receipt(&self, key: MessageKey, answer: ReceiptAnswer) -> Result<()> {
        let (opening, standing, places) = self.standing(key).await?;
        let Verdict::Ask { elsewhere, .. } = standing.verdict.clone() else {
            return Err(refusal(&standing).into());
        };
        if standing.row.answer.is_some() {
            return Err(Refusal::ReceiptSettled.into());
        }
        let sender = opening.mail.sender.address.clone().filter(|_| !elsewhere);
        let rule = match answer {
            ReceiptAnswer::SendAlways => Some(Rule::Always),
            ReceiptAnswer::DeclineAlways => Some(Rule::Never),
            ReceiptAnswer::Send | ReceiptAnswer::Decline => None,
        };
        if let (Some(rule), Some(sender)) = (rule, sender) {
            self.inner
                .store
                .write(move |t| store::receipts::set_rule(t, &sender, Some(rule)))
                .await?;
        }
        match answer {
            ReceiptAnswer::Send | ReceiptAnswer::SendAlways => {
                let became = what_became(&opening);
                self.send_receipt(key, &opening, standing, &places, became, true).await
            }
            ReceiptAnswer::Decline | ReceiptAnswer::DeclineAlways => {
                self.decline_receipt(key, standing, &places).await
            }
        }
    }

    /// The user's answer when a message that asks for a receipt was deleted unheard: tell the
    /// sender so, or not.
    ///
    /// # Errors
    /// [`Error::Refused`] when the message was heard, was not deleted, or allows no receipt.
    pub async fn answer_receipt_deleted(&self, key: MessageKey, send: bool) -> Result<()> {
        let (opening, standing, places) = self.standing(key).await?;
        if !may_tell_deletion(&standing, &places) {
            return Err(Refusal::NoReceipt.into());
        }
        if send {
            self.send_receipt(key, &opening, standing, &places, Disposition::Deleted, true).await
        } else {
            self.decline_receipt(key, standing, &places).await
        }
    }

    /// Which of these messages, just deleted, ask for a receipt although they were never heard: the
    /// user may want the sender to know. Asking changes nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn deleted_unheard(&self, keys: Vec<MessageKey>) -> Result<Vec<DeletedUnheard>> {
        let mut found = Vec::new();
        for key in keys.into_iter().take(LOOKED_AT) {
            if !self.inner.store.read(move |c| rows::asks_receipt(c, key)).await? {
                continue;
            }
            let (opening, standing, places) = self.standing(key).await?;
            if !may_tell_deletion(&standing, &places) || standing.policy == ReceiptPolicy::Never {
                continue;
            }
            let row = self.inner.store.read(move |c| list::row(c, key)).await?;
            let to = opening.mail.receipt.as_ref().map(|r| r.requested_by.clone());
            let to = to.unwrap_or_default();
            let sender = opening.mail.sender.address.as_ref();
            let own = to.iter().all(|to| sender.is_some_and(|sender| to.same_mailbox(sender)));
            found.push(DeletedUnheard {
                key,
                sender: row.sender,
                elsewhere: if own { Vec::new() } else { to },
            });
        }
        Ok(found)
    }

    /// The user's answer where a message that asks for a receipt cannot be played or shown: an
    /// error is reported to the sender (RFC 3459 section 5.1: by a receipt, never by a delivery
    /// report), or nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] when the message can be played, the receipt is settled, or none is
    /// allowed.
    pub async fn answer_receipt_unplayable(&self, key: MessageKey, send: bool) -> Result<()> {
        let (opening, standing, places) = self.standing(key).await?;
        let open = matches!(standing.verdict, Verdict::NotYet | Verdict::Ask { .. });
        let part = opening.mail.unrenderable().filter(|_| open && standing.row.answer.is_none());
        let Some(part) = part else {
            return Err(Refusal::NoReceipt.into());
        };
        if !send {
            return self.decline_receipt(key, standing, &places).await;
        }
        let disposition = failure(part);
        self.send_receipt(key, &opening, standing, &places, disposition, true).await
    }

    /// After a message was heard: sends by itself or notes a standing "no".
    pub(super) async fn settle_receipt(&self, key: MessageKey) -> Result<()> {
        if !self.inner.store.read(move |c| rows::asks_receipt(c, key)).await? {
            return Ok(());
        }
        let (opening, standing, places) = self.standing(key).await?;
        if standing.row.answer.is_none() {
            match standing.verdict {
                Verdict::SendNow => {
                    self.send_receipt(
                        key,
                        &opening,
                        standing,
                        &places,
                        Disposition::Displayed,
                        false,
                    )
                    .await?;
                }
                Verdict::Decline => self.decline_receipt(key, standing, &places).await?,
                Verdict::Nothing | Verdict::NotYet | Verdict::Ask { .. } => {}
            }
        }
        self.tell(Event::MessageChanged(key));
        Ok(())
    }

    async fn standing(&self, key: MessageKey) -> Result<(Opening, Standing, Vec<Place>)> {
        let opening = self.load(key).await?;
        let policy = self.receipts_for_all();
        let (mail, have) = (opening.mail.clone(), opening.have);
        let now = self.inner.store.now();
        let (standing, places) = self
            .inner
            .store
            .read(move |c| {
                let places = rows::places(c, key)?;
                let account = list::row(c, key)?.account;
                let standing =
                    receipts::standing(c, account, key, (&mail, have), &places, policy, now)?;
                Ok((standing, places))
            })
            .await?;
        Ok((opening, standing, places))
    }

    /// `$MDNSent` is stored, nothing is sent, and it is never asked again.
    async fn decline_receipt(
        &self,
        key: MessageKey,
        standing: Standing,
        places: &[Place],
    ) -> Result<()> {
        let (now, at) = (self.inner.store.now(), places.to_vec());
        self.inner
            .store
            .write(move |t| {
                let account = list::row(t, key)?.account;
                store::receipts::decide(t, account, &standing.row, Answer::Declined, now)?;
                for place in at.iter().filter(|place| place.stores_keywords) {
                    ops::flag(t, place, &Flag::MdnSent, true)?;
                }
                Ok(())
            })
            .await?;
        self.places_changed(places);
        Ok(())
    }
}

/// Never heard, not settled, and in no mailbox but that of deleted messages.
fn may_tell_deletion(standing: &Standing, places: &[Place]) -> bool {
    let deleted = !places.is_empty() && places.iter().all(|p| p.role == MailboxRole::Trash);
    standing.verdict == Verdict::NotYet && standing.row.answer.is_none() && deleted
}

/// What a receipt says: presented, or that what the sender requires cannot be, which then is said of
/// the whole message (RFC 3459 section 5).
fn what_became(opening: &Opening) -> Disposition {
    let failed = opening.mail.unrenderable().filter(|_| opening.have.complete);
    failed.map_or(Disposition::Displayed, failure)
}

fn failure(part: &PartInfo) -> Disposition {
    Disposition::ProcessedError(format!("5.6.1 (Media not supported) {}", part.media_type))
}

fn refusal(standing: &Standing) -> Refusal {
    match standing.verdict {
        Verdict::NotYet => Refusal::ReceiptTooEarly,
        Verdict::Nothing | Verdict::Ask { .. } | Verdict::SendNow | Verdict::Decline => {
            Refusal::NoReceipt
        }
    }
}
