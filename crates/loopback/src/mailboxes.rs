//! The mailboxes of one user, as a value: what IMAP commands do to them, without any protocol text.
//!
//! Follows RFC 9051 (UIDs only grow, UIDVALIDITY), RFC 4315 (what a copy or append reports) and
//! RFC 7162 (one MODSEQ counter a user, every change of a message takes the next value). Pure: no
//! clock, no sockets; dates are passed in. Names are kept as they travel (modified UTF-7).
//!
//! Limits: [`MAX_MAILBOXES`] mailboxes, [`MAX_NAME`] octets a name, [`MAX_KEYWORDS`] keywords a
//! mailbox. Tests: `mod tests` and `tests/loopback`.

use std::{collections::BTreeSet, sync::Arc};

use aloud_model::{DateTime, Flag, Uid, UidValidity, imap::MailboxRole};

/// Most mailboxes of one user.
pub const MAX_MAILBOXES: usize = 1_000;
/// Longest mailbox name in octets.
pub const MAX_NAME: usize = 255;
/// Most different keywords in one mailbox.
pub const MAX_KEYWORDS: usize = 100;
/// The hierarchy separator.
pub const SEPARATOR: char = '/';

/// A message in a mailbox.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its UID.
    pub uid: Uid,
    /// Its flags.
    pub flags: BTreeSet<Flag>,
    /// INTERNALDATE.
    pub internal_date: DateTime,
    /// MODSEQ: the value of the user's counter at the last change.
    pub modseq: u64,
    /// The message, with CRLF line ends.
    pub octets: Arc<[u8]>,
}

/// One mailbox.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// Name in modified UTF-7, as on the wire.
    pub name: String,
    /// The special use.
    pub role: MailboxRole,
    /// UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// UIDNEXT.
    pub uid_next: u32,
    /// HIGHESTMODSEQ.
    pub highest_modseq: u64,
    /// Whether LSUB lists it.
    pub subscribed: bool,
    /// All keywords ever set in this mailbox.
    keywords: BTreeSet<Flag>,
    /// Messages by ascending UID.
    messages: Vec<Message>,
    /// What was removed, and at which MODSEQ.
    vanished: Vec<(Uid, u64)>,
}

impl Mailbox {
    /// All messages by ascending UID.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The UIDs that were removed after a MODSEQ, ascending.
    #[must_use]
    pub fn vanished_since(&self, modseq: u64) -> Vec<Uid> {
        let gone = self.vanished.iter().filter(|(_, at)| *at > modseq);
        let mut uids: Vec<Uid> = gone.map(|(uid, _)| *uid).collect();
        uids.sort_unstable();
        uids
    }

    /// The message with this UID.
    #[must_use]
    pub fn message(&self, uid: Uid) -> Option<&Message> {
        let at = self.messages.binary_search_by_key(&uid, |m| m.uid).ok()?;
        self.messages.get(at)
    }

    /// The number of messages without `\Seen`.
    #[must_use]
    pub fn unseen(&self) -> usize {
        self.messages.iter().filter(|m| !m.flags.contains(&Flag::Seen)).count()
    }

    /// Every keyword that was ever used here, as servers keep them.
    #[must_use]
    pub fn keywords(&self) -> &BTreeSet<Flag> {
        &self.keywords
    }

    /// Adds new keywords to the mailbox, up to [`MAX_KEYWORDS`].
    fn learn_keywords(&mut self, flags: &BTreeSet<Flag>) -> Result<(), Refusal> {
        let new = |f: &&Flag| is_keyword(f) && !self.keywords.contains(*f);
        let new: Vec<Flag> = flags.iter().filter(new).cloned().collect();
        if self.keywords.len() + new.len() > MAX_KEYWORDS {
            return Err(Refusal::Limit);
        }
        self.keywords.extend(new);
        Ok(())
    }

    /// Keywords are equal without case: the first spelling used in the mailbox stays.
    fn as_spelled(&self, flags: BTreeSet<Flag>) -> BTreeSet<Flag> {
        if flags.iter().all(|f| !matches!(f, Flag::Other(_))) {
            return flags;
        }
        let spell = |flag: Flag| {
            let same = |k: &&Flag| k.as_str().eq_ignore_ascii_case(flag.as_str());
            self.keywords.iter().find(same).cloned().unwrap_or(flag)
        };
        flags.into_iter().map(spell).collect()
    }
}

