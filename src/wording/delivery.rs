//! What a delivery report says of one recipient, in whole sentences (RFC 3464, RFC 3463).

use super::figures;
use crate::{
    message::{
        Dsn,
        dsn::{self, About, Action, Medium, Why},
    },
    model::DateTime,
};

/// How a sentence tells moments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dates {
    /// Day, month, year and time, in the offset that the report was written in.
    #[default]
    Full,
    /// As seen from this moment and in its offset: "yesterday at 16:02".
    From(DateTime),
}

/// The sentence for one recipient, without knowledge of the message it is about.
#[must_use]
pub fn sentence(report: &Dsn) -> String {
    explain(report, &About::default(), Dates::Full)
}

/// The sentence for one recipient.
#[must_use]
pub fn explain(report: &Dsn, about: &About, dates: Dates) -> String {
    let who = Who::of(&report.recipient);
    match report.action {
        Action::Delivered => fl!("delivery-delivered", name = who.name()),
        Action::Relayed => match who.domain {
            Some(domain) => fl!("delivery-relayed", domain = domain),
            None => fl!("delivery-relayed-somewhere"),
        },
        Action::Expanded => fl!("delivery-expanded", name = who.name()),
        Action::Failed => failure(report, about, dates, &who),
        Action::Deleted => fl!("receipt-deleted", who = who.name()),
        Action::Delayed => {
            let why = match dsn::reason_about(report, about) {
                Why::Subject(subject) if by_subject(subject).is_none() => fl!("delivery-not-yet"),
                _ => failure(report, about, dates, &who),
            };
            match report.retry_until.map(|until| moment(until, dates)) {
                Some(until) => fl!("delivery-tried-until", why = why, until = until),
                None => fl!("delivery-tried-again", why = why),
            }
        }
    }
}

/// The sentence for a failure.
fn failure(report: &Dsn, about: &About, dates: Dates, who: &Who<'_>) -> String {
    let system = || who.system();
    let start = || who.system_at_start();
    let name = || who.name();
    let domain = || who.domain.map_or_else(|| fl!("delivery-that-address"), str::to_owned);
    match dsn::reason_about(report, about) {
        Why::NoMailbox if about.outside_caller => fl!("delivery-outside-line"),
        Why::NoMailbox => who.no_mailbox(),
        Why::NoSystem => fl!("delivery-no-system", domain = domain()),
        Why::BadAddress => fl!("delivery-bad-address", name = name()),
        Why::Ambiguous => fl!("delivery-ambiguous", name = name()),
        Why::Moved => fl!("delivery-moved", name = name()),
        Why::OtherOwner => fl!("delivery-other-owner", name = name()),
        Why::OwnAddress => fl!("delivery-own-address", system = start()),
        Why::NotTaking => fl!("delivery-not-taking", name = name()),
        Why::Full => match report.last_attempt {
            Some(when) => fl!("delivery-full-when", system = system(), when = on(when, dates)),
            None => fl!("delivery-full", system = system()),
        },
        Why::TooBig => match about.limit {
            Some(limit) => fl!("delivery-too-big-limit", system = system(), size = size(limit)),
            None => fl!("delivery-too-big", system = system()),
        },
        Why::ListBroken => fl!("delivery-list-broken", name = name()),
        Why::NoSpace => fl!("delivery-no-space", system = start()),
        Why::SystemDown => fl!("delivery-system-down", system = start()),
        Why::Misconfigured => fl!("delivery-misconfigured", system = start()),
        Why::NoAnswer => {
            let tried = report.last_attempt.or(report.retry_until);
            match tried.filter(|_| report.action != Action::Delayed) {
                Some(until) => {
                    let until = moment(until, dates);
                    fl!("delivery-no-answer-until", system = start(), until = until)
                }
                None => fl!("delivery-no-answer", system = start()),
            }
        }
        Why::BrokeOff => fl!("delivery-broke-off", system = system()),
        Why::LookUp => fl!("delivery-look-up", domain = domain()),
        Why::Busy => fl!("delivery-busy", system = start()),
        Why::Loop => fl!("delivery-loop", name = name()),
        Why::Protocol => fl!("delivery-protocol"),
        Why::TooManyPeople => fl!("delivery-too-many-people", system = system()),
        Why::NotPrivate => fl!("delivery-not-private", system = start()),
        Why::Media => match medium(report, about) {
            Some(Medium::Fax) => fl!("delivery-media-fax"),
            Some(Medium::Text) => fl!("delivery-media-text"),
            Some(Medium::Voice) => fl!("delivery-media-voice"),
            None => fl!("delivery-media"),
        },
        Why::Conversion => fl!("delivery-conversion", system = start()),
        Why::Letters => fl!("delivery-letters", system = start()),
        Why::NotAllowed => fl!("delivery-not-allowed"),
        Why::NotOnList => fl!("delivery-not-on-list", name = name()),
        Why::Encrypt => fl!("delivery-encrypt", system = start()),
        Why::SignIn => fl!("delivery-sign-in"),
        Why::OwnAccount => fl!("delivery-own-account"),
        Why::Unconfirmed => fl!("delivery-unconfirmed", system = start()),
        Why::Spam => fl!("delivery-spam", system = start(), name = name()),
        Why::Content => fl!("delivery-content", system = start()),
        Why::Listed => fl!("delivery-listed", system = start()),
        Why::Relay => fl!("delivery-relay", name = name()),
        Why::TooMuchMail => fl!("delivery-too-much-mail", system = start()),
        Why::Postponed => fl!("delivery-postponed", system = start()),
        Why::MayBePrivate => vague(report, Some(fl!("delivery-subject-media"))),
        Why::Subject(subject) => vague(report, by_subject(subject)),
    }
}

