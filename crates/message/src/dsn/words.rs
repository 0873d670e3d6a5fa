//! What a delivery report says, in words, for the engine until it stores codes; `wording::delivery`
//! of the program is what people read.

use super::action::Action;
use super::step::{About, Medium, NextStep};
use super::why::{Why, numbers, reason};
use crate::Dsn;
use aloud_model::DateTime;

/// How a sentence tells moments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Dates {
    /// Day, month, year and time, in the offset that the report was written in.
    #[default]
    Full,
    /// Not at all, for sentences that are kept.
    Never,
}

/// The sentence for a report.
#[must_use]
pub fn sentence(dsn: &Dsn) -> String {
    explain(dsn, &About::default(), Dates::Full).0
}

/// The same without moments, which would not stay true where it is kept.
#[must_use]
pub fn timeless(dsn: &Dsn) -> String {
    explain(dsn, &About::default(), Dates::Never).0
}

/// The sentence, and what to offer first.
#[must_use]
fn explain(dsn: &Dsn, about: &About, dates: Dates) -> (String, NextStep) {
    let who = Who::of(&dsn.recipient);
    match dsn.action {
        Action::Delivered => {
            let text =
                format!("It was delivered to {}. That doesn’t say it was heard.", who.name());
            return (text, NextStep::Nothing);
        }
        Action::Relayed => {
            let text = format!(
                "It was passed on to {}, which sends no further reports.",
                who.system("a system")
            );
            return (text, NextStep::Nothing);
        }
        Action::Expanded => {
            let text = format!("It was sent on to everyone on the list {}.", who.name());
            return (text, NextStep::Nothing);
        }
        Action::Failed | Action::Delayed => {}
    }
    let (text, step) = say(reason(dsn), dsn, about, dates, &who);
    if dsn.action == Action::Delayed {
        let text = if text == LATER { "It hasn’t arrived yet." } else { &text };
        let again = match dsn.retry_until.and_then(|t| moment(t, dates)) {
            Some((_, until)) => format!("{text} It will be tried until {until}."),
            None => format!("{text} It will be tried again."),
        };
        return (again, NextStep::Nothing);
    }
    (text, step)
}

/// What is said of a temporary failure without a known reason.
const LATER: &str = "It couldn’t be delivered for now.";

