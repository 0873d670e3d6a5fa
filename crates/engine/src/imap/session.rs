//! A signed-in connection and what can be asked over it.

mod changes;
mod headers;
mod idle;
mod notify;
mod opening;
mod room;
mod slices;
mod treated;

use std::{collections::HashSet, sync::Arc, time::Duration};

use super::{
    Answer,
    command::{Command, UidSet},
    link::{Done, Link},
    names,
    namespace::{Namespace, Namespaces, Owner},
    read::read_seen,
    reply::Reply,
    sign_in::{Signed, sign_in},
    types::{Head, Listed, SeenFlags, Selected, Stored},
};
use crate::{
    content::Content,
    net::{Dialer, Shunned, Traffic, Trust, Wire},
    servers::{Clues, Means},
    types::{AccountSettings, Error, Fault, Security},
};
use aloud_model::{DateTime, Flag, Secret, Uid, imap::MailboxRole};
use async_imap::imap_proto::{MailboxDatum, Response};
use changes::Changes;
use opening::{capabilities, hung_up, said_goodbye, start_tls};

/// Names of mailboxes, and octets of one.
const NAMES: (usize, usize) = (20_000, 1000);
/// Octets of all names.
const LISTED: u64 = 16 << 20;
/// Octets besides the data that was asked for: one literal of any size, and what is told unasked.
pub(super) const BESIDES: u64 = 72 << 20;
/// Flags in one answer.
const FLAGS: usize = 3_000_000;
/// Octets of all flags in one answer.
const FLAGGED: u64 = 96 << 20;
/// How long signing off may take.
const LOGOUT: Duration = Duration::from_secs(2);

/// A signed-in connection. Any error other than [`Error::Server`], [`Error::Invalid`] and
/// [`Error::NotFound`] is its end; all later calls then fail the same way.
pub struct Session {
    link: Link,
    capabilities: Vec<String>,
    /// The last LIST was understood to its end.
    listed_whole: bool,
    /// Header blocks that came before the connection broke.
    came: Vec<Head>,
    changes: Changes,
    /// Whether the server tells of all mailboxes; `None` before it was asked to.
    notified: Option<bool>,
    clues: Clues,
}

impl Session {
    /// Connects, signs in and introduces itself.
    ///
    /// # Errors
    /// [`Error::NoEncryption`], [`Error::Certificate`] and [`Error::Unreachable`] before anything
    /// secret was sent; [`Error::Auth`] when the server does not accept the credentials.
    pub async fn connect(
        dialer: &dyn Dialer,
        settings: &AccountSettings,
        password: &Secret,
        product: &str,
        traffic: Arc<Traffic>,
    ) -> Result<Self, Error> {
        let mut session = Self::signed_in(dialer, settings, password, &traffic).await?;
        if (session.has("ID") || session.profile().introduce == Some(true))
            && !traffic.shuns(Shunned::Id)
            && let Err(error) = session.introduce(product).await
        {
            // Some servers hang up on it, with BYE or, twice, without: a line may be cut at any moment.
            // The mail behind them is worth a second try.
            let again = traffic.shuns(Shunned::IdTwice);
            traffic.set_shunned(Shunned::IdTwice, hung_up(&error));
            if said_goodbye(&error) || (again && hung_up(&error)) {
                traffic.set_shunned(Shunned::Id, true);
            }
            session = Self::signed_in(dialer, settings, password, &traffic).await?;
        }
        session.learn();
        traffic.set_profile(Arc::clone(&session.link.profile));
        if session.has("COMPRESS=DEFLATE")
            && !traffic.shuns(Shunned::Compress)
            && session.compress().await.is_err()
        {
            traffic.set_shunned(Shunned::Compress, true);
            session = Self::signed_in(dialer, settings, password, &traffic).await?;
        }
        session.learn_namespaces().await?;
        Ok(session)
    }

    /// Connects, encrypted as the settings say, and signs off; nobody signs in.
    ///
    /// # Errors
    /// As [`Self::connect`] before anything secret is sent.
    pub async fn greet(dialer: &dyn Dialer, settings: &AccountSettings) -> Result<(), Error> {
        let (session, _) = Self::open(dialer, settings, &Arc::default()).await?;
        session.logout().await;
        Ok(())
    }

