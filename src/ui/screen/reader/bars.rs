//! Which one bar a message shows, and what its buttons do. At most one at a time, in the order failed, warns, asks, offers;
//! the others wait for it to be answered or closed.

use std::collections::HashSet;

use iced::Task;

use super::{Act, Page, Question, ask::copied, work};
use crate::{
    engine::{
        CardField, CardOffer, CardOfferKind, Confirmation, Error, Opened, ReceiptAnswer,
        ReceiptState, UndoToken,
    },
    message::PartRole,
    model::{AddrSpec, ContactId, MessageKey, Sensitivity},
    ui::{
        screen::{Action, Compose, Toast, Undo, Verb, words},
        theme::Icon,
    },
    wording,
};

/// What the user presses in a bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Accept a card; true also takes an address that differs.
    Import(String, bool),
    /// Look closer at a card of another address.
    Review,
    /// Close the bar, and never offer this again where it was a card.
    Close,
    /// The tick of "Do the same from now on".
    FromNowOn(bool),
    /// The answer to a receipt asked for.
    Receipt(bool),
    /// The answer to a receipt asked for by a message that cannot be played: report that, or not.
    ReceiptUnplayable(bool),
    /// Copy the caller's number.
    CopyNumber,
    /// Hand the caller's number to the program that telephones.
    Call,
    /// A voice message to the person whom the directory knows by the caller's number.
    ReplyToKnown,
}

impl Page {
    /// Applies a press in the bar. While a question is under way its buttons rest.
    pub(super) fn bar_update(&mut self, key: MessageKey, message: Message) -> Act {
        match message {
            Message::Import(..) | Message::Receipt(_) | Message::ReceiptUnplayable(_)
                if self.busy =>
            {
                Action::None
            }
            Message::Import(path, accept_conflict) => {
                self.busy = true;
                let name = self.offer_name(&path);
                Action::Ask(Question::Import { key, path, name, accept_conflict })
            }
            Message::Review => {
                self.review = true;
                Action::None
            }
            Message::Close => self.close_bar(key),
            Message::FromNowOn(on) => {
                self.from_now_on = on;
                Action::None
            }
            Message::Receipt(send) => {
                let ReceiptState::Ask { elsewhere, .. } = &self.opened.receipt else {
                    return Action::None;
                };
                // "From now on" is never offered for an address that is not the sender's.
                let always = self.from_now_on && !elsewhere;
                self.busy = true;
                Action::Ask(Question::Receipt(
                    key,
                    match (send, always) {
                        (true, false) => ReceiptAnswer::Send,
                        (true, true) => ReceiptAnswer::SendAlways,
                        (false, false) => ReceiptAnswer::Decline,
                        (false, true) => ReceiptAnswer::DeclineAlways,
                    },
                ))
            }
            Message::ReceiptUnplayable(send) => {
                self.busy = true;
                Action::Ask(Question::ReceiptUnplayable(key, send))
            }
            Message::CopyNumber => match &self.opened.mail.sender.number {
                Some(number) => copied(number.clone()),
                None => Action::None,
            },
            Message::Call => {
                let uri = self.opened.mail.sender.number.as_deref().and_then(telephone);
                uri.map_or(Action::None, |uri| {
                    Action::Run(Task::future(work::open_link(uri)).discard())
                })
            }
            Message::ReplyToKnown => {
                let known = self.opened.caller.as_ref().and_then(|known| known.address.clone());
                known.map_or(Action::None, |to| Action::Do(Verb::Compose(Compose::Voice(vec![to]))))
            }
        }
    }

    fn close_bar(&mut self, key: MessageKey) -> Act {
        let Some(bar) = self.bar() else { return Action::None };
        let Some(name) = bar.closes() else { return Action::None };
        self.closed.insert(name.to_owned());
        self.card = None;
        self.review = false;
        if self.opened.offers.iter().any(|o| o.path == name) {
            Action::Ask(Question::Dismiss(key, name.to_owned()))
        } else {
            Action::None
        }
    }

