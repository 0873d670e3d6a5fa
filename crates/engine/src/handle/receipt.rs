//! Sending a receipt (RFC 8098) that was decided on.

use super::{Engine, Opening, Result, sending::own_address};
use crate::{
    receipts::Standing,
    store::{
        self, Writer, accounts, blocking,
        messages::{self, Place},
        ops,
        outbox::{self as rows, Frozen, Phase},
        receipts::Answer,
        zone,
    },
    types::*,
};
use aloud_message::{
    Mail,
    mdn::{self, Disposition, MdnRequest, Mode},
};
use aloud_model::*;

impl Engine {
    /// Sends a receipt: the decision and the keyword are stored first, then the report is frozen
    /// with a null reverse path; it leaves only once the server has the keyword (RFC 3503), or at
    /// once where the mailbox can store none and our own record stands for it.
    pub(super) async fn send_receipt(
        &self,
        key: MessageKey,
        opening: &Opening,
        standing: Standing,
        places: &[Place],
        disposition: Disposition,
        by_hand: bool,
    ) -> Result<()> {
        let account = self.inner.store.read(move |c| messages::account_of(c, key)).await?;
        let settings =
            self.inner.store.read(move |c| accounts::account(c, account)).await?.settings;
        let now = self.inner.store.now();
        let (mail, raw) = (opening.mail.clone(), opening.raw.clone());
        let sentence = self.receipt_sentence(&mail, &disposition, &settings, now);
        let subject = self.inner.phrases.subject(&disposition, mail.kind, mail.subject.as_deref());
        let (seed, product) = (self.seed(settings.address.domain()), self.inner.product.clone());
        let frozen = blocking(move || {
            let request = MdnRequest {
                original: &mail,
                original_header: &raw,
                from: own_address(&settings),
                final_recipient: settings.address.clone(),
                disposition,
                mode: if by_hand { Mode::Manual } else { Mode::Automatic },
                reporting_ua: &product,
                subject: &subject,
                sentence: &sentence,
                spoken: None,
            };
            let (octets, to) = mdn::build(&request, &seed).map_err(|error| match error {
                mdn::Error::Refused(reason) => reason.into(),
                mdn::Error::NotAsked => Refusal::NoReceipt.into(),
                other => Error::Invalid(Invalid::Receipt(other.to_string())),
            })?;
            Ok(Frozen {
                account,
                message_id: seed.message_id(),
                reverse_path: None,
                shown_to: to.iter().cloned().map(Address::bare).collect(),
                forward_paths: to,
                subject: mail.subject.clone().unwrap_or_default(),
                duration: None,
                receipt: true,
                notify: false,
                answers: None,
                forward: false,
                octets: octets.into(),
            })
        })
        .await?;
        let at = places.to_vec();
        self.inner
            .store
            .write(move |t| freeze_receipt(t, account, &standing, &at, &frozen, now))
            .await?;
        self.inner.outbox.step("receipt-frozen");
        self.places_changed(places);
        self.inner.outbox.wake();
        self.tell(Event::MessageChanged(key));
        self.tell(Event::OutboxChanged);
        Ok(())
    }

    fn receipt_sentence(
        &self,
        mail: &Mail,
        disposition: &Disposition,
        settings: &AccountSettings,
        now: i64,
    ) -> String {
        let sent = mail.date.unwrap_or_else(|| zone::local(now));
        let values = [
            ("date", sent.to_rfc5322()),
            ("recipient", settings.address.to_string()),
            ("name", settings.name.clone()),
        ];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        filled(self.inner.phrases.receipt(disposition, mail.kind), &values)
    }
}

/// The decision, the keyword and the report in one transaction: no crash can part them.
fn freeze_receipt(
    t: &Writer<'_>,
    account: AccountId,
    standing: &Standing,
    places: &[Place],
    frozen: &Frozen,
    now: i64,
) -> Result<()> {
    if !store::receipts::decide(t, account, &standing.row, Answer::Sent, now)? {
        return Err(Refusal::ReceiptSettled.into());
    }
    let mut keyword = None;
    for place in places.iter().filter(|place| place.stores_keywords) {
        keyword = Some(ops::flag(t, place, &Flag::MdnSent, true)?);
    }
    match keyword {
        Some(op) => rows::freeze(t, frozen, Phase::Blocked, now, op, now)?,
        None => rows::freeze(t, frozen, Phase::Queued, now, 0, now)?,
    };
    Ok(())
}