    async fn signed_in(
        dialer: &dyn Dialer,
        settings: &AccountSettings,
        password: &Secret,
        traffic: &Arc<Traffic>,
    ) -> Result<Self, Error> {
        let mut plan = None;
        loop {
            let (mut session, signed_in) = Self::open(dialer, settings, traffic).await?;
            session.learn();
            if signed_in {
                return Ok(session);
            }
            let believed = session.believed();
            let Self { link, capabilities, .. } = &mut session;
            let fresh = match sign_in(link, &believed, settings, password, &mut plan).await? {
                Signed::In(fresh) => fresh,
                Signed::HungUp => continue,
            };
            match fresh {
                Some(told) => *capabilities = told,
                None => match self::capabilities(link).await {
                    // What was told before is all there is.
                    Err(Error::Server(_)) => {}
                    told => *capabilities = told?,
                },
            }
            session.learn();
            return Ok(session);
        }
    }

    /// Connects and learns what the server can do; whether it has signed us in already.
    async fn open(
        dialer: &dyn Dialer,
        settings: &AccountSettings,
        traffic: &Arc<Traffic>,
    ) -> Result<(Self, bool), Error> {
        let server = &settings.imap;
        let pins = settings.pins_of(&server.host);
        let trust = Trust::for_server(server, settings.ca_pem.as_deref(), pins).await?;
        let wire = Wire::open(dialer, server, &trust, Arc::clone(traffic)).await?;
        let (mut link, greeting) = if server.security == Security::StartTls {
            let plain = Wire::or_expects_tls(dialer, server, &trust, start_tls(wire)).await?;
            let wire = plain.upgrade(&server.host, &trust).await?;
            // Nothing that was said before the handshake counts, capabilities included.
            (Link::new(wire), (false, None))
        } else {
            let mut link = Link::new(wire);
            let greeting = link.greeting().await?;
            (link, greeting)
        };
        let (signed_in, told) = greeting;
        let capabilities = match told {
            Some(capabilities) => capabilities,
            None => capabilities(&mut link).await?,
        };
        let (came, changes) = (Vec::new(), Changes::default());
        let mut clues = Clues::of_host(&server.host);
        clues.greeted(&link.greeted);
        let session =
            Self { link, capabilities, listed_whole: true, came, changes, notified: None, clues };
        Ok((session, signed_in))
    }

    /// COMPRESS (RFC 4978). A server that would not is not asked again.
    async fn compress(&mut self) -> Result<(), Error> {
        if !self.link.compress().await? {
            self.link.traffic().set_shunned(Shunned::Compress, true);
        }
        Ok(())
    }

    /// NAMESPACE (RFC 2342), once an account.
    async fn learn_namespaces(&mut self) -> Result<(), Error> {
        if self.link.traffic().namespaces().is_some() {
            return Ok(());
        }
        if !self.has("NAMESPACE") {
            if let Some(top) = self.profile().top.clone() {
                self.link.traffic().set_namespaces(Namespaces::under(top));
            }
            return Ok(());
        }
        // NO and BAD are no harm.
        self.link.run(&Command::new("NAMESPACE"), &mut |_| {}).await?;
        let told = self.link.namespaces.take().unwrap_or_default();
        self.link.traffic().set_namespaces(told);
        Ok(())
    }

    /// Whose mailboxes lie where, as far as the server tells.
    #[must_use]
    pub fn namespaces(&self) -> Arc<Namespaces> {
        self.link.traffic().namespaces().unwrap_or_default()
    }

    /// ID (RFC 2971), where the server has it: some hide everything from clients that do not say who
    /// they are, others end the connection of a client that says so unasked.
    async fn introduce(&mut self, product: &str) -> Result<(), Error> {
        let (name, version) = product.rsplit_once(' ').unwrap_or((product, "0"));
        let command =
            Command::new("ID (\"name\"").string(name).word("\"version\"").string(version).glue(")");
        // NO and BAD are no harm.
        self.link.run(&command, &mut |_| {}).await?;
        self.link.traffic().set_shunned(Shunned::IdTwice, false);
        Ok(())
    }

