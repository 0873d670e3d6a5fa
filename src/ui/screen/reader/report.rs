//! A delivery report (RFC 3464) or a receipt (RFC 8098) as one card: what happened, what to do, and
//! each recipient.

use super::{Act, Page};
use crate::{
    engine::{Delivery, Opened},
    message::{
        Dsn, Mdn, Report,
        dsn::{self, Medium, NextStep},
    },
    model::{AddrSpec, Address, DateTime, MessageKind},
    ui::screen::{Action, Compose, Context, Verb, words::size},
    wording,
};

/// What the user presses in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// The first action: the message goes out again, as the button says.
    SendAgain,
    /// "Try another address".
    TryAnother,
    /// Show the message that the report is about.
    OpenAbout,
}

impl Page {
    /// Applies a press in a report. Without the message that it is about nothing can be done.
    pub(super) fn report_update(&self, message: Message, ctx: &Context<'_>) -> Act {
        let Some(about) = self.opened.about else { return Action::None };
        let Some(summary) = summary(&self.opened, self.about_opened(), ctx.now) else {
            return Action::None;
        };
        let again =
            |to, private| Action::Do(Verb::Compose(Compose::Again { key: about, to, private }));
        match message {
            Message::OpenAbout => Action::Do(Verb::Open(about)),
            Message::TryAnother => again(Vec::new(), summary.private),
            Message::SendAgain => {
                // Sent without Private only because the button says so.
                let drop_private = summary.step == NextStep::SendWithoutPrivate;
                again(summary.failed, summary.private && !drop_private)
            }
        }
    }
}

/// How one recipient stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Did not get it.
    Failed,
    /// Still being tried.
    Delayed,
    /// Got it.
    Delivered,
    /// Heard or read it.
    Heard,
}

/// One recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Name, or address.
    pub name: String,
    /// Address.
    pub address: String,
    /// How they stand.
    pub state: State,
    /// The same in words.
    pub text: String,
}

/// How good the news of a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Somebody does not get it.
    Failed,
    /// It is late.
    Waiting,
    /// It arrived, or something is said of what became of it.
    Good,
}

/// A report in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Headline.
    pub title: String,
    /// What happened.
    pub sentences: Vec<String>,
    /// What the first button does.
    pub step: NextStep,
    /// Who did not get it.
    pub failed: Vec<Address>,
    /// The message was marked private.
    pub private: bool,
    /// How good the news is.
    pub tone: Tone,
    /// All recipients.
    pub lines: Vec<Line>,
}

/// Puts a report in short. `about` is the message it is about, where that is here. `None` for any
/// other message. Moments are told as seen from `now`.
#[must_use]
pub fn summary(opened: &Opened, about: Option<&Opened>, now: DateTime) -> Option<Summary> {
    match &opened.mail.report {
        Some(Report::Dsn(blocks)) => delivery(opened, blocks, about, now),
        Some(Report::Mdn(mdn)) => Some(receipt(opened, mdn, about)),
        None => None,
    }
}

/// The recipient that a report names, with the name that the message sent has for them.
fn person(recipient: &str, about: Option<&Opened>) -> Option<Address> {
    let addr = AddrSpec::parse(recipient).ok()?;
    let mut known = about.into_iter().flat_map(|a| a.mail.to.iter().chain(&a.mail.cc));
    let known = known.find(|k| k.addr.same_mailbox(&addr)).cloned();
    Some(known.unwrap_or_else(|| Address::bare(addr)))
}

fn receipt(opened: &Opened, mdn: &Mdn, about: Option<&Opened>) -> Summary {
    let who = mdn.recipient.as_deref().and_then(|recipient| person(recipient, about));
    let name =
        who.as_ref().map_or_else(|| wording::rows::sender(&opened.row), |a| a.label().to_owned());
    let named = Mdn { recipient: Some(name.clone()), ..mdn.clone() };
    let step = mdn.outcome().next_step();
    let mut sentences = vec![wording::receipt::sentence(&named)];
    if about.is_none() && opened.about.is_none() {
        sentences.push(fl!("report-no-match"));
    }
    let failed = step == NextStep::SendAsFriendly;
    Summary {
        title: fl!("report-title-receipt", name = &name),
        sentences,
        step,
        failed: if step == NextStep::Nothing { Vec::new() } else { who.into_iter().collect() },
        private: about.is_some_and(|a| a.row.private),
        tone: if failed { Tone::Failed } else { Tone::Good },
        lines: Vec::new(),
    }
}

