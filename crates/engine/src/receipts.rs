//! Receipts that senders ask for (RFC 8098, RFC 3503): when one may be offered, and the order of
//! steps that makes sure that at most one ever goes out.
//!
//! What the message itself says was judged by `message::policy` and is in [`Receipt`]; here are the
//! facts that live in the mailbox: heard or not, decided or not, `$MDNSent`, the rule for the
//! person, and how many went to one sender today. Tests: `tests` below and
//! `tests/engine/receipts.rs`.

use super::{
    store::{
        Reader,
        blobs::Have,
        messages::{self, Place},
        receipts::{self, Answer, Rule},
    },
    types::{Error, ReceiptPolicy, ReceiptState},
};
use aloud_message::{Mail, mail::Receipt};
use aloud_model::{AccountId, AddrSpec, MessageKey, imap::MailboxRole};

/// Most receipts to one sender within a day (reliability T13).
const DAILY: u32 = 5;
const DAY: i64 = 24 * 3600;

/// The facts of the mailbox that decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// The message lies among our own, in Junk, or is a draft.
    pub unfit: bool,
    /// Heard, read or viewed here.
    pub presented: bool,
    /// What the sender requires to be rendered cannot be: only the user may say so (decision C4).
    pub failed: bool,
    /// Another program has marked it so; it may have asked too (RFC 3503 section 3).
    pub seen_elsewhere: bool,
    /// `$MDNSent` is set: another program has settled it.
    pub settled: bool,
    /// The daily number for this sender is used up.
    pub too_many: bool,
    /// The rule for this person.
    pub rule: Option<ReceiptPolicy>,
    /// The rule for everybody.
    pub policy: ReceiptPolicy,
}

/// What follows from the request and the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is offered and nothing is sent.
    Nothing,
    /// Not sent, and that is to be noted for good.
    Decline,
    /// Nothing is offered yet.
    NotYet,
    /// The user is asked.
    Ask {
        /// Where it would go.
        to: Vec<AddrSpec>,
        /// Not to the sender's address.
        elsewhere: bool,
    },
    /// It is sent without asking.
    SendNow,
}

/// Decides. Pure; the whole table is in the tests.
#[must_use]
pub fn decide(asked: Option<&Receipt>, sender: Option<&AddrSpec>, facts: &Facts) -> Verdict {
    let Some(asked) = asked.filter(|asked| asked.may_send && !asked.requested_by.is_empty()) else {
        return Verdict::Nothing;
    };
    let nobody = sender.is_none_or(AddrSpec::is_non_mail_user)
        || asked.requested_by.iter().any(AddrSpec::is_non_mail_user);
    let over = facts.settled || facts.seen_elsewhere || facts.too_many;
    if nobody || facts.unfit || over {
        return Verdict::Nothing;
    }
    let elsewhere =
        !asked.requested_by.iter().all(|to| sender.is_some_and(|sender| to.same_mailbox(sender)));
    if !facts.presented {
        return Verdict::NotYet;
    }
    match facts.rule.unwrap_or(facts.policy) {
        ReceiptPolicy::Never => Verdict::Decline,
        ReceiptPolicy::Always if !asked.needs_consent && !elsewhere && !facts.failed => {
            Verdict::SendNow
        }
        ReceiptPolicy::Always | ReceiptPolicy::Ask => {
            Verdict::Ask { to: asked.requested_by.clone(), elsewhere }
        }
    }
}

/// What holds for everybody's receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ForAll {
    pub(crate) policy: ReceiptPolicy,
    /// An administrator says so: it holds over the rule for a person.
    pub(crate) fixed: bool,
}

/// What stands in the store about the receipt of a message.
pub(crate) struct Standing {
    pub(crate) row: receipts::ReceiptRow,
    pub(crate) verdict: Verdict,
    /// What holds for this person: their rule, else the one for everybody.
    pub(crate) policy: ReceiptPolicy,
}