    /// A card was accepted, or not.
    pub(super) fn imported(
        &mut self,
        key: MessageKey,
        name: &str,
        result: Result<(ContactId, UndoToken), Error>,
    ) -> Act {
        self.busy = false;
        self.card = None;
        match result {
            Ok((_, token)) => Action::Toast(
                Toast::new(Icon::UserRoundPlus, fl!("toast-card-added", name = name))
                    .undo(Undo::Engine(token)),
            )
            .and(Action::Ask(Question::Peek(key))),
            Err(error) => Action::say(words::error_text(&error)),
        }
    }

    /// The engine took the answer to a receipt, or not.
    pub(super) fn receipt_done(
        &mut self,
        key: MessageKey,
        sent: bool,
        result: Result<(), Error>,
    ) -> Act {
        self.busy = false;
        if let Err(error) = result {
            return Action::say(words::error_text(&error));
        }
        let said = if sent {
            Action::Toast(Toast::new(
                Icon::MailCheck,
                fl!("toast-receipt-sent", name = self.sender()),
            ))
        } else {
            Action::None
        };
        said.and(Action::Ask(Question::Peek(key)))
    }

    /// The one bar to show.
    pub(super) fn bar(&self) -> Option<Bar> {
        let bar = first(&self.opened, self.failed, &self.closed, self.card.as_deref());
        // A program has made it playable after all.
        let voice =
            self.opened.mail.unrenderable().is_some_and(|p| p.role == PartRole::VoiceMessage);
        let plays = || voice && self.player.as_ref().is_some_and(|p| !p.is_faulty());
        bar.filter(|bar| *bar != Bar::Unplayable || !plays())
    }
}

/// The bar to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bar {
    /// The rest of the message cannot be fetched now.
    Incomplete,
    /// A card that differs in an address or number from the one in use.
    CardConflict {
        /// Path of the card.
        path: String,
        /// Whose.
        name: String,
        /// The value in use.
        in_use: String,
        /// The value on the card.
        new: String,
    },
    /// A card for another address than the message came from.
    CardOther {
        /// Path of the card.
        path: String,
        /// Whose.
        name: String,
        /// Address on the card.
        card: String,
        /// Address of the message.
        from: String,
    },
    /// A receipt is asked for.
    Receipt {
        /// Where it would go, when that is not the sender.
        elsewhere: Option<Vec<AddrSpec>>,
    },
    /// A receipt is asked for, and the message cannot be played or shown.
    Unplayable,
    /// A new person.
    CardNew {
        /// Path of the card.
        path: String,
        /// Whose.
        name: String,
        /// How many telephone numbers.
        numbers: usize,
        /// How many addresses.
        addresses: usize,
        /// Whether a spoken name comes along.
        spoken_name: bool,
    },
    /// A known person with harmless news.
    CardNews {
        /// Path of the card.
        path: String,
        /// Whose.
        name: String,
        /// The fields that are new.
        news: Vec<CardField>,
    },
    /// The message may not leave this program; why, in the sender's word.
    Private {
        /// `private`, `personal`, or whatever the message says.
        word: String,
    },
    /// The user's own server found that the domain in From did not confirm the message.
    Unconfirmed {
        /// The domain.
        domain: String,
        /// The server.
        server: String,
    },
    /// The caller has no mailbox.
    Outside {
        /// The caller's number, if it was passed on.
        number: Option<String>,
        /// Whom the directory knows by it, if mail can be sent there.
        known: Option<String>,
    },
    /// A notice that does not block (Company-Confidential).
    Notice(String),
}

/// How a bar is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something failed.
    Failed,
    /// A warning.
    Warns,
    /// A question.
    Asks,
    /// An offer or an explanation.
    Offers,
}

impl Bar {
    /// How it is drawn, which is also its rank.
    #[must_use]
    pub fn tone(&self) -> Tone {
        match self {
            Self::Incomplete => Tone::Failed,
            Self::CardConflict { .. }
            | Self::CardOther { .. }
            | Self::Unconfirmed { .. }
            | Self::Receipt { elsewhere: Some(_) } => Tone::Warns,
            Self::Receipt { elsewhere: None } | Self::Unplayable => Tone::Asks,
            Self::CardNew { .. }
            | Self::CardNews { .. }
            | Self::Private { .. }
            | Self::Outside { .. }
            | Self::Notice(_) => Tone::Offers,
        }
    }