/// The sentence for a reason that nobody knows more of than its subject.
fn vague(report: &Dsn, why: Option<String>) -> String {
    let class = report.class();
    match (class, why.filter(|_| class != 2)) {
        (4, Some(why)) => fl!("delivery-later-because", why = why),
        (4, None) => fl!("delivery-later"),
        (_, Some(why)) => fl!("delivery-failed-because", why = why),
        (_, None) => fl!("delivery-failed"),
    }
}

/// The subject digit (RFC 3463 section 2).
fn by_subject(subject: u16) -> Option<String> {
    Some(match subject {
        1 => fl!("delivery-subject-address"),
        2 => fl!("delivery-subject-mailbox"),
        3 => fl!("delivery-subject-system"),
        4 => fl!("delivery-subject-way"),
        5 => fl!("delivery-subject-protocol"),
        6 => fl!("delivery-subject-media"),
        7 => fl!("delivery-subject-rules"),
        _ => return None,
    })
}

/// What the system does not take: what the message was, else what the server's words name.
fn medium(report: &Dsn, about: &About) -> Option<Medium> {
    let said = report.diagnostic.as_deref().unwrap_or_default().to_lowercase();
    let names = |words: &[&str]| words.iter().any(|word| said.contains(word));
    match about.medium {
        None if names(&["fax", "tiff"]) => Some(Medium::Fax),
        None if names(&["text"]) => Some(Medium::Text),
        None if names(&["audio", "codec"]) => Some(Medium::Voice),
        known => known,
    }
}

/// How a moment is told: with or without the word that a day needs in a sentence.
enum Moment {
    Today(String),
    Yesterday(String),
    Tomorrow(String),
    Day(String),
}

impl Moment {
    fn of(when: DateTime, dates: Dates) -> Self {
        let Dates::From(now) = dates else {
            let then = when.local();
            return Self::day(figures::date(then.date()), figures::time(then));
        };
        let then = DateTime { offset_minutes: now.offset_minutes, ..when }.local();
        let today = now.local().date();
        let clock = || figures::time(then);
        match (today - then.date()).get_days() {
            0 => Self::Today(clock()),
            1 => Self::Yesterday(clock()),
            -1 => Self::Tomorrow(clock()),
            -6..=6 => Self::day(figures::weekday(then.date()), clock()),
            _ if then.year() == today.year() => {
                Self::day(figures::date_this_year(then.date()), clock())
            }
            _ => Self::day(figures::date(then.date()), clock()),
        }
    }

    fn day(day: String, clock: String) -> Self {
        Self::Day(fl!("day-at-time", day = day, time = clock))
    }
}

/// `4 March 2025 at 09:10`, `yesterday at 16:02`.
fn moment(when: DateTime, dates: Dates) -> String {
    match Moment::of(when, dates) {
        Moment::Today(clock) => fl!("delivery-today", clock = clock),
        Moment::Yesterday(clock) => fl!("delivery-yesterday", clock = clock),
        Moment::Tomorrow(clock) => fl!("delivery-tomorrow", clock = clock),
        Moment::Day(day) => day,
    }
}

