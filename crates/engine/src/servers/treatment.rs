//! What the engine does differently at a server. Each field is consulted by one place, which its
//! comment names; there is none that nothing asks for.

use std::ops::RangeInclusive;

use aloud_model::imap::MailboxRole;

/// Longest text of a row, in octets; most texts of a list.
const TEXT: usize = 200;
const LIST: usize = 50;

/// How a server is to be treated; what a row does not name is as the standards say.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Treatment {
    /// What it offers and is not believed: IMAP capabilities and EHLO keywords, upper case
    /// (`imap::Session::has`, `smtp::read_facts`).
    pub deny: Vec<String>,
    /// What is believed all the same, whatever later rows say.
    pub believe: Vec<String>,
    /// What its refusals mean, before any code of theirs where the row is of single servers
    /// (`imap::Reply`, `smtp`).
    pub words: Vec<Words>,
    /// It files in Sent what is submitted through it; how many seconds that may take before a copy
    /// is added (`account::filing`).
    pub files_sent: Option<u32>,
    /// How many seconds IDLE is kept (`imap::Session::idle`).
    pub idle: Option<u32>,
    /// How many seconds lie between looks where IDLE is not used (`account::watcher`).
    pub poll: Option<u32>,
    /// Most messages in one command (`account::pass`, `account::worker`).
    pub messages_at_once: Option<u32>,
    /// Longest set of UIDs in one command, in octets (`imap::Session`).
    pub set_octets: Option<u32>,
    /// RFC822.SIZE says something about the message (`account::worker`).
    pub sizes: Option<bool>,
    /// Parts of a message can be fetched (`imap::Session::fetch_slices`).
    pub partial: Option<bool>,
    /// Keywords last, as PERMANENTFLAGS says (`imap::Session::select`).
    pub keywords: Option<bool>,
    /// UIDVALIDITY says something (`imap::Session::select`).
    pub uid_validity: Option<bool>,
    /// What mailboxes are called that have a purpose (`imap::Session::list`).
    pub mailboxes: Names,
    /// What the names of the user's own mailboxes begin with, where NAMESPACE does not say so; its
    /// last character stands between levels (`imap::Session::connect`).
    pub top: Option<String>,
    /// It wants to be told who we are (ID) although it does not say so (`imap::Session::connect`).
    pub introduce: Option<bool>,
    /// Fewest seconds before it is connected to again after it refused (`account::watcher`).
    pub pause: Option<u32>,
    /// The most that it takes of a message, in octets, whatever SIZE says (`smtp::read_facts`).
    pub most_octets: Option<u64>,
}

/// What a refusal means that says these words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Words {
    /// Some of what it says, in small letters.
    pub says: String,
    /// What that means.
    pub means: Means,
    /// Of a row of every server: a code of the server's counts for more.
    #[serde(skip)]
    pub general: bool,
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// The same may be accepted later, without the user doing anything.
    Later,
    /// It will never be.
    Never,
    /// User name or password are the reason, or what they may do.
    Credential,
}

/// Names for people of mailboxes, in small letters.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Names {
    archive: Vec<String>,
    drafts: Vec<String>,
    junk: Vec<String>,
    sent: Vec<String>,
    trash: Vec<String>,
}

impl Names {
    fn all(&self) -> [(&Vec<String>, MailboxRole); 5] {
        [
            (&self.archive, MailboxRole::Archive),
            (&self.drafts, MailboxRole::Drafts),
            (&self.junk, MailboxRole::Junk),
            (&self.sent, MailboxRole::Sent),
            (&self.trash, MailboxRole::Trash),
        ]
    }

    fn then(&mut self, later: &Self) {
        self.archive.extend(later.archive.iter().cloned());
        self.drafts.extend(later.drafts.iter().cloned());
        self.junk.extend(later.junk.iter().cloned());
        self.sent.extend(later.sent.iter().cloned());
        self.trash.extend(later.trash.iter().cloned());
    }

    /// What a mailbox of this name is for.
    #[must_use]
    pub fn role(&self, name: &str) -> Option<MailboxRole> {
        let name = name.to_lowercase();
        self.all().into_iter().find_map(|(names, role)| names.contains(&name).then_some(role))
    }
}

/// Whether a text begins with a code that says why, so that its words, which may repeat an address or
/// the name of a mailbox, need not be asked: a response code (RFC 9051 section 7.1), or an enhanced
/// status code (RFC 3463) about an address, a mailbox or the room there.
fn says_why(said: &str) -> bool {
    let said = said.trim_start();
    let mut numbers = said.split_ascii_whitespace().next().unwrap_or_default().split('.');
    let class = numbers.next().is_some_and(|class| matches!(class, "2" | "4" | "5"));
    let subject = numbers.next().is_some_and(|subject| matches!(subject, "1" | "2" | "3"));
    said.starts_with('[') || class && subject && numbers.next().is_some()
}