    /// What its close button remembers; `None` for bars that explain and stay.
    #[must_use]
    pub fn closes(&self) -> Option<&str> {
        match self {
            Self::CardConflict { path, .. }
            | Self::CardOther { path, .. }
            | Self::CardNew { path, .. }
            | Self::CardNews { path, .. } => Some(path),
            Self::Notice(_) => Some("notice"),
            Self::Incomplete => Some("incomplete"),
            Self::Unconfirmed { .. } => Some("unconfirmed"),
            Self::Receipt { .. }
            | Self::Unplayable
            | Self::Private { .. }
            | Self::Outside { .. } => None,
        }
    }
}

#[cfg(test)]
/// The bar for a message, given what was closed. `failed`: fetching the rest did not work.
#[must_use]
pub fn bar(opened: &Opened, failed: bool, closed: &HashSet<String>) -> Option<Bar> {
    first(opened, failed, closed, None)
}

/// The same, with a card that the user pressed before everything else.
#[must_use]
pub fn first(
    opened: &Opened,
    failed: bool,
    closed: &HashSet<String>,
    pressed: Option<&str>,
) -> Option<Bar> {
    let card_pressed = opened.offers.iter().find(|o| Some(o.path.as_str()) == pressed);
    if let Some(bar) = card_pressed.and_then(card) {
        return Some(bar);
    }
    let mut all: Vec<Bar> = Vec::new();
    if failed && !opened.complete {
        all.push(Bar::Incomplete);
    }
    match &opened.receipt {
        ReceiptState::Ask { to, elsewhere } => {
            all.push(Bar::Receipt { elsewhere: elsewhere.then(|| to.clone()) });
        }
        // It will not be heard, so that is what can be told (RFC 3459 section 5.1).
        ReceiptState::NotYet if opened.complete && opened.mail.unrenderable().is_some() => {
            all.push(Bar::Unplayable);
        }
        ReceiptState::None
        | ReceiptState::NotYet
        | ReceiptState::Sent(_)
        | ReceiptState::Declined => {}
    }
    if let Confirmation::Failed { domain, server } = &opened.confirmation {
        let (domain, server) = (domain.clone(), server.clone());
        all.insert(0, Bar::Unconfirmed { domain, server });
    }
    if let Some(word) = blocked(opened) {
        all.push(Bar::Private { word });
    } else if let Some(notice) = &opened.mail.forward_notice {
        all.push(Bar::Notice(wording::refusal::notice(notice)));
    }
    if opened.mail.sender.outside_caller && !opened.mail.may_reply.is_allowed() {
        let known = opened.caller.as_ref().filter(|known| known.address.is_some());
        all.push(Bar::Outside {
            number: opened.mail.sender.number.clone(),
            known: known.map(|known| known.name.clone()),
        });
    }
    // What explains a button that does not act comes before offers.
    all.extend(opened.offers.iter().filter_map(card));
    all.retain(|bar| bar.closes().is_none_or(|name| !closed.contains(name)));
    // `min_by_key` keeps the first of equals, so the order above decides within a rank.
    all.into_iter().min_by_key(|bar| match bar.tone() {
        Tone::Failed => 0,
        Tone::Warns => 1,
        Tone::Asks => 2,
        Tone::Offers => 3,
    })
}

/// A number as a link for the program that telephones (RFC 3966): digits, and a plus in front.
fn telephone(number: &str) -> Option<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let plus = if number.trim_start().starts_with('+') { "+" } else { "" };
    (digits.len() >= 3).then(|| format!("tel:{plus}{digits}"))
}

fn card(offer: &CardOffer) -> Option<Bar> {
    let (path, name) = (offer.path.clone(), offer.name.clone());
    Some(match &offer.kind {
        CardOfferKind::New { numbers, addresses, spoken_name } => Bar::CardNew {
            path,
            name,
            numbers: *numbers,
            addresses: *addresses,
            spoken_name: *spoken_name,
        },
        CardOfferKind::News(news) => Bar::CardNews { path, name, news: news.clone() },
        CardOfferKind::Conflict { in_use, new } => {
            Bar::CardConflict { path, name, in_use: in_use.clone(), new: new.clone() }
        }
        CardOfferKind::OtherSender { card, from } => {
            Bar::CardOther { path, name, card: card.clone(), from: from.clone() }
        }
        CardOfferKind::Known => return None,
    })
}

