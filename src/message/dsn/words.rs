//! What a delivery report says, in words: the table of the interface text, with the wording of the
//! subject digit for codes it does not name (RFC 3463 sections 2 and 3).

use crate::{message::Dsn, model::DateTime};

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
    match dsn.action.as_str() {
        "delivered" => {
            let text =
                format!("It was delivered to {}. That doesn’t say it was heard.", who.name());
            return (text, NextStep::Nothing);
        }
        "relayed" => {
            let text = format!(
                "It was passed on to {}, which sends no further reports.",
                who.system("a system")
            );
            return (text, NextStep::Nothing);
        }
        "expanded" => {
            let text = format!("It was sent on to everyone on the list {}.", who.name());
            return (text, NextStep::Nothing);
        }
        _ => {}
    }
    let (text, step) = failure(dsn, about, &who, code(dsn));
    if dsn.action == "delayed" {
        let until =
            dsn.retry_until.map(|t| format!(" It will be tried until {}.", day_and_time(t)));
        let text = text.replace("It couldn’t be delivered for now.", "It hasn’t arrived yet.");
        return (text + &until.unwrap_or_default(), NextStep::Nothing);
    }
    (text, step)
}

/// What servers say in the diagnostic when their code says nothing, and the code it stands for.
const PHRASES: [(&str, (u16, u16)); 16] = [
    ("user unknown", (1, 1)),
    ("unknown user", (1, 1)),
    ("no such user", (1, 1)),
    ("not a known user", (1, 1)),
    ("mailbox not found", (1, 1)),
    ("mailbox unavailable", (1, 1)),
    ("does not exist", (1, 1)),
    ("no such domain", (1, 2)),
    ("mailbox full", (2, 2)),
    ("mailbox is full", (2, 2)),
    ("quota", (2, 2)),
    ("too large", (3, 4)),
    ("too big", (3, 4)),
    ("message size", (3, 4)),
    ("timed out", (4, 1)),
    ("loops back", (4, 6)),
];

/// The status as three numbers; one without detail is made exact by the diagnostic.
fn code(dsn: &Dsn) -> (u16, u16, u16) {
    let numbers = |status: &str| {
        let mut numbers = status.split('.').map(|n| n.parse::<u16>().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        (next(), next(), next())
    };
    let given = numbers(&dsn.status);
    let said = dsn.diagnostic.as_deref().unwrap_or_default().to_lowercase();
    let vague = matches!(given, (_, 0 | 5, 0));
    if !vague || said.is_empty() {
        return given;
    }
    if let Some(found) = super::find_status(&said).map(|s| numbers(&s))
        && found.0 == given.0
        && !matches!(found, (_, 0 | 5, 0))
    {
        return found;
    }
    let phrase = PHRASES.iter().find(|(phrase, _)| said.contains(phrase));
    phrase.map_or(given, |(_, (subject, detail))| (given.0, *subject, *detail))
}

fn failure(dsn: &Dsn, about: &About, who: &Who<'_>, code: (u16, u16, u16)) -> (String, NextStep) {
    let system = who.system("their system");
    let at_start = capital(&system);
    let when = dsn.last_attempt.map(day_and_time);
    match code {
        (_, 1, 1) if about.outside_caller => (
            "The message was left from an outside line, so there’s no mailbox to answer.".into(),
            NextStep::CopyNumber,
        ),
        (_, 1, 1) => (who.no_mailbox(), NextStep::TryAnotherAddress),
        (5, 1, 2 | 10) | (5, 4, 4) => (
            format!("There is no mail system at {}.", who.domain.unwrap_or("that address")),
            NextStep::TryAnotherAddress,
        ),
        (_, 2, 1) => (
            format!("The mailbox {} isn’t taking messages.", who.name()),
            NextStep::TryAnotherAddress,
        ),
        (_, 2, 2) => {
            let when = when.map(|when| format!(" on {when}")).unwrap_or_default();
            (
                format!("The mailbox is full, so {system} turned your message away{when}."),
                NextStep::SendAgain,
            )
        }
        (_, 2, 3) | (_, 3, 4) => {
            let limit = about.limit.map(|octets| format!(" It takes up to {}.", size(octets)));
            let text = format!("The message is too big for {system}.{}", limit.unwrap_or_default());
            (text, NextStep::TrimAndSendAgain)
        }
        (_, 3, 1) => (format!("{at_start} has run out of space."), NextStep::SendAgain),
        (_, 4, 0 | 1 | 7) => {
            let tried = dsn.last_attempt.or(dsn.retry_until).filter(|_| dsn.action != "delayed");
            let until = tried.map(day_and_time);
            let until = until.map(|until| format!(" It was tried until {until}."));
            (format!("{at_start} didn’t answer.{}", until.unwrap_or_default()), NextStep::SendAgain)
        }
        (5, 3, 3) => private(&at_start),
        (5, 6, 0) if about.private => private(&at_start),
        (5, 6, 1) => {
            (format!("That mailbox doesn’t take {}.", medium(dsn, about)), NextStep::SendAsVoice)
        }
        (5, 7, 1) => (
            "You aren’t allowed to send to this mailbox. Its administrator can change that.".into(),
            NextStep::Details,
        ),
        (5, 5, _) => (
            "The two voicemail systems didn’t understand each other.".into(),
            NextStep::SendAsFriendly,
        ),
        (class, subject, _) => {
            let (text, step) = if class == 4 {
                ("It couldn’t be delivered for now", NextStep::SendAgain)
            } else {
                ("It couldn’t be delivered", NextStep::Details)
            };
            match by_subject(subject) {
                Some(why) if class != 2 => (format!("{text}: {why}."), step),
                _ => (format!("{text}."), step),
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

/// `4 March 2025 at 09:10`, in the offset the report was written in.
fn day_and_time(when: DateTime) -> String {
    when.local().strftime("%-d %B %Y at %H:%M").to_string()
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
                action: "failed".into(),
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
            ("5.0.0", "554 spam", "It couldn’t be delivered."),
            (
                "5.5.1",
                "550 mailbox full",
                "The two voicemail systems didn’t understand each other.",
            ),
            ("5.0.0", "4.2.2 later", "It couldn’t be delivered."),
        ] {
            let dsn = Dsn {
                recipient: "a@x".into(),
                action: "failed".into(),
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
            ("delayed", "4.0.0", "It hasn’t arrived yet."),
            ("delayed", "4.4.1", "The system at x didn’t answer."),
        ] {
            let dsn = Dsn {
                recipient: "a@x".into(),
                action: action.into(),
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
}