/// Whether a flag is a keyword (RFC 9051 section 2.3.2), not a system flag.
#[must_use]
pub fn is_keyword(flag: &Flag) -> bool {
    !flag.as_str().starts_with('\\')
}

/// Why a command on mailboxes was refused, with the response code of RFC 5530.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such mailbox.
    #[error("[NONEXISTENT] No such mailbox")]
    NoSuchMailbox,
    /// The target of COPY, MOVE or APPEND is missing (RFC 9051 section 6.3.12).
    #[error("[TRYCREATE] No such mailbox")]
    TryCreate,
    /// A mailbox of this name exists.
    #[error("[ALREADYEXISTS] Mailbox exists")]
    Exists,
    /// The name cannot be used.
    #[error("[CANNOT] Not a usable mailbox name")]
    BadName,
    /// INBOX and mailboxes with children cannot be deleted.
    #[error("[CANNOT] This mailbox cannot be removed or renamed")]
    Permanent,
    /// A limit of this server was reached.
    #[error("[LIMIT] Limit reached")]
    Limit,
}

/// The operation of STORE on flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// `FLAGS`.
    Replace,
    /// `+FLAGS`.
    Add,
    /// `-FLAGS`.
    Remove,
}

/// All mailboxes of one user.
#[derive(Debug, Clone)]
pub struct Mailboxes {
    list: Vec<Mailbox>,
    modseq: u64,
    validity: u32,
}

impl Default for Mailboxes {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Mailboxes {
    /// INBOX and the usual special-use mailboxes, all empty. UIDVALIDITY counts from `validity`.
    #[must_use]
    pub fn new(validity: u32) -> Self {
        let mut all = Self { list: Vec::new(), modseq: 1, validity };
        for (name, role) in [
            ("INBOX", MailboxRole::Inbox),
            ("Sent", MailboxRole::Sent),
            ("Drafts", MailboxRole::Drafts),
            ("Archive", MailboxRole::Archive),
            ("Trash", MailboxRole::Trash),
            ("Junk", MailboxRole::Junk),
        ] {
            all.push(name.to_owned(), role);
        }
        all
    }

    fn push(&mut self, name: String, role: MailboxRole) {
        let uid_validity = UidValidity(self.validity);
        self.validity = self.validity.wrapping_add(1).max(1);
        self.list.push(Mailbox {
            name,
            role,
            uid_validity,
            uid_next: 1,
            highest_modseq: self.modseq,
            subscribed: true,
            keywords: BTreeSet::new(),
            messages: Vec::new(),
            vanished: Vec::new(),
        });
    }

    /// Every mailbox, in order of creation.
    #[must_use]
    pub fn all(&self) -> &[Mailbox] {
        &self.list
    }

    /// One mailbox; INBOX without case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Mailbox> {
        self.list.iter().find(|m| same_name(&m.name, name))
    }

    fn get_mut(&mut self, name: &str) -> Result<&mut Mailbox, Refusal> {
        self.list.iter_mut().find(|m| same_name(&m.name, name)).ok_or(Refusal::NoSuchMailbox)
    }