/// Collects the facts and decides.
pub(crate) fn standing(
    c: &Reader,
    account: AccountId,
    key: MessageKey,
    (mail, have): (&Mail, Have),
    places: &[Place],
    all: ForAll,
    now: i64,
) -> Result<Standing, Error> {
    let policy = all.policy;
    let row = receipts::of_message(c, account, key)?;
    let rule = match &mail.sender.address {
        Some(sender) if !all.fixed => receipts::rule(c, sender)?,
        Some(_) | None => None,
    };
    let sent_today = match &row.sender {
        Some(sender) => receipts::sent_since(c, sender, now - DAY)?,
        None => 0,
    };
    let seen = places.iter().any(|place| place.flags.seen);
    let here = messages::was_presented(c, key)?;
    let unfit =
        |place: &Place| {
            matches!(place.role, MailboxRole::Junk | MailboxRole::Sent | MailboxRole::Drafts)
                || place.flags.draft
                || place.flags.keywords.split_whitespace().any(|word| {
                    ["$Junk", "$Phishing"].iter().any(|bad| word.eq_ignore_ascii_case(bad))
                })
        };
    let facts = Facts {
        unfit: places.iter().any(unfit) || mail.sender.outside_caller,
        presented: seen && here,
        failed: have.complete && mail.unrenderable().is_some(),
        seen_elsewhere: seen && !here,
        settled: places.iter().any(|place| place.flags.mdn_sent),
        too_many: sent_today >= DAILY,
        rule: rule.map(|rule| match rule {
            Rule::Always => ReceiptPolicy::Always,
            Rule::Never => ReceiptPolicy::Never,
        }),
        policy,
    };
    let verdict = decide(mail.receipt.as_ref(), mail.sender.address.as_ref(), &facts);
    Ok(Standing { row, verdict, policy: facts.rule.unwrap_or(policy) })
}