/// The sentence for a failure and what to offer first.
fn say(why: Why, dsn: &Dsn, about: &About, dates: Dates, who: &Who<'_>) -> (String, NextStep) {
    use NextStep::{
        CopyNumber, Details, SendAgain, SendAsFriendly, SendAsVoice, TrimAndSendAgain,
        TryAnotherAddress,
    };
    let system = who.system("their system");
    let at_start = capital(&system);
    let name = who.name();
    let own = "Your own mail administrator can help";
    match why {
        Why::NoMailbox if about.outside_caller => (
            "The message was left from an outside line, so there’s no mailbox to answer.".into(),
            CopyNumber,
        ),
        Why::NoMailbox => (who.no_mailbox(), TryAnotherAddress),
        Why::NoSystem => (
            format!("There is no mail system at {}.", who.domain.unwrap_or("that address")),
            TryAnotherAddress,
        ),
        Why::BadAddress => (
            format!("There is a problem with the address {name}. Check how it’s written."),
            TryAnotherAddress,
        ),
        Why::Ambiguous => {
            (format!("More than one person there answers to {name}."), TryAnotherAddress)
        }
        Why::Moved => {
            (format!("The mailbox {name} has moved, and nobody said where to."), TryAnotherAddress)
        }
        Why::OtherOwner => {
            (format!("The mailbox {name} belongs to somebody else now."), TryAnotherAddress)
        }
        Why::OwnAddress => (format!("{at_start} doesn’t accept your own address. {own}."), Details),
        Why::NotTaking => (format!("The mailbox {name} isn’t taking messages."), TryAnotherAddress),
        Why::Full => {
            let when = dsn.last_attempt.and_then(|t| moment(t, dates));
            let when = when.map(|(on, when)| format!(" {on}{when}")).unwrap_or_default();
            (format!("The mailbox is full, so {system} turned your message away{when}."), SendAgain)
        }
        Why::TooBig => {
            let limit = about.limit.map(|octets| format!(" It takes up to {}.", size(octets)));
            let text = format!("The message is too big for {system}.{}", limit.unwrap_or_default());
            (text, TrimAndSendAgain)
        }
        Why::ListBroken => (
            format!("The list {name} couldn’t be sent on to its members. Its owner can help."),
            Details,
        ),
        Why::NoSpace => (format!("{at_start} has run out of space."), SendAgain),
        Why::SystemDown => (format!("{at_start} isn’t taking messages just now."), SendAgain),
        Why::Misconfigured => (
            format!("{at_start} isn’t set up to take the message. Its administrator can help."),
            Details,
        ),
        Why::NoAnswer => {
            let tried =
                dsn.last_attempt.or(dsn.retry_until).filter(|_| dsn.action != Action::Delayed);
            let until = tried.and_then(|t| moment(t, dates));
            let until = until.map(|(_, until)| format!(" It was tried until {until}."));
            (format!("{at_start} didn’t answer.{}", until.unwrap_or_default()), SendAgain)
        }
        Why::BrokeOff => (format!("The connection to {system} broke off."), SendAgain),
        Why::LookUp => (
            format!(
                "The mail system at {} couldn’t be found just now.",
                who.domain.unwrap_or("that address")
            ),
            SendAgain,
        ),
        Why::Busy => (format!("{at_start} is too busy."), SendAgain),
        Why::Loop => (
            format!(
                "The message went round in circles on its way to {name}. The administrator there can help."
            ),
            Details,
        ),
        Why::Protocol => {
            ("The two voicemail systems didn’t understand each other.".into(), SendAsFriendly)
        }
        Why::TooManyPeople => (
            format!("That’s too many people at once for {system}. Send it to fewer at a time."),
            SendAgain,
        ),
        Why::NotPrivate => private(&at_start),
        Why::MayBePrivate if about.private => private(&at_start),
        Why::MayBePrivate => say(Why::Subject(6), dsn, about, dates, who),
        Why::Media => (format!("That mailbox doesn’t take {}.", medium(dsn, about)), SendAsVoice),
        Why::Conversion => (
            format!("{at_start} couldn’t turn the message into a form that mailbox takes."),
            SendAsFriendly,
        ),
        Why::Letters => {
            (format!("{at_start} takes addresses in plain letters only."), TryAnotherAddress)
        }
        Why::NotAllowed => (
            "You aren’t allowed to send to this mailbox. Its administrator can change that.".into(),
            Details,
        ),
        Why::NotOnList => (
            format!("You aren’t allowed to send to the list {name}. Its owner can change that."),
            Details,
        ),
        Why::Encrypt => (
            format!("{at_start} takes messages over an encrypted connection only. {own}."),
            Details,
        ),
        Why::SignIn => (
            "The mail server didn’t accept your sign-in. Check the account in the settings.".into(),
            Details,
        ),
        Why::OwnAccount => {
            (format!("Your account on the mail server is switched off. {own}."), Details)
        }
        Why::Unconfirmed => {
            (format!("{at_start} couldn’t make sure that the message is from you. {own}."), Details)
        }
        Why::Spam => (
            format!(
                "{at_start} took the message for spam. Ask {name} to let your messages through."
            ),
            TryAnotherAddress,
        ),
        Why::Content => (
            format!("{at_start} didn’t like what is in the message. Send it without files."),
            SendAsVoice,
        ),
        Why::Listed => {
            (format!("{at_start} takes nothing from your mail server just now. {own}."), Details)
        }
        Why::Relay => (
            format!(
                "The mail server wouldn’t pass the message on to {name}. Check the address; if it’s right, your own mail administrator can help."
            ),
            TryAnotherAddress,
        ),
        Why::TooMuchMail => {
            (format!("{at_start} had too many messages in a short time. Wait a while."), SendAgain)
        }
        Why::Postponed => (format!("{at_start} asked to try again later."), SendAgain),
        Why::Subject(subject) => {
            let (class, ..) = numbers(&dsn.status);
            let (text, step) = if class == 4 {
                (LATER, SendAgain)
            } else {
                ("It couldn’t be delivered.", Details)
            };
            match by_subject(subject) {
                Some(why) if class != 2 => {
                    (format!("{}: {why}.", text.trim_end_matches('.')), step)
                }
                _ => (text.into(), step),
            }
        }
    }
}