    /// CREATE. Missing parents come into being, as RFC 9051 section 6.3.4 asks.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn create(&mut self, name: &str, role: MailboxRole) -> Result<(), Refusal> {
        let name = name.strip_suffix(SEPARATOR).unwrap_or(name);
        check_name(name)?;
        if self.get(name).is_some() {
            return Err(Refusal::Exists);
        }
        let ends = name.match_indices(SEPARATOR).map(|(at, _)| at);
        let parents: Vec<String> =
            ends.filter_map(|at| name.get(..at)).map(str::to_owned).collect();
        if self.list.len() + parents.len() >= MAX_MAILBOXES {
            return Err(Refusal::Limit);
        }
        for parent in parents {
            if self.get(&parent).is_none() {
                self.push(parent, MailboxRole::Plain);
            }
        }
        self.push(name.to_owned(), role);
        Ok(())
    }

    /// DELETE.
    ///
    /// # Errors
    /// [`Refusal`]; INBOX and mailboxes with children stay.
    pub fn delete(&mut self, name: &str) -> Result<(), Refusal> {
        let mailbox = self.get(name).ok_or(Refusal::NoSuchMailbox)?;
        if mailbox.role == MailboxRole::Inbox || self.has_children(&mailbox.name) {
            return Err(Refusal::Permanent);
        }
        self.list.retain(|m| !same_name(&m.name, name));
        Ok(())
    }

    /// RENAME, with the children. Renaming INBOX is refused.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), Refusal> {
        check_name(to)?;
        let mailbox = self.get(from).ok_or(Refusal::NoSuchMailbox)?;
        if mailbox.role == MailboxRole::Inbox {
            return Err(Refusal::Permanent);
        }
        if self.get(to).is_some() {
            return Err(Refusal::Exists);
        }
        let prefix = format!("{from}{SEPARATOR}");
        for mailbox in &mut self.list {
            if mailbox.name == from {
                to.clone_into(&mut mailbox.name);
            } else if let Some(rest) = mailbox.name.strip_prefix(&prefix) {
                mailbox.name = format!("{to}{SEPARATOR}{rest}");
            }
        }
        Ok(())
    }

    /// Whether a mailbox has children.
    #[must_use]
    pub fn has_children(&self, name: &str) -> bool {
        self.list
            .iter()
            .any(|m| m.name.strip_prefix(name).is_some_and(|rest| rest.starts_with(SEPARATOR)))
    }

    /// SUBSCRIBE or UNSUBSCRIBE.
    ///
    /// # Errors
    /// [`Refusal::NoSuchMailbox`].
    pub fn subscribe(&mut self, name: &str, on: bool) -> Result<(), Refusal> {
        self.get_mut(name)?.subscribed = on;
        Ok(())
    }

    /// APPEND or delivery: the message gets the next UID.
    ///
    /// # Errors
    /// [`Refusal::TryCreate`], [`Refusal::Limit`].
    pub fn append(
        &mut self,
        name: &str,
        octets: Arc<[u8]>,
        flags: BTreeSet<Flag>,
        internal_date: DateTime,
    ) -> Result<Uid, Refusal> {
        let modseq = self.modseq + 1;
        let mailbox = self.get_mut(name).map_err(|_| Refusal::TryCreate)?;
        let flags = mailbox.as_spelled(flags);
        mailbox.learn_keywords(&flags)?;
        let uid = Uid(mailbox.uid_next);
        mailbox.uid_next = mailbox.uid_next.checked_add(1).ok_or(Refusal::Limit)?;
        mailbox.highest_modseq = modseq;
        mailbox.messages.push(Message { uid, flags, internal_date, modseq, octets });
        self.modseq = modseq;
        Ok(uid)
    }

    /// Puts another message in the place of one, under its UID and the same UIDVALIDITY: what
    /// servers do that use UIDs again, against RFC 9051 section 2.3.1.1.
    ///
    /// # Errors
    /// [`Refusal::NoSuchMailbox`].
    pub fn replace(&mut self, name: &str, uid: Uid, octets: Arc<[u8]>) -> Result<(), Refusal> {
        let mailbox = self.get_mut(name)?;
        for message in mailbox.messages.iter_mut().filter(|message| message.uid == uid) {
            message.octets = Arc::clone(&octets);
        }
        Ok(())
    }

    /// STORE on the given messages; those that exist and really change get a new MODSEQ.
    ///
    /// # Errors
    /// [`Refusal::NoSuchMailbox`], [`Refusal::Limit`].
    pub fn store(
        &mut self,
        name: &str,
        uids: &[Uid],
        change: Change,
        flags: &BTreeSet<Flag>,
    ) -> Result<(), Refusal> {
        let modseq = self.modseq + 1;
        let mailbox = self.get_mut(name)?;
        let flags = &mailbox.as_spelled(flags.clone());
        if change != Change::Remove {
            mailbox.learn_keywords(flags)?;
        }
        let mut changed = false;
        for uid in uids {
            let Ok(at) = mailbox.messages.binary_search_by_key(uid, |m| m.uid) else { continue };
            let Some(message) = mailbox.messages.get_mut(at) else { continue };
            let after: BTreeSet<Flag> = match change {
                Change::Replace => flags.clone(),
                Change::Add => message.flags.union(flags).cloned().collect(),
                Change::Remove => message.flags.difference(flags).cloned().collect(),
            };
            if after != message.flags {
                message.flags = after;
                message.modseq = modseq;
                changed = true;
            }
        }
        if changed {
            mailbox.highest_modseq = modseq;
            self.modseq = modseq;
        }
        Ok(())
    }

    /// COPY: pairs of UIDs, source and copy, in ascending order of the source.
    ///
    /// # Errors
    /// [`Refusal::NoSuchMailbox`] for the source, [`Refusal::TryCreate`] for the target.
    pub fn copy(&mut self, from: &str, uids: &[Uid], to: &str) -> Result<Vec<(Uid, Uid)>, Refusal> {
        let source = self.get(from).ok_or(Refusal::NoSuchMailbox)?;
        if self.get(to).is_none() {
            return Err(Refusal::TryCreate);
        }
        let wanted: Vec<Message> =
            uids.iter().filter_map(|uid| source.message(*uid)).cloned().collect();
        let mut pairs = Vec::with_capacity(wanted.len());
        for m in wanted {
            pairs.push((m.uid, self.append(to, m.octets, m.flags, m.internal_date)?));
        }
        Ok(pairs)
    }

    /// Removes messages for good; those asked for that exist.
    ///
    /// # Errors
    /// [`Refusal::NoSuchMailbox`].
    pub fn remove(&mut self, name: &str, uids: &BTreeSet<Uid>) -> Result<(), Refusal> {
        let modseq = self.modseq + 1;
        let mailbox = self.get_mut(name)?;
        let before = mailbox.messages.len();
        let vanished = &mut mailbox.vanished;
        mailbox.messages.retain(|m| {
            let goes = uids.contains(&m.uid);
            if goes {
                vanished.push((m.uid, modseq));
            }
            !goes
        });
        if mailbox.messages.len() != before {
            mailbox.highest_modseq = modseq;
            self.modseq = modseq;
        }
        Ok(())
    }

    /// EXPUNGE: removes what carries `\Deleted`, of `only` when given.
    ///
    /// # Errors
    /// [`Refusal::NoSuchMailbox`].
    pub fn expunge(&mut self, name: &str, only: Option<&BTreeSet<Uid>>) -> Result<(), Refusal> {
        let mailbox = self.get(name).ok_or(Refusal::NoSuchMailbox)?;
        let gone = mailbox
            .messages
            .iter()
            .filter(|m| m.flags.contains(&Flag::Deleted))
            .map(|m| m.uid)
            .filter(|uid| only.is_none_or(|only| only.contains(uid)))
            .collect();
        self.remove(name, &gone)
    }

    /// As after a backup that was played back: what is there keeps its UIDs, mod-sequences are half of
    /// what they were, and which messages went is forgotten.
    pub fn play_back(&mut self) {
        self.modseq /= 2;
        for mailbox in &mut self.list {
            mailbox.highest_modseq /= 2;
            mailbox.vanished.clear();
            for message in &mut mailbox.messages {
                message.modseq /= 2;
            }
        }
    }

    /// Lets mod-sequences go on from here, as on a server that is years old.
    pub fn grow_old(&mut self) {
        self.modseq += 1 << 40;
    }

    /// Gives a mailbox a new UIDVALIDITY and its messages new UIDs from 1, as after a repair of the
    /// server's files.
    ///
    /// # Errors
    /// [`Refusal::NoSuchMailbox`].
    pub fn renumber(&mut self, name: &str) -> Result<UidValidity, Refusal> {
        let validity = self.validity;
        self.validity = self.validity.wrapping_add(1).max(1);
        self.modseq += 1;
        let modseq = self.modseq;
        let mailbox = self.get_mut(name)?;
        mailbox.uid_validity = UidValidity(validity);
        mailbox.highest_modseq = modseq;
        mailbox.vanished.clear();
        let mut next = 1;
        for message in &mut mailbox.messages {
            message.uid = Uid(next);
            message.modseq = modseq;
            next += 1;
        }
        mailbox.uid_next = next;
        Ok(mailbox.uid_validity)
    }
}