impl Standing {
    /// As the window shows it.
    pub(crate) fn shown(&self) -> ReceiptState {
        match (&self.row.answer, &self.verdict) {
            (Some((Answer::Sent, at)), _) => ReceiptState::Sent(*at),
            (Some((Answer::Declined, _)), _) | (None, Verdict::Decline) => ReceiptState::Declined,
            (None, Verdict::Nothing) => ReceiptState::None,
            (None, Verdict::NotYet) => ReceiptState::NotYet,
            // Sent by itself as soon as the act that makes it due is written.
            (None, Verdict::SendNow) => ReceiptState::NotYet,
            (None, Verdict::Ask { to, elsewhere }) => {
                ReceiptState::Ask { to: to.clone(), elsewhere: *elsewhere }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addr(text: &str) -> AddrSpec {
        AddrSpec::parse(text).expect("an address")
    }

    fn asked(to: &[&str]) -> Receipt {
        Receipt {
            requested_by: to.iter().map(|a| addr(a)).collect(),
            may_send: true,
            needs_consent: false,
            reason: None,
            doubt: None,
        }
    }

    const ADA: &str = "ada@example.com";

    fn ask(elsewhere: bool, to: &[&str]) -> Verdict {
        Verdict::Ask { to: to.iter().map(|a| addr(a)).collect(), elsewhere }
    }

    /// The cases of the guard list, the ones that the message itself decides included as
    /// `may_send` and `needs_consent`.
    #[test]
    fn the_whole_table() {
        use ReceiptPolicy::{Always, Ask, Never};
        let heard = Facts { presented: true, ..Facts::default() };
        let with = |policy| Facts { policy, ..heard };
        let ruled = |rule| Facts { rule: Some(rule), ..heard };
        let plain = asked(&[ADA]);
        let refused = Receipt { may_send: false, ..asked(&[ADA]) };
        let careful = Receipt { needs_consent: true, ..asked(&[ADA]) };
        let other = asked(&["eve@example.net"]);
        let both = Receipt { needs_consent: true, ..asked(&[ADA, "eve@example.net"]) };
        let robot = asked(&["non-mail-user@example.com"]);
        let yes = ask(false, &[ADA]);
        type Case<'a> = (&'a str, Option<&'a Receipt>, Option<&'a str>, Facts, Verdict);
        let cases: [Case<'_>; 27] = [
            ("not asked for", None, Some(ADA), heard, Verdict::Nothing),
            ("asked, not heard", Some(&plain), Some(ADA), Facts::default(), Verdict::NotYet),
            ("asked, heard", Some(&plain), Some(ADA), heard, yes.clone()),
            (
                "list, report, bulk, unknown option",
                Some(&refused),
                Some(ADA),
                heard,
                Verdict::Nothing,
            ),
            ("refused even with always", Some(&refused), Some(ADA), with(Always), Verdict::Nothing),
            ("nobody named", Some(&asked(&[])), Some(ADA), heard, Verdict::Nothing),
            (
                "non-mail user asks",
                Some(&robot),
                Some("non-mail-user@example.com"),
                heard,
                Verdict::Nothing,
            ),
            ("goes to a non-mail user", Some(&robot), Some(ADA), heard, Verdict::Nothing),
            ("no sender", Some(&plain), None, heard, Verdict::Nothing),
            (
                "junk, sent or draft",
                Some(&plain),
                Some(ADA),
                Facts { unfit: true, ..heard },
                Verdict::Nothing,
            ),
            (
                "settled elsewhere",
                Some(&plain),
                Some(ADA),
                Facts { settled: true, ..heard },
                Verdict::Nothing,
            ),
            (
                "seen elsewhere",
                Some(&plain),
                Some(ADA),
                Facts { seen_elsewhere: true, ..Facts::default() },
                Verdict::Nothing,
            ),
            (
                "settled, always",
                Some(&plain),
                Some(ADA),
                Facts { settled: true, ..with(Always) },
                Verdict::Nothing,
            ),
            (
                "five today",
                Some(&plain),
                Some(ADA),
                Facts { too_many: true, ..heard },
                Verdict::Nothing,
            ),
            (
                "five today, always",
                Some(&plain),
                Some(ADA),
                Facts { too_many: true, ..with(Always) },
                Verdict::Nothing,
            ),
            (
                "cannot be rendered",
                Some(&plain),
                Some(ADA),
                Facts { failed: true, ..Facts::default() },
                Verdict::NotYet,
            ),
            (
                "cannot be rendered, always",
                Some(&plain),
                Some(ADA),
                Facts { failed: true, ..with(Always) },
                yes.clone(),
            ),
            ("policy never", Some(&plain), Some(ADA), with(Never), Verdict::Decline),
            ("policy always", Some(&plain), Some(ADA), with(Always), Verdict::SendNow),
            (
                "always, not heard",
                Some(&plain),
                Some(ADA),
                Facts { presented: false, ..with(Always) },
                Verdict::NotYet,
            ),
            ("always, return path differs", Some(&careful), Some(ADA), with(Always), yes.clone()),
            (
                "always, elsewhere",
                Some(&other),
                Some(ADA),
                with(Always),
                ask(true, &["eve@example.net"]),
            ),
            ("elsewhere", Some(&other), Some(ADA), heard, ask(true, &["eve@example.net"])),
            (
                "two addresses",
                Some(&both),
                Some(ADA),
                with(Always),
                ask(true, &[ADA, "eve@example.net"]),
            ),
            ("person always", Some(&plain), Some(ADA), ruled(Always), Verdict::SendNow),
            (
                "person never beats always",
                Some(&plain),
                Some(ADA),
                Facts { rule: Some(Never), ..with(Always) },
                Verdict::Decline,
            ),
            (
                "person ask beats never",
                Some(&plain),
                Some(ADA),
                Facts { rule: Some(Ask), ..with(Never) },
                yes,
            ),
        ];
        for (name, asked, sender, facts, expected) in cases {
            assert_eq!(decide(asked, sender.map(addr).as_ref(), &facts), expected, "{name}");
        }
    }
}