    /// All mailboxes. Each role is given once.
    ///
    /// # Errors
    /// When the answer is not complete, or names no mailbox: then nothing is known.
    pub async fn list(&mut self) -> Result<Vec<Listed>, Error> {
        let mut rows: Vec<(Listed, Option<MailboxRole>, Option<String>)> = Vec::new();
        let (mut long, mut many) = (false, false);
        let command = self.list_command().at_most(LISTED);
        let done = self
            .link
            .run(&command, &mut |response| {
                if let Response::MailboxData(MailboxDatum::List(item)) = response {
                    let name = names::unescape(&item.name);
                    long |= name.len() > NAMES.1;
                    many |= rows.len() >= NAMES.0;
                    if name.len() > NAMES.1 || many || name.is_empty() {
                        return;
                    }
                    let selectable = !item.name_attributes.iter().any(|attribute| {
                        use async_imap::imap_proto::NameAttribute::{Extension, NoSelect};
                        match attribute {
                            NoSelect => true,
                            Extension(name) => name.eq_ignore_ascii_case("\\NonExistent"),
                            _ => false,
                        }
                    });
                    let role = names::role(&item.name_attributes, &name);
                    let delimiter = item.delimiter.as_deref().map(names::unescape);
                    let decoded = names::decode(&name);
                    let listed = Listed { name, decoded, role: MailboxRole::Plain, selectable };
                    rows.push((listed, role, delimiter));
                }
            })
            .await?;
        if matches!(done, Done::No(_) | Done::Bad(_)) && self.list_without_status() {
            return Box::pin(self.list()).await;
        }
        done.ok()?;
        if many {
            return Err(Error::Protocol(Fault::TooMuch));
        }
        self.listed_whole = !long && !self.link.has_skipped(Answer::List);
        // There is always an INBOX.
        if rows.is_empty() {
            return Err(Error::Protocol(Fault::NoMailbox));
        }
        let namespaces = self.namespaces();
        let top = namespaces.personal().map(Namespace::top).unwrap_or_default();
        let mut taken: Vec<MailboxRole> = Vec::new();
        // What the server says of them, then its profile, then what they are called anywhere.
        for by in [Names::Server, Names::Profile, Names::Anywhere] {
            for (listed, role, delimiter) in &mut rows {
                // What others sent, threw away or keep is not the user's.
                if namespaces.owner(&listed.name) != Owner::Personal {
                    continue;
                }
                let decoded =
                    || names::decode(listed.name.strip_prefix(&top).unwrap_or(&listed.name));
                let role = match by {
                    Names::Server => *role,
                    Names::Profile => self.profile().mailboxes.role(&decoded()),
                    Names::Anywhere => names::role_by_name(&decoded(), delimiter.as_deref()),
                };
                if let Some(role) = role
                    && listed.selectable
                    && listed.role == MailboxRole::Plain
                    && !taken.contains(&role)
                {
                    taken.push(role);
                    listed.role = role;
                }
            }
        }
        let mut names = HashSet::new();
        Ok(rows.into_iter().map(|row| row.0).filter(|row| names.insert(row.name.clone())).collect())
    }

    /// Whether the last [`Self::list`] understood all that the server said: only then is a mailbox
    /// that is not named none.
    #[must_use]
    pub fn listed_whole(&self) -> bool {
        self.listed_whole
    }

    /// Whether answers about messages were left out since the last command began.
    #[must_use]
    pub fn left_out(&self) -> bool {
        self.link.has_skipped(Answer::Fetch)
    }

    /// Selects a mailbox for reading and writing.
    ///
    /// # Errors
    /// [`Error::Server`] when the server will not.
    pub async fn select(&mut self, wire_name: &str) -> Result<Selected, Error> {
        Ok(self.select_since(wire_name, None).await?.0)
    }

    /// Flags of the messages from `first` to `last`, or of those of them that changed after a
    /// MODSEQ. Ascending.
    ///
    /// # Errors
    /// As [`Self::fetch_heads`]. Only an `Ok` is a complete list.
    pub async fn fetch_flags(
        &mut self,
        first: u32,
        last: u32,
        changed_since: Option<u64>,
    ) -> Result<Vec<SeenFlags>, Error> {
        let mut command =
            Command::new("UID FETCH").set(&UidSet::range(first, last)).word("(UID FLAGS)");
        let mut many = 0usize;
        if let Some(modseq) = changed_since {
            command = command.word("(CHANGEDSINCE ").number(modseq).glue(")");
        }
        let command = command.at_most(FLAGGED);
        let mut seen: Vec<SeenFlags> = Vec::new();
        let done = self
            .link
            .run(&command, &mut |response| {
                if let Response::Fetch(_, items) = response
                    && let Some(flags) = read_seen(items)
                    && (first..=last).contains(&flags.uid.0)
                    && many < FLAGS
                {
                    many += flags.flags.len();
                    seen.push(flags);
                }
            })
            .await?;
        done.ok()?;
        if many >= FLAGS {
            return Err(Error::Protocol(Fault::TooMuch));
        }
        Ok(in_order(seen))
    }