fn delivery(
    opened: &Opened,
    blocks: &[Dsn],
    about: Option<&Opened>,
    now: DateTime,
) -> Option<Summary> {
    let address_of = |block: &Dsn| person(&block.recipient, about);
    let name_of = |block: &Dsn| {
        address_of(block).map_or_else(|| block.recipient.clone(), |a| a.label().to_owned())
    };
    let failed: Vec<&Dsn> = blocks.iter().filter(|b| b.action == dsn::Action::Failed).collect();
    let delayed: Vec<&Dsn> = blocks.iter().filter(|b| b.action == dsn::Action::Delayed).collect();
    let deleted: Vec<&Dsn> = blocks.iter().filter(|b| b.action == dsn::Action::Deleted).collect();
    let first = failed.first().or(deleted.first()).or(delayed.first());
    let worst = first.or(blocks.first().as_ref()).copied()?;
    let private = about.is_some_and(|a| a.row.private);
    let medium = about.map(|a| match a.row.kind {
        MessageKind::Voice => Medium::Voice,
        MessageKind::Fax => Medium::Fax,
        MessageKind::Email
        | MessageKind::Video
        | MessageKind::Dsn
        | MessageKind::Mdn
        | MessageKind::Other => Medium::Text,
    });
    let dates = wording::delivery::Dates::From(now);
    let facts = dsn::About { private, medium, ..dsn::About::default() };
    let step = dsn::next_step(worst, &facts);
    let title = match (failed.len(), delayed.is_empty()) {
        (1, _) if step == NextStep::SendWithoutPrivate => {
            let name = crate::ui::screen::words::short_name(&name_of(worst));
            fl!("report-title-private", name = &name)
        }
        (1, _) => fl!("report-title-one", name = name_of(worst)),
        (0, _) if !deleted.is_empty() => fl!("report-title-deleted", name = name_of(worst)),
        (0, false) => fl!("report-title-delayed", name = name_of(worst)),
        (0, true) => fl!("report-title-delivered", name = name_of(worst)),
        (count, _) => fl!("report-title-many", count = count),
    };
    let mut sentences: Vec<String> = Vec::new();
    let bad = [&failed, &deleted].into_iter().find(|some| !some.is_empty()).unwrap_or(&delayed);
    for block in bad {
        let sentence = wording::delivery::explain(block, &facts, dates);
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    if !failed.is_empty() {
        let fact = if about.is_none() && opened.about.is_none() {
            fl!("report-no-match")
        } else if about.is_some_and(|a| a.mail.duration.is_some()) {
            fl!("report-safe")
        } else {
            fl!("report-safe-text")
        };
        sentences.push(fact);
    }
    let mut lines: Vec<Line> = blocks
        .iter()
        .map(|block| Line {
            name: name_of(block),
            address: block.recipient.clone(),
            state: match block.action {
                dsn::Action::Failed | dsn::Action::Deleted => State::Failed,
                dsn::Action::Delayed => State::Delayed,
                dsn::Action::Delivered | dsn::Action::Relayed | dsn::Action::Expanded => {
                    State::Delivered
                }
            },
            text: wording::delivery::short(block),
        })
        .collect();
    let kind = about.map(|a| a.row.kind).unwrap_or_default();
    for delivery in about.map(|a| a.deliveries.as_slice()).unwrap_or_default() {
        let address = delivery.recipient.addr.as_str();
        if lines.iter().any(|l| l.address.eq_ignore_ascii_case(address)) {
            continue;
        }
        lines.push(Line {
            name: delivery.recipient.label().to_owned(),
            address: address.to_owned(),
            state: state_of(delivery),
            text: wording::rows::delivery_text(delivery, kind, now),
        });
    }
    Some(Summary {
        title,
        sentences,
        step,
        failed: failed.iter().filter_map(|b| address_of(b)).collect(),
        private,
        tone: match (failed.is_empty(), delayed.is_empty()) {
            (false, _) => Tone::Failed,
            (true, false) => Tone::Waiting,
            (true, true) => Tone::Good,
        },
        lines,
    })
}

/// How a recipient of a sent message stands.
#[must_use]
pub fn state_of(delivery: &Delivery) -> State {
    match (delivery.failed(), delivery.heard()) {
        (true, _) => State::Failed,
        (_, true) => State::Heard,
        _ => State::Delivered,
    }
}

/// The lines under "Details for your administrator", for any message.
#[must_use]
pub fn details(opened: &Opened) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut push = |label: String, value: &str| {
        if !value.is_empty() {
            lines.push((label, value.to_owned()));
        }
    };
    let mail = &opened.mail;
    match &mail.report {
        Some(Report::Dsn(blocks)) => {
            for block in blocks {
                push(fl!("details-recipient"), &block.recipient);
                push(fl!("details-status"), &block.status);
                push(fl!("details-said"), block.diagnostic.as_deref().unwrap_or_default());
                push(fl!("details-reported"), block.reported_by.as_deref().unwrap_or_default());
                push(fl!("details-envelope"), block.envelope_id.as_deref().unwrap_or_default());
            }
        }
        Some(Report::Mdn(Mdn { disposition, modifiers, recipient, errors, .. })) => {
            push(fl!("details-disposition"), disposition.as_str());
            push(fl!("details-modifiers"), &modifiers.join(", "));
            push(fl!("details-recipient"), recipient.as_deref().unwrap_or_default());
            push(fl!("details-said"), &errors.join("; "));
        }
        None => {}
    }
    push(fl!("details-size"), &size(opened.have.1));
    push(fl!("details-date"), &mail.date.map(|d| d.to_rfc5322()).unwrap_or_default());
    push(fl!("details-message-id"), mail.message_id.as_deref().unwrap_or_default());
    push(fl!("details-profile"), mail.profile.as_deref().unwrap_or_default());
    push(fl!("details-evidence"), &wording::recognition::because(&mail.evidence));
    for part in &mail.parts {
        let octets = size(part.octets as u64);
        let mut text = format!("{} · {} · {octets}", part.path, part.media_type);
        if let Some(codec) = &part.codec {
            text.push_str(" · ");
            text.push_str(codec);
        }
        if let Some(problem) = &part.problem {
            text.push_str(" · ");
            text.push_str(&wording::problem::part(problem));
        }
        push(fl!("details-part"), &text);
    }
    let problems: Vec<_> = mail.problems.iter().map(wording::problem::problem).collect();
    push(fl!("details-problems"), &problems.join("; "));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        message::Mail,
        ui::screen::testing::{NOW, mail, opened, person},
    };

    fn block(recipient: &str, action: &str, status: &str) -> Dsn {
        Dsn {
            recipient: recipient.into(),
            action: dsn::Action::parse(action).expect("an action"),
            status: status.into(),
            ..Dsn::default()
        }
    }

    fn report(blocks: Vec<Dsn>) -> Opened {
        opened(Mail {
            kind: MessageKind::Dsn,
            report: Some(Report::Dsn(blocks)),
            ..Mail::default()
        })
    }

    fn about() -> Opened {
        let mut m = mail();
        m.to = vec![
            person("Gwen Vidal", "7214@vm.bridgewater.example"),
            person("Priya Raman", "4310@vm.calderfinch.example"),
        ];
        opened(m)
    }

    #[test]
    fn one_failure_names_the_person_of_the_message_sent() {
        let r = report(vec![
            block("7214@vm.bridgewater.example", "failed", "5.2.2"),
            block("4310@vm.calderfinch.example", "delivered", "2.0.0"),
        ]);
        let s = summary(&r, Some(&about()), NOW).expect("a report");
        assert_eq!(s.title, "Gwen Vidal didn’t get your message");
        assert_eq!(s.step, NextStep::SendAgain);
        assert_eq!(s.failed, [person("Gwen Vidal", "7214@vm.bridgewater.example")]);
        assert!(s.sentences[0].starts_with("The mailbox is full"), "{:?}", s.sentences);
        assert_eq!(s.sentences[1], "Your recording is safe in Sent.");
        assert_eq!(s.lines[0].text, "Mailbox full");
        assert_eq!(s.lines[1].state, State::Delivered);
    }

    #[test]
    fn what_a_filter_deleted_is_no_delivery_and_no_mystery() {
        let gone = block("7214@vm.bridgewater.example", "deleted", "");
        let s = summary(&report(vec![gone.clone()]), Some(&about()), NOW).expect("a report");
        assert_eq!(s.title, "Your message to Gwen Vidal was deleted there");
        assert!(s.sentences[0].contains("deleted your message without"), "{:?}", s.sentences);
        assert_eq!((s.lines[0].text.as_str(), s.lines[0].state), ("Deleted unread", State::Failed));
        // A failure of another recipient is told first.
        let both = vec![gone, block("4310@vm.calderfinch.example", "failed", "5.1.1")];
        let s = summary(&report(both), Some(&about()), NOW).expect("a report");
        assert_eq!(s.title, "Priya Raman didn’t get your message");
    }

    #[test]
    fn a_message_that_is_not_looked_at_yet_is_called_no_recording() {
        let mut failed = report(vec![block("a@x.example", "failed", "5.2.2")]);
        failed.about = Some(crate::model::MessageKey(3));
        let s = summary(&failed, None, NOW).expect("one");
        assert_eq!(s.sentences[1], "Your message is safe in Sent.");
    }

    #[test]
    fn a_report_without_its_message_says_so() {
        let s = summary(&report(vec![block("a@x.example", "failed", "5.1.1")]), None, NOW)
            .expect("one");
        assert_eq!(
            s.sentences.last().map(String::as_str),
            Some("This report is about a message that isn’t on this computer.")
        );
        assert_eq!(s.step, NextStep::TryAnotherAddress);
    }

    #[test]
    fn a_receipt_says_what_became_of_the_message() {
        let said = |disposition: &str, modifiers: &[&str]| {
            let receipt = Mdn {
                disposition: disposition.into(),
                modifiers: modifiers.iter().map(ToString::to_string).collect(),
                recipient: Some("4310@vm.calderfinch.example".into()),
                ..Mdn::default()
            };
            let kind = MessageKind::Mdn;
            let mail = Mail { kind, report: Some(Report::Mdn(receipt)), ..Mail::default() };
            summary(&opened(mail), Some(&about()), NOW).expect("a receipt")
        };
        let heard = said("displayed", &[]);
        assert_eq!(heard.title, "Receipt from Priya Raman");
        assert!(heard.sentences[0].starts_with("Priya Raman played or opened"), "{heard:?}");
        assert_eq!((heard.tone, heard.failed.len()), (Tone::Good, 0));
        let failed = said("processed", &["error"]);
        assert_eq!((failed.tone, failed.step), (Tone::Failed, NextStep::SendAsFriendly));
        assert_eq!(failed.failed, [person("Priya Raman", "4310@vm.calderfinch.example")]);
        assert_eq!(said("deleted", &["expired"]).step, NextStep::SendAgain);
    }

    #[test]
    fn many_and_delayed() {
        let two = report(vec![
            block("a@x.example", "failed", "5.1.1"),
            block("b@x.example", "failed", "5.1.1"),
        ]);
        assert_eq!(
            summary(&two, None, NOW).expect("one").title,
            "2 people didn’t get your message"
        );
        let late = report(vec![block("a@x.example", "delayed", "4.4.1")]);
        let s = summary(&late, None, NOW).expect("one");
        assert_eq!(s.title, "Your message to a@x.example is still on its way");
        assert_eq!(s.tone, Tone::Waiting);
    }
}