/// Two names of one mailbox: INBOX in any case, everything else exactly.
fn same_name(a: &str, b: &str) -> bool {
    a == b || (a.eq_ignore_ascii_case("INBOX") && b.eq_ignore_ascii_case("INBOX"))
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let fine = !name.is_empty()
        && name.len() <= MAX_NAME
        && name.chars().all(|c| (' '..='~').contains(&c) && !matches!(c, '*' | '%' | '"' | '\\'))
        && name.split(SEPARATOR).all(|piece| !piece.is_empty());
    if fine { Ok(()) } else { Err(Refusal::BadName) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(names: &[&str]) -> BTreeSet<Flag> {
        names.iter().map(|n| Flag::parse(n)).collect()
    }

    fn filled() -> Mailboxes {
        let mut m = Mailboxes::new(7);
        for text in ["one", "two", "three"] {
            let octets = Arc::from(text.as_bytes());
            m.append("inbox", octets, BTreeSet::new(), DateTime::utc(0)).expect("INBOX exists");
        }
        m
    }

    #[test]
    fn uids_never_come_back() {
        let mut m = filled();
        m.store("INBOX", &[Uid(3)], Change::Add, &flags(&["\\Deleted"])).expect("there");
        m.expunge("INBOX", None).expect("there");
        let new =
            m.append("INBOX", Arc::from(&b"x"[..]), BTreeSet::new(), DateTime::utc(0)).expect("");
        assert_eq!(new, Uid(4));
        assert_eq!(m.get("INBOX").map(|b| b.messages().len()), Some(3));
    }

    #[test]
    fn modseq_grows_only_with_changes() {
        let mut m = filled();
        let before = m.get("INBOX").map(|b| b.highest_modseq);
        m.store("INBOX", &[Uid(1)], Change::Remove, &flags(&["\\Seen"])).expect("there");
        assert_eq!(m.get("INBOX").map(|b| b.highest_modseq), before);
        m.store("INBOX", &[Uid(1)], Change::Add, &flags(&["\\Seen"])).expect("there");
        assert!(m.get("INBOX").map(|b| b.highest_modseq) > before);
    }

    #[test]
    fn copy_keeps_flags_and_reports_pairs() {
        let mut m = filled();
        m.store("INBOX", &[Uid(2)], Change::Replace, &flags(&["\\Seen", "$MDNSent"])).expect("");
        assert_eq!(m.copy("INBOX", &[Uid(2), Uid(9)], "Archive"), Ok(vec![(Uid(2), Uid(1))]));
        assert_eq!(m.copy("INBOX", &[Uid(2)], "Nowhere"), Err(Refusal::TryCreate));
        let copy = m.get("Archive").and_then(|b| b.message(Uid(1))).expect("copied");
        assert_eq!(copy.flags, flags(&["\\Seen", "$MDNSent"]));
    }

    #[test]
    fn names_are_checked_and_parents_made() {
        let mut m = filled();
        assert_eq!(m.create("a/b/c", MailboxRole::Plain), Ok(()));
        assert!(m.get("a").is_some() && m.has_children("a/b"));
        assert_eq!(m.delete("a/b"), Err(Refusal::Permanent));
        assert_eq!(m.rename("a", "z"), Ok(()));
        assert!(m.get("z/b/c").is_some());
        for bad in ["", "a//b", "a*", "caf\u{e9}", "x\r\ny"] {
            assert_eq!(m.create(bad, MailboxRole::Plain), Err(Refusal::BadName), "{bad:?}");
        }
        assert_eq!(m.create("inbox", MailboxRole::Plain), Err(Refusal::Exists));
    }

    #[test]
    fn renumbering_changes_the_validity() {
        let mut m = filled();
        let before = m.get("INBOX").map(|b| b.uid_validity);
        m.remove("INBOX", &BTreeSet::from([Uid(1)])).expect("there");
        let after = m.renumber("INBOX").expect("there");
        assert_ne!(before, Some(after));
        let uids: Vec<_> = m.get("INBOX").expect("").messages().iter().map(|m| m.uid.0).collect();
        assert_eq!(uids, [1, 2]);
    }
}