    /// Sets or clears flags.
    ///
    /// # Errors
    /// When the connection broke: it may have been done or not; doing it again is harmless.
    pub async fn store(
        &mut self,
        uids: &[Uid],
        add: bool,
        flags: &[Flag],
    ) -> Result<Stored, Error> {
        for set in self.sets(uids) {
            let item = if add { "+FLAGS.SILENT" } else { "-FLAGS.SILENT" };
            let command = Command::new("UID STORE").set(&set).word(item).flags(flags)?;
            if let Some(refused) = self.change(&command).await? {
                return Ok(refused);
            }
        }
        Ok(Stored::Done)
    }

    /// Moves messages by MOVE (RFC 6851), which the server must have.
    ///
    /// # Errors
    /// When the connection broke; doing it again is harmless.
    pub async fn move_to(&mut self, uids: &[Uid], wire_name: &str) -> Result<Stored, Error> {
        for set in self.sets(uids) {
            let command = Command::new("UID MOVE").set(&set).mailbox(wire_name);
            match self.link.run(&command, &mut |_| {}).await? {
                Done::Ok { .. } => {}
                Done::Bad(reply) if reply.code.is_none() && reply.means.is_none() => {
                    // It tells MOVE and does not know it: the next try is by COPY.
                    self.link.traffic().set_shunned(Shunned::Move, true);
                    return Ok(Stored::Refused(Reply { means: Some(Means::Later), ..reply }));
                }
                Done::No(reply) | Done::Bad(reply) => return Ok(Stored::Refused(reply)),
            }
        }
        Ok(Stored::Done)
    }

    /// Makes a mailbox.
    ///
    /// # Errors
    /// When the connection broke.
    pub async fn create(&mut self, wire_name: &str) -> Result<Stored, Error> {
        let command = Command::new("CREATE").mailbox(wire_name);
        Ok(self.change(&command).await?.unwrap_or(Stored::Done))
    }

    /// Copies messages.
    ///
    /// # Errors
    /// When the connection broke; doing it again may make a second copy.
    pub async fn copy(&mut self, uids: &[Uid], wire_name: &str) -> Result<Stored, Error> {
        for set in self.sets(uids) {
            let command = Command::new("UID COPY").set(&set).mailbox(wire_name);
            if let Some(refused) = self.change(&command).await? {
                return Ok(refused);
            }
        }
        Ok(Stored::Done)
    }

    /// Removes messages for good, and only these: UID EXPUNGE (RFC 4315), or EXPUNGE when nobody
    /// else marked anything; else they stay marked `\Deleted`.
    ///
    /// # Errors
    /// When the connection broke; doing it again is harmless.
    pub async fn expunge(&mut self, uids: &[Uid]) -> Result<Stored, Error> {
        self.expunge_with(uids, &mut HashSet::new()).await
    }