fn private(system: &str) -> (String, NextStep) {
    (
        format!("{system} can’t keep a message private, so it sent yours back."),
        NextStep::SendWithoutPrivate,
    )
}

/// The subject digit (RFC 3463 section 2).
fn by_subject(subject: u16) -> Option<&'static str> {
    Some(match subject {
        1 => "there is a problem with the address",
        2 => "there is a problem with the mailbox",
        3 => "there is a problem with the other system",
        4 => "there is a problem on the way to the other system",
        5 => "the two systems didn’t understand each other",
        6 => "there is a problem with the message’s media",
        7 => "the other system’s rules don’t allow it",
        _ => return None,
    })
}

fn medium(dsn: &Dsn, about: &About) -> &'static str {
    let said = dsn.diagnostic.as_deref().unwrap_or_default().to_lowercase();
    match about.medium {
        Some(Medium::Fax) => "fax",
        Some(Medium::Text) => "text",
        Some(Medium::Voice) => "this kind of sound",
        None if said.contains("fax") || said.contains("tiff") => "fax",
        None if said.contains("text") => "text",
        None if said.contains("audio") || said.contains("codec") => "this kind of sound",
        None => "this kind of message",
    }
}

/// `4 March 2025 at 09:10`, `yesterday at 16:02`; before it the word that a day needs in a sentence.
fn moment(when: DateTime, dates: Dates) -> Option<(&'static str, String)> {
    match dates {
        Dates::Never => None,
        Dates::Full => Some(("on ", when.local().strftime("%-d %B %Y at %H:%M").to_string())),
    }
}

/// `2 MB`.
fn size(octets: u64) -> String {
    match octets {
        0..1_000 => format!("{octets} bytes"),
        1_000..1_000_000 => format!("{} kB", octets / 1_000),
        _ => format!("{} MB", octets / 1_000_000),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A recipient taken apart for a sentence.
struct Who<'a> {
    mailbox: &'a str,
    domain: Option<&'a str>,
}

impl<'a> Who<'a> {
    fn of(recipient: &'a str) -> Self {
        match recipient.rsplit_once('@') {
            Some((mailbox, domain)) if !domain.is_empty() => Self { mailbox, domain: Some(domain) },
            _ => Self { mailbox: recipient, domain: None },
        }
    }

    fn name(&self) -> String {
        match (self.mailbox, self.domain) {
            ("", _) => "the recipient".into(),
            (mailbox, Some(domain)) => format!("{mailbox}@{domain}"),
            (mailbox, None) => mailbox.to_owned(),
        }
    }

    fn system(&self, unknown: &str) -> String {
        self.domain.map_or_else(|| unknown.to_owned(), |domain| format!("the system at {domain}"))
    }

    fn no_mailbox(&self) -> String {
        match (self.mailbox, self.domain) {
            ("", _) => "There is no such mailbox.".into(),
            (mailbox, Some(domain)) => format!("There is no mailbox {mailbox} at {domain}."),
            (mailbox, None) => format!("There is no mailbox {mailbox}."),
        }
    }
}