/// `on 4 March 2025 at 09:10`, `yesterday at 16:02`.
fn on(when: DateTime, dates: Dates) -> String {
    match Moment::of(when, dates) {
        Moment::Day(day) => fl!("delivery-on-day", day = day),
        Moment::Today(_) | Moment::Yesterday(_) | Moment::Tomorrow(_) => moment(when, dates),
    }
}

/// `2 MB`.
fn size(octets: u64) -> String {
    match octets {
        0..1_000 => fl!("delivery-size-bytes", size = octets),
        1_000..1_000_000 => fl!("delivery-size-kb", size = octets / 1_000),
        _ => fl!("delivery-size-mb", size = octets / 1_000_000),
    }
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
            ("", _) => fl!("the-recipient"),
            (mailbox, Some(domain)) => format!("{mailbox}@{domain}"),
            (mailbox, None) => mailbox.to_owned(),
        }
    }

    fn system(&self) -> String {
        match self.domain {
            Some(domain) => fl!("delivery-system", domain = domain),
            None => fl!("delivery-their-system"),
        }
    }

    fn system_at_start(&self) -> String {
        match self.domain {
            Some(domain) => fl!("delivery-system-start", domain = domain),
            None => fl!("delivery-their-system-start"),
        }
    }

    fn no_mailbox(&self) -> String {
        match (self.mailbox, self.domain) {
            ("", _) => fl!("delivery-no-such-mailbox"),
            (mailbox, Some(domain)) => {
                fl!("delivery-no-mailbox-at", mailbox = mailbox, domain = domain)
            }
            (mailbox, None) => fl!("delivery-no-mailbox", mailbox = mailbox),
        }
    }
}

/// The same in two words, for a list of recipients.
#[must_use]
pub fn short(report: &Dsn) -> String {
    match report.action {
        Action::Delivered | Action::Relayed | Action::Expanded => fl!("report-line-delivered"),
        Action::Delayed => fl!("report-line-delayed"),
        Action::Deleted => fl!("report-line-deleted"),
        Action::Failed => match dsn::reason(report) {
            Why::NoMailbox => fl!("report-line-no-mailbox"),
            Why::Full => fl!("report-line-full"),
            Why::TooBig => fl!("report-line-too-big"),
            Why::NotPrivate => fl!("report-line-private"),
            Why::NotAllowed => fl!("report-line-not-allowed"),
            _ => fl!("report-line-failed"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::dsn::{NextStep, next_step};

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
        ] {
            let dsn = Dsn { last_attempt: Some(at(tried)), ..full.clone() };
            let said = explain(&dsn, &About::default(), dates);
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
            assert_eq!(explain(&dsn, &about, Dates::Full), expected, "{status}");
            assert_eq!(next_step(&dsn, &about), step, "{status}");
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
                let (text, step) = (sentence(&dsn), next_step(&dsn, &About::default()));
                let words = text.replace("ada@vm.example.com", "").replace("vm.example.com", "");
                assert!(!words.contains(|c: char| c.is_ascii_digit()), "{}: {text}", dsn.status);
                assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{text}");
                assert_ne!(step, NextStep::Nothing, "{text}");
            }
        }
    }

    #[test]
    fn two_words_follow_what_the_server_said_as_the_sentence_does() {
        for (action, status, said, expected) in [
            (Action::Failed, "5.1.1", None, "No such mailbox"),
            (Action::Failed, "5.2.2", None, "Mailbox full"),
            (Action::Failed, "5.0.0", Some("552 Mailbox full"), "Mailbox full"),
            (Action::Failed, "5.1.1", Some("552 Mailbox full"), "No such mailbox"),
            (Action::Failed, "5.9.9", None, "Not delivered"),
            (Action::Delayed, "4.2.2", None, "On its way"),
            (Action::Relayed, "2.0.0", None, "Delivered"),
        ] {
            let report = Dsn {
                recipient: "ada@example.com".into(),
                action,
                status: status.into(),
                diagnostic: said.map(str::to_owned),
                ..Dsn::default()
            };
            assert_eq!(short(&report), expected, "{status} {said:?}");
        }
    }
}
