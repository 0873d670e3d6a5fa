//! What a delivery report says, in words, and what to do about it: the table of the interface text,
//! carried on to the codes of RFC 3463 section 3, RFC 4954, 5248, 7372 and 7505. A code that nobody
//! knows gets the wording of its subject digit. Codes that say little are made exact by what the
//! server said in plain text.

use super::action::Action;
use super::why::{Why, numbers, reason};
use crate::Dsn;
use aloud_model::DateTime;

/// What is known besides the report, to make the sentence exact.
#[derive(Debug, Clone, Copy, Default)]
pub struct About {
    /// The message answered one that was left from an outside line.
    pub outside_caller: bool,
    /// The message was marked private.
    pub private: bool,
    /// Largest message the other system takes, in octets, where it said so.
    pub limit: Option<u64>,
    /// What the message was.
    pub medium: Option<Medium>,
    /// How moments are told.
    pub dates: Dates,
}

/// How a sentence tells moments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dates {
    /// Day, month, year and time, in the offset that the report was written in.
    #[default]
    Full,
    /// As seen from this moment and in its offset: "yesterday at 16:02".
    From(DateTime),
    /// Not at all, for sentences that are kept.
    Never,
}

/// What a message was, for "doesn't take ...".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// A recording.
    Voice,
    /// Fax pages.
    Fax,
    /// Text.
    Text,
}

/// What to offer first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Another address of the same person.
    TryAnotherAddress,
    /// Copy the caller's number.
    CopyNumber,
    /// The same message again.
    SendAgain,
    /// A shorter one.
    TrimAndSendAgain,
    /// The same, not private.
    SendWithoutPrivate,
    /// As a recording, without what the other system does not take.
    SendAsVoice,
    /// As a mail with a sound file.
    SendAsFriendly,
    /// Nothing but to look at the details.
    Details,
    /// Nothing at all: it arrived, or is still on its way.
    Nothing,
}

/// The sentence for a report, without further knowledge.
#[must_use]
pub fn sentence(dsn: &Dsn) -> String {
    explain(dsn, &About::default()).0
}