impl Treatment {
    /// Adds what a later row says; what is said already stands.
    pub(super) fn then(&mut self, later: &Self) {
        let Self {
            deny,
            believe,
            words,
            files_sent,
            idle,
            poll,
            messages_at_once,
            set_octets,
            sizes,
            partial,
            keywords,
            uid_validity,
            mailboxes,
            top,
            introduce,
            pause,
            most_octets,
        } = later;
        for name in deny {
            if !self.believe.contains(name) && !self.deny.contains(name) {
                self.deny.push(name.clone());
            }
        }
        self.believe.extend(believe.iter().cloned());
        self.words.extend(words.iter().cloned());
        self.files_sent = self.files_sent.or(*files_sent);
        self.idle = self.idle.or(*idle);
        self.poll = self.poll.or(*poll);
        self.messages_at_once = self.messages_at_once.or(*messages_at_once);
        self.set_octets = self.set_octets.or(*set_octets);
        self.sizes = self.sizes.or(*sizes);
        self.partial = self.partial.or(*partial);
        self.keywords = self.keywords.or(*keywords);
        self.uid_validity = self.uid_validity.or(*uid_validity);
        self.mailboxes.then(mailboxes);
        self.top = self.top.take().or_else(|| top.clone());
        self.introduce = self.introduce.or(*introduce);
        self.pause = self.pause.or(*pause);
        self.most_octets = self.most_octets.or(*most_octets);
    }

    /// Whether something that the server offers is not believed.
    #[must_use]
    pub fn denies(&self, name: &str) -> bool {
        self.deny.iter().any(|denied| denied == name)
    }

    /// What a refusal with these words means, where a row says so.
    #[must_use]
    pub fn meaning(&self, said: &str) -> Option<Means> {
        let coded = says_why(said);
        let said = said.to_lowercase();
        let mut words = self.words.iter().filter(|words| !(words.general && coded));
        words.find(|words| said.contains(&words.says)).map(|words| words.means)
    }

    /// So many messages, or as many as the server takes in one command.
    pub(crate) fn at_once(&self, messages: usize) -> usize {
        let most = self.messages_at_once.and_then(|most| usize::try_from(most).ok());
        messages.min(most.unwrap_or(messages))
    }

    /// The field whose value cannot be used.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let within = |value: Option<u32>, range: RangeInclusive<u32>| {
            value.is_none_or(|value| range.contains(&value))
        };
        let names = |list: &[String]| {
            let plain = |name: &String| {
                (1..=TEXT).contains(&name.len())
                    && name.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_lowercase())
            };
            list.len() <= LIST && list.iter().all(plain)
        };
        let small =
            |text: &String| (1..=TEXT).contains(&text.len()) && *text == text.to_lowercase();
        let top = |top: &String| {
            top.len() <= TEXT
                && top.bytes().all(|b| b.is_ascii_graphic())
                && top.ends_with(['.', '/', '\\', '^', '|'])
        };
        [
            ("deny", names(&self.deny)),
            ("believe", names(&self.believe)),
            ("words", self.words.len() <= LIST && self.words.iter().all(|w| small(&w.says))),
            ("files-sent", within(self.files_sent, 1..=120)),
            ("idle", within(self.idle, 30..=1740)),
            ("poll", within(self.poll, 15..=3600)),
            ("messages-at-once", within(self.messages_at_once, 1..=10_000)),
            ("set-octets", within(self.set_octets, 20..=60_000)),
            (
                "mailboxes",
                self.mailboxes
                    .all()
                    .into_iter()
                    .all(|(list, _)| list.len() <= LIST && list.iter().all(small)),
            ),
            ("top", self.top.as_ref().is_none_or(top)),
            ("pause", within(self.pause, 1..=300)),
            ("most-octets", self.most_octets.is_none_or(|most| most >= 1000)),
        ]
        .into_iter()
        .find_map(|(field, good)| (!good).then_some(field))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Clues, Table};
    use super::*;

    #[test]
    fn a_code_counts_for_more_than_words_that_may_be_repeated() {
        let profile = Table::builtin().profile(&Clues::of_host("mail.example.com"));
        for (said, means) in [
            ("5.1.1 <ratelimit@example.com>: no such user", None),
            ("[CANNOT] no mailbox \"throttled\"", None),
            ("4.3.1 message size exceeds available storage", None),
            ("Rate limit reached", Some(Means::Later)),
            ("5.7.0 rate limit reached", Some(Means::Later)),
            ("Message too large", Some(Means::Never)),
        ] {
            assert_eq!(profile.meaning(said), means, "{said}");
        }
    }
}