/// The sender's word for a message that may not leave, if it is one.
#[must_use]
pub fn blocked(opened: &Opened) -> Option<String> {
    let sensitivity = opened.mail.sensitivity.as_ref().filter(|s| s.blocks_forwarding())?;
    Some(if let Sensitivity::Unknown(value) = sensitivity {
        value.clone()
    } else {
        sensitivity.as_str().to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::screen::testing::{addr, mail, opened};

    fn offer(path: &str, kind: CardOfferKind) -> CardOffer {
        CardOffer { path: path.into(), name: "Graham Pearce".into(), kind }
    }

    fn new_card() -> CardOffer {
        offer("4", CardOfferKind::New { numbers: 2, addresses: 2, spoken_name: true })
    }

    fn conflict() -> CardOffer {
        offer("4", CardOfferKind::Conflict { in_use: "a@x".into(), new: "b@x".into() })
    }

    #[test]
    fn one_bar_in_the_order_failed_warns_asks_offers() {
        let mut o = opened(mail());
        let none = HashSet::new();
        assert_eq!(bar(&o, false, &none), None);
        o.offers = vec![new_card()];
        assert_eq!(bar(&o, false, &none).map(|b| b.tone()), Some(Tone::Offers));
        o.receipt = ReceiptState::Ask { to: vec![addr("g@x.example")], elsewhere: false };
        assert_eq!(bar(&o, false, &none), Some(Bar::Receipt { elsewhere: None }));
        o.offers = vec![conflict()];
        assert!(matches!(bar(&o, false, &none), Some(Bar::CardConflict { .. })));
        o.complete = false;
        assert_eq!(bar(&o, true, &none), Some(Bar::Incomplete));
    }

    #[test]
    fn the_next_bar_follows_when_one_is_closed() {
        let mut o = opened(mail());
        o.offers = vec![conflict()];
        o.receipt = ReceiptState::Ask { to: vec![addr("g@x.example")], elsewhere: false };
        let closed = HashSet::from(["4".to_owned()]);
        assert_eq!(bar(&o, false, &closed), Some(Bar::Receipt { elsewhere: None }));
    }

    #[test]
    fn explanations_come_before_offers_but_not_before_a_card_that_was_pressed() {
        let mut m = mail();
        m.sensitivity = Some(Sensitivity::Private);
        let mut o = opened(m);
        o.offers = vec![new_card()];
        let none = HashSet::new();
        assert!(matches!(bar(&o, false, &none), Some(Bar::Private { .. })));
        assert!(matches!(first(&o, false, &none, Some("4")), Some(Bar::CardNew { .. })));
    }

    #[test]
    fn nothing_is_asked_before_the_message_was_presented() {
        let mut o = opened(mail());
        o.receipt = ReceiptState::NotYet;
        assert_eq!(bar(&o, false, &HashSet::new()), None);
    }

    #[test]
    fn what_cannot_be_played_may_be_reported_where_a_receipt_was_asked_for() {
        let mut m = mail();
        m.parts[2].decodable = false;
        let mut o = opened(m.clone());
        let none = HashSet::new();
        assert_eq!(bar(&o, false, &none), None, "nothing was asked for");
        o.receipt = ReceiptState::NotYet;
        assert_eq!(bar(&o, false, &none), Some(Bar::Unplayable));
        o.receipt = ReceiptState::Declined;
        assert_eq!(bar(&o, false, &none), None);
        // A part that the sender marked as optional is no reason (RFC 3459 section 3.2).
        m.parts[2].required = false;
        let o = Opened { receipt: ReceiptState::NotYet, ..opened(m) };
        assert_eq!(bar(&o, false, &none), None);
    }

    #[test]
    fn every_blocking_word_is_named() {
        for (value, word) in [
            (Sensitivity::Private, "private"),
            (Sensitivity::Personal, "personal"),
            (Sensitivity::Unknown("top-secret".into()), "top-secret"),
        ] {
            let mut m = mail();
            m.sensitivity = Some(value);
            let expected = Bar::Private { word: word.into() };
            assert_eq!(bar(&opened(m), false, &HashSet::new()), Some(expected));
        }
        let mut m = mail();
        m.sensitivity = Some(Sensitivity::CompanyConfidential);
        assert_eq!(bar(&opened(m), false, &HashSet::new()), None);
    }
}