/// The sentence, and what to offer first.
#[must_use]
pub fn explain(dsn: &Dsn, about: &About) -> (String, NextStep) {
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
    let (text, step) = say(reason(dsn), dsn, about, &who);
    if dsn.action == Action::Delayed {
        let text = if text == LATER { "It hasn’t arrived yet." } else { &text };
        let again = match dsn.retry_until.and_then(|t| moment(t, about.dates)) {
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
fn say(why: Why, dsn: &Dsn, about: &About, who: &Who<'_>) -> (String, NextStep) {
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
            let when = dsn.last_attempt.and_then(|t| moment(t, about.dates));
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
            let until = tried.and_then(|t| moment(t, about.dates));
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
        Why::MayBePrivate => say(Why::Subject(6), dsn, about, who),
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
    let now = match dates {
        Dates::Never => return None,
        Dates::Full => {
            return Some(("on ", when.local().strftime("%-d %B %Y at %H:%M").to_string()));
        }
        Dates::From(now) => now,
    };
    let then = DateTime { offset_minutes: now.offset_minutes, ..when }.local();
    let today = now.local().date();
    let clock = then.strftime("%H:%M");
    Some(match (today - then.date()).get_days() {
        0 => ("", format!("today at {clock}")),
        1 => ("", format!("yesterday at {clock}")),
        -1 => ("", format!("tomorrow at {clock}")),
        -6..=6 => ("on ", then.strftime("%A at %H:%M").to_string()),
        _ if then.year() == today.year() => ("on ", then.strftime("%-d %B at %H:%M").to_string()),
        _ => ("on ", then.strftime("%-d %B %Y at %H:%M").to_string()),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_as_seen_from_now() {
        let at = |text| DateTime::parse_rfc3339(text).expect("a moment");
        let now = at("2025-03-05T10:00:00+01:00");
        let full = Dsn {
            action: Action::Failed,
            status: "5.2.2".into(),
            recipient: "7214@vm.example.net".into(),
            ..Dsn::default()
        };
        for (tried, dates, expected) in [
            ("2025-03-04T10:02:00-05:00", Dates::From(now), " yesterday at 16:02"),
            ("2025-03-05T09:00:00+01:00", Dates::From(now), " today at 09:00"),
            ("2025-03-02T09:00:00+01:00", Dates::From(now), " on Sunday at 09:00"),
            ("2025-01-02T09:00:00+01:00", Dates::From(now), " on 2 January at 09:00"),
            ("2024-12-31T09:00:00+01:00", Dates::From(now), " on 31 December 2024 at 09:00"),
            ("2025-03-04T10:02:00-05:00", Dates::Full, " on 4 March 2025 at 10:02"),
            ("2025-03-04T10:02:00-05:00", Dates::Never, ""),
        ] {
            let dsn = Dsn { last_attempt: Some(at(tried)), ..full.clone() };
            let said = explain(&dsn, &About { dates, ..About::default() }).0;
            let expected = format!(
                "The mailbox is full, so the system at vm.example.net turned your message away{expected}."
            );
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn every_row_of_the_table_has_its_sentence() {
        use NextStep::*;
        let plain = About::default();
        let outside = About { outside_caller: true, ..plain };
        let limit = About { limit: Some(2_000_000), ..plain };
        let fax = About { medium: Some(Medium::Fax), ..plain };
        let secret = About { private: true, ..plain };
        let tried = DateTime::parse_rfc3339("2025-03-04T09:10:00-05:00");
        for (status, about, expected, step) in [
            ("5.1.1", plain, "There is no mailbox 7214 at bridgewater.example.", TryAnotherAddress),
            (
                "5.1.1",
                outside,
                "The message was left from an outside line, so there’s no mailbox to answer.",
                CopyNumber,
            ),
            (
                "4.2.2",
                plain,
                "The mailbox is full, so the system at bridgewater.example turned your message away on 4 March 2025 at 09:10.",
                SendAgain,
            ),
            (
                "5.3.4",
                limit,
                "The message is too big for the system at bridgewater.example. It takes up to 2 MB.",
                TrimAndSendAgain,
            ),
            (
                "5.2.3",
                plain,
                "The message is too big for the system at bridgewater.example.",
                TrimAndSendAgain,
            ),
            ("4.3.1", plain, "The system at bridgewater.example has run out of space.", SendAgain),
            (
                "4.4.7",
                plain,
                "The system at bridgewater.example didn’t answer. It was tried until 4 March 2025 at 09:10.",
                SendAgain,
            ),
            (
                "5.3.3",
                plain,
                "The system at bridgewater.example can’t keep a message private, so it sent yours back.",
                SendWithoutPrivate,
            ),
            (
                "5.6.0",
                secret,
                "The system at bridgewater.example can’t keep a message private, so it sent yours back.",
                SendWithoutPrivate,
            ),
            ("5.6.1", fax, "That mailbox doesn’t take fax.", SendAsVoice),
            ("5.6.1", plain, "That mailbox doesn’t take this kind of message.", SendAsVoice),
            (
                "5.7.1",
                plain,
                "You aren’t allowed to send to this mailbox. Its administrator can change that.",
                Details,
            ),
            (
                "5.5.2",
                plain,
                "The two voicemail systems didn’t understand each other.",
                SendAsFriendly,
            ),
            (
                "5.6.99",
                plain,
                "It couldn’t be delivered: there is a problem with the message’s media.",
                Details,
            ),
            ("4.0.0", plain, "It couldn’t be delivered for now.", SendAgain),
            ("5.0.0", plain, "It couldn’t be delivered.", Details),
            ("", plain, "It couldn’t be delivered.", Details),
        ] {
            let dsn = Dsn {
                recipient: "7214@bridgewater.example".into(),
                action: Action::Failed,
                status: status.into(),
                last_attempt: tried,
                ..Dsn::default()
            };
            assert_eq!(explain(&dsn, &about), (expected.to_owned(), step), "{status}");
        }
    }

    #[test]
    fn a_vague_code_is_made_exact_by_what_the_server_said() {
        for (status, said, expected) in [
            ("5.0.0", "550 5.1.1 <a@x>... User Unknown", "There is no mailbox a at x."),
            (
                "5.0.0",
                "550 Requested action not taken: mailbox unavailable",
                "There is no mailbox a at x.",
            ),
            (
                "5.5.0",
                "550 Account is over quota",
                "The mailbox is full, so the system at x turned your message away.",
            ),
            ("4.0.0", "426 connection timed out", "The system at x didn’t answer."),
            (
                "5.0.0",
                "554 spam",
                "The system at x took the message for spam. Ask a@x to let your messages through.",
            ),
            (
                "5.7.1",
                "550 5.7.1 blocked using zen.spamhaus.org",
                "The system at x takes nothing from your mail server just now. Your own mail administrator can help.",
            ),
            (
                "5.7.1",
                "554 5.7.1 <a@x>: Relay access denied",
                "The mail server wouldn’t pass the message on to a@x. Check the address; if it’s right, your own mail administrator can help.",
            ),
            (
                "5.7.0",
                "530 5.7.0 Must issue a STARTTLS command first",
                "The system at x takes messages over an encrypted connection only. Your own mail administrator can help.",
            ),
            (
                "5.0.0",
                "550-5.7.26 Unauthenticated email from example.com is not accepted due to DMARC",
                "The system at x couldn’t make sure that the message is from you. Your own mail administrator can help.",
            ),
            (
                "5.1.10",
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found",
                "There is no mailbox a at x.",
            ),
            ("5.1.10", "556 5.1.10 null MX", "There is no mail system at x."),
            (
                "5.7.9",
                "554 5.7.9 not accepted for policy reasons",
                "It couldn’t be delivered: the other system’s rules don’t allow it.",
            ),
            ("5.1.351", "550 Unknown user a@x", "There is no mailbox a at x."),
            (
                "5.4.312",
                "550 5.4.312 Message expired, DNS query failed",
                "The mail system at x couldn’t be found just now.",
            ),
            (
                "5.7.1",
                "550 5.7.1 Message content rejected - BANNED",
                "The system at x didn’t like what is in the message. Send it without files.",
            ),
            ("5.4.0", "DNS Error: Domain name not found", "There is no mail system at x."),
            ("4.2.0", "450 4.2.0 greylisted", "The system at x asked to try again later."),
            (
                "5.7.1",
                "550 5.7.1 denied",
                "You aren’t allowed to send to this mailbox. Its administrator can change that.",
            ),
            (
                "5.6.0",
                "554 mailbox full of spam",
                "It couldn’t be delivered: there is a problem with the message’s media.",
            ),
            (
                "5.5.1",
                "550 mailbox full",
                "The two voicemail systems didn’t understand each other.",
            ),
            ("5.0.0", "4.2.2 later", "It couldn’t be delivered."),
        ] {
            let dsn = Dsn {
                recipient: "a@x".into(),
                action: Action::Failed,
                status: status.into(),
                diagnostic: Some(said.into()),
                ..Dsn::default()
            };
            assert_eq!(sentence(&dsn), expected, "{said}");
        }
    }

    #[test]
    fn good_news_and_delays_have_theirs() {
        for (action, status, expected) in [
            ("delivered", "2.0.0", "It was delivered to a@x. That doesn’t say it was heard."),
            (
                "relayed",
                "2.0.0",
                "It was passed on to the system at x, which sends no further reports.",
            ),
            ("expanded", "2.0.0", "It was sent on to everyone on the list a@x."),
            ("delayed", "4.0.0", "It hasn’t arrived yet. It will be tried again."),
            ("delayed", "4.4.1", "The system at x didn’t answer. It will be tried again."),
        ] {
            let dsn = Dsn {
                recipient: "a@x".into(),
                action: Action::parse(action).expect("an action"),
                status: status.into(),
                ..Dsn::default()
            };
            assert_eq!(sentence(&dsn), expected);
        }
        assert_eq!(
            sentence(&Dsn { status: "5.1.1".into(), ..Dsn::default() }),
            "There is no such mailbox."
        );
    }

    /// Every code of RFC 3463 section 3, and those of the registry of RFC 5248 that mail systems send.
    #[test]
    fn every_code_is_words_and_says_what_to_do() {
        let details: [(u16, std::ops::RangeInclusive<u16>); 8] = [
            (0, 0..=0),
            (1, 0..=10),
            (2, 0..=4),
            (3, 0..=6),
            (4, 0..=7),
            (5, 0..=6),
            (6, 0..=10),
            (7, 0..=30),
        ];
        for (subject, range) in details {
            for (detail, class) in range.flat_map(|d| [(d, 4), (d, 5)]) {
                let dsn = Dsn {
                    recipient: "ada@vm.example.com".into(),
                    action: Action::Failed,
                    status: format!("{class}.{subject}.{detail}"),
                    ..Dsn::default()
                };
                let (text, step) = explain(&dsn, &About::default());
                let words = text.replace("ada@vm.example.com", "").replace("vm.example.com", "");
                assert!(!words.contains(|c: char| c.is_ascii_digit()), "{}: {text}", dsn.status);
                assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{text}");
                assert_ne!(step, NextStep::Nothing, "{text}");
            }
        }
    }
}