    /// [`Self::expunge`]; those of this mailbox that we left marked before are in `left`, and go with
    /// the next EXPUNGE.
    ///
    /// # Errors
    /// As [`Self::expunge`].
    pub async fn expunge_with(
        &mut self,
        uids: &[Uid],
        left: &mut HashSet<Uid>,
    ) -> Result<Stored, Error> {
        if let refused @ Stored::Refused(_) = self.store(uids, true, &[Flag::Deleted]).await? {
            return Ok(refused);
        }
        let shunned = self.link.traffic().shuns(Shunned::UidExpunge);
        let implied = self.has("IMAP4REV2") && !self.profile().denies("UIDPLUS") && !shunned;
        if self.has("UIDPLUS") || implied {
            let mut known = true;
            for set in self.sets(uids) {
                let command = Command::new("UID EXPUNGE").set(&set);
                match self.link.run(&command, &mut |_| {}).await? {
                    Done::Ok { .. } => {}
                    Done::Bad(reply) if reply.code.is_none() && reply.means.is_none() => {
                        self.link.traffic().set_shunned(Shunned::UidExpunge, true);
                        known = false;
                        break;
                    }
                    Done::No(reply) | Done::Bad(reply) => return Ok(Stored::Refused(reply)),
                }
            }
            if known {
                return Ok(Stored::Done);
            }
        }
        // Before anything can fail: they are marked by now, and the next EXPUNGE may take them along.
        left.extend(uids);
        let marked = self.search(&Command::new("UID SEARCH DELETED")).await?;
        if marked.iter().all(|uid| left.contains(uid)) {
            match self.change(&Command::new("EXPUNGE")).await? {
                None => left.clear(),
                Some(Stored::Refused(reply)) if reply.passes() => {
                    return Ok(Stored::Refused(reply));
                }
                // Marked as deleted is all that can be had; the next EXPUNGE takes them along.
                Some(_) => {}
            }
        }
        Ok(Stored::Done)
    }

    /// Adds a message (canonical CRLF) to a mailbox.
    ///
    /// # Errors
    /// When the connection broke: it may have been done; search before doing it again.
    pub async fn append(
        &mut self,
        wire_name: &str,
        flags: &[Flag],
        date: DateTime,
        message: impl Into<Content>,
    ) -> Result<Stored, Error> {
        let message = message.into();
        let command =
            Command::new("APPEND").mailbox(wire_name).flags(flags)?.date(date).content(message);
        Ok(self.change(&command).await?.unwrap_or(Stored::Done))
    }

    /// UIDs of messages of the selected mailbox with this Message-ID (without brackets).
    ///
    /// # Errors
    /// When the server did not say OK: then nothing is known.
    pub async fn search_message_id(&mut self, message_id: &str) -> Result<Vec<Uid>, Error> {
        let command = Command::new("UID SEARCH HEADER Message-ID").string(message_id);
        self.search(&command).await
    }

    /// UIDs of messages of the selected mailbox of exactly this many octets.
    ///
    /// # Errors
    /// As [`Self::search_message_id`].
    pub async fn search_size(&mut self, octets: u64) -> Result<Vec<Uid>, Error> {
        let command = Command::new("UID SEARCH LARGER ")
            .number(octets.saturating_sub(1))
            .word("SMALLER ")
            .number(octets.saturating_add(1));
        self.search(&command).await
    }

    /// UIDs of all messages of the selected mailbox, for one whose flags cannot be read to the end.
    ///
    /// # Errors
    /// As [`Self::search_message_id`].
    pub async fn search_all(&mut self) -> Result<Vec<Uid>, Error> {
        let mut all = self.search(&Command::new("UID SEARCH ALL")).await?;
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    async fn search(&mut self, command: &Command) -> Result<Vec<Uid>, Error> {
        let mut found = Vec::new();
        let done = self
            .link
            .run(command, &mut |response| {
                if let Response::MailboxData(MailboxDatum::Search(uids)) = response {
                    found.extend(uids.iter().copied().map(Uid));
                }
            })
            .await?;
        done.ok()?;
        // What could not be read may have named anything; nothing found would be a guess.
        if self.link.has_skipped(Answer::Search) {
            return Err(Error::Protocol(Fault::Unreadable));
        }
        Ok(found)
    }

    async fn change(&mut self, command: &Command) -> Result<Option<Stored>, Error> {
        Ok(match self.link.run(command, &mut |_| {}).await? {
            Done::Ok { .. } => None,
            Done::No(reply) | Done::Bad(reply) => Some(Stored::Refused(reply)),
        })
    }

    /// Signs off, within a few seconds, and closes.
    pub async fn logout(mut self) {
        let command = Command::new("LOGOUT");
        let _ = tokio::time::timeout(LOGOUT, self.link.run(&command, &mut |_| {})).await;
    }
}

/// Who says what a mailbox is for.
#[derive(Debug, Clone, Copy)]
enum Names {
    Server,
    Profile,
    Anywhere,
}

/// By their UIDs. Of two answers about one message the later is right.
fn in_order(mut seen: Vec<SeenFlags>) -> Vec<SeenFlags> {
    seen.reverse();
    seen.sort_by_key(|flags| flags.uid);
    seen.dedup_by_key(|flags| flags.uid);
    seen
}
