//! What the account task asks of the local store. [`Sink`] is implemented by `store::Store`; tests
//! of the task bring their own in memory.
//!
//! Rules that hold for every method: it returns after its transaction is durable; it never waits
//! for the network; a UID means something only together with the mailbox's current UIDVALIDITY.

use std::time::Duration;

use super::{care::Care, identity::Identity};
use crate::{
    content::Content,
    imap::{Head, Listed, SeenFlags},
    types::Error,
};
use aloud_model::{
    AccountId, DateTime, Flag, MailboxId, MessageKey, Uid, UidValidity, imap::MailboxRole,
};

/// What the store knows of a mailbox before a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxState {
    /// Its row.
    pub id: MailboxId,
    /// The name as the server spells it.
    pub wire_name: String,
    /// What it is for.
    pub role: MailboxRole,
    /// It can be selected.
    pub selectable: bool,
    /// UIDVALIDITY of the cache; `None` before the first pass.
    pub uid_validity: Option<UidValidity>,
    /// Every message below this UID has been asked for; 0 or 1 before the first pass.
    pub uid_next: u32,
    /// HIGHESTMODSEQ up to which flags are known; 0 when unknown.
    pub highest_modseq: u64,
}

/// How far a pass got; written only after everything below it was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassEnd {
    /// Every message below this UID has been asked for.
    pub uid_next: u32,
    /// HIGHESTMODSEQ up to which flags are known; 0 when the server has none.
    pub highest_modseq: u64,
    /// The mailbox takes keywords such as `$MDNSent` (PERMANENTFLAGS).
    pub keywords: bool,
}

/// What a batch of header blocks did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrived {
    /// Messages that were not known before.
    pub new: Vec<MessageKey>,
    /// Known messages whose row changed (a place confirmed, a delivery reported).
    pub changed: Vec<MessageKey>,
}

/// A message of which the store wants a longer beginning, so that it can say what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrefixWant {
    /// The message.
    pub key: MessageKey,
    /// Its UID in the mailbox asked about.
    pub uid: Uid,
    /// Octets stored already; the slice starts here.
    pub have: u64,
    /// Octets wanted from the start (16 KiB, 32, 64, at most 128 KiB, or the whole size); more may come.
    pub want: u64,
    /// RFC822.SIZE; 0 when not known. A short answer before it is torn, not the end.
    pub size: u64,
}

/// More of the beginning of a message, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// The message.
    pub key: MessageKey,
    /// Octets that were stored already.
    pub offset: u64,
    /// Those straight after them. None: the beginning could not be fetched or is at its end, and is
    /// not wanted again.
    pub octets: Vec<u8>,
    /// The message ends here.
    pub end: bool,
}

/// Where a message can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyPlace {
    /// Its mailbox.
    pub mailbox: MailboxId,
    /// The mailbox's name as the server spells it.
    pub wire_name: String,
    /// UIDVALIDITY under which `uid` was learned.
    pub uid_validity: UidValidity,
    /// Its UID.
    pub uid: Uid,
    /// RFC822.SIZE; 0 when not known.
    pub size: u64,
    /// Octets stored already, from the start without holes.
    pub have: u64,
    /// The whole is stored.
    pub complete: bool,
}

/// Something the user wants of the server. The local effect is already visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// Its row.
    pub id: i64,
    /// The mailbox it works on, as the server spells it; for an append the one appended to.
    pub wire_name: String,
    /// UIDVALIDITY under which the UIDs were learned; not looked at for an append.
    pub uid_validity: UidValidity,
    /// What to do.
    pub kind: OpKind,
    /// The message that is meant, where its UID must be confirmed before it is moved.
    pub identity: Option<Identity>,
    /// How often it was begun before.
    pub attempts: u32,
}

/// What an [`Op`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpKind {
    /// Sets or clears flags.
    Store {
        /// Of these messages.
        uids: Vec<Uid>,
        /// Set, else clear.
        add: bool,
        /// These flags.
        flags: Vec<Flag>,
    },
    /// Moves to another mailbox.
    Move {
        /// These messages.
        uids: Vec<Uid>,
        /// There, as the server spells it.
        to: String,
    },
    /// Files a message, unless one with the same Message-ID is there already.
    Append {
        /// With these flags.
        flags: Vec<Flag>,
        /// With this INTERNALDATE.
        date: DateTime,
        /// Message-ID without brackets, searched for first.
        message_id: String,
        /// The message, canonical CRLF.
        octets: Content,
    },
}

/// How many operations may be carried out together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSize {
    /// That set or clear flags.
    pub stores: usize,
    /// That move: their messages are confirmed first.
    pub moves: usize,
    /// They move by COPY: a message without Message-ID, of which nobody can tell afterwards whether
    /// its copy is there, goes alone.
    pub by_copy: bool,
}

/// Something of an account is ours until this is dropped.
pub struct Taken(
    /// What holds them.
    pub Box<dyn std::any::Any + Send>,
);

/// How an [`Op`] ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpEnd {
    /// The server confirmed it (or, for an append, had the message already).
    Done,
    /// It will not be done: take the local effect back.
    Refused(OpRefusal),
    /// The UIDs mean nothing any more (UIDVALIDITY changed): drop it.
    Stale,
}

/// Why an [`Op`] will not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpRefusal {
    /// The server said NO or BAD; its words.
    Server(String),
    /// The mailbox does not keep that flag (PERMANENTFLAGS).
    FlagNotKept,
    /// The mailbox does not exist any more.
    MailboxGone,
}

/// The local store, as far as the account task needs it.
#[async_trait::async_trait]
pub trait Sink: Care + Send + Sync + 'static {
    /// Writes a complete LIST: adds and renames rows, removes those that are not named. Returns all
    /// mailboxes of the account.
    async fn put_mailboxes(
        &self,
        account: AccountId,
        listed: Vec<Listed>,
    ) -> Result<Vec<MailboxState>, Error>;

    /// UIDVALIDITY is new or another than stored: empties the mailbox's UIDs and ends operations
    /// that name them, keeps appends (RFC 4549 section 4.1); bodies are bound again by Message-ID
    /// when their header blocks come. `uid_next` and `highest_modseq` start over at 0.
    async fn rebind(&self, mailbox: MailboxId, uid_validity: UidValidity) -> Result<(), Error>;

    /// Stores header blocks, in one transaction. A UID that is known already changes nothing but
    /// its flags.
    async fn put_heads(&self, mailbox: MailboxId, heads: Vec<Head>) -> Result<Arrived, Error>;

    /// Stores flags as the server has them, except where an operation of ours waits. Unknown UIDs
    /// are ignored; nothing is written when nothing differs. Returns what changed.
    async fn put_flags(
        &self,
        mailbox: MailboxId,
        seen: Vec<SeenFlags>,
    ) -> Result<Vec<MessageKey>, Error>;

    /// Whether the store holds so many messages of a mailbox that the server has shown, and waits for
    /// none that it has not.
    async fn is_settled(&self, mailbox: MailboxId, messages: u32) -> Result<bool, Error>;

    /// UIDs that the store holds in a mailbox, ascending.
    async fn known_uids(&self, mailbox: MailboxId) -> Result<Vec<Uid>, Error>;

    /// The server has taken these away (the task has made sure, reliability G6). Returns the keys.
    async fn forget(&self, mailbox: MailboxId, uids: Vec<Uid>) -> Result<Vec<MessageKey>, Error>;

    /// A pass is complete.
    async fn finish_pass(&self, mailbox: MailboxId, end: PassEnd) -> Result<(), Error>;

    /// Messages of this mailbox whose beginning is wanted, newest first, at most `limit`. A message
    /// is asked for again, with a longer `want`, until the store knows enough.
    async fn prefix_wants(&self, mailbox: MailboxId, limit: u32) -> Result<Vec<PrefixWant>, Error>;

    /// Stores beginnings, each as [`Self::put_octets`] does, in few transactions. Returns keys whose
    /// rows changed.
    async fn put_beginnings(&self, came: Vec<Beginning>) -> Result<Vec<MessageKey>, Error>;

    /// Messages whose whole is worth fetching before anybody asks, in that order.
    async fn body_wants(&self, account: AccountId) -> Result<Vec<MessageKey>, Error>;

    /// Where a message is; `None` when it is gone or not yet confirmed by the server.
    async fn body_place(&self, key: MessageKey) -> Result<Option<BodyPlace>, Error>;

    /// More octets, straight after those that are there (`offset` = octets stored so far; a
    /// repeated slice is ignored). `end` = the message ends here: it is complete. Classifies again
    /// when that tells more; returns keys whose rows changed.
    async fn put_octets(
        &self,
        key: MessageKey,
        offset: u64,
        octets: Vec<u8>,
        end: bool,
    ) -> Result<Vec<MessageKey>, Error>;

    /// Takes the account's operations for as long as the answer is held; `None` while another
    /// process has them. Only one may carry them out: a copy or an append must not happen twice.
    async fn take_ops(&self, account: AccountId) -> Result<Option<Taken>, Error>;

    /// Takes the passes over the account's mailboxes for as long as the answer is held; `None` while
    /// another process looks. Two that compare at once would take each other's news for gone.
    async fn take_pass(&self, account: AccountId) -> Result<Option<Taken>, Error>;

    /// Whether [`Self::next_ops`] may have some.
    async fn has_op(&self, account: AccountId) -> Result<bool, Error>;

    /// What is to be done next and can be done together, in the order it was asked for: operations of
    /// one mailbox and one kind (the same flags, the same target), each about one message, which
    /// nothing asked for earlier of the same message stands before; an append alone. Empty when
    /// nothing is to be done now. The same are returned until they have ended.
    async fn next_ops(&self, account: AccountId, most: BatchSize) -> Result<Vec<Op>, Error>;

    /// Operations ended. Not called for those at which the connection broke: they then stay first.
    async fn ops_end(&self, ends: Vec<(i64, OpEnd)>) -> Result<Vec<MessageKey>, Error>;

    /// The server would not do these operations, for now; its words. They are not returned by
    /// [`Self::next_ops`] for a while, and neither is what was asked for after them of the same
    /// messages. Returns what changed, and those against which nothing stood before.
    async fn ops_later(
        &self,
        ops: Vec<(i64, String)>,
    ) -> Result<(Vec<MessageKey>, Vec<i64>), Error>;

    /// Moves are about to make copies at the server (`copied`), or it has made none. One that may have
    /// made its copy is not undone by forgetting it.
    async fn note_copies(&self, ops: Vec<i64>, copied: bool) -> Result<(), Error> {
        let _ = (ops, copied);
        Ok(())
    }

    /// How long until an operation is to be tried that [`Self::next_ops`] keeps back now.
    async fn next_due(&self, account: AccountId) -> Result<Option<Duration>, Error>;

    /// How many messages the account holds.
    async fn message_count(&self, account: AccountId) -> Result<u32, Error>;
}

/// Where the task gets the password when it signs in.
#[async_trait::async_trait]
pub trait Passwords: Send + Sync + 'static {
    /// The password of an account.
    ///
    /// # Errors
    /// [`Error::PasswordNeeded`] or [`Error::NoKeyring`]: the task stops and asks.
    async fn password(&self, account: AccountId) -> Result<aloud_model::Secret, Error>;

    /// The server turned it down: whether another is worth a try at once. That of an access token
    /// is, which the provider may have taken back meanwhile.
    async fn refused(&self, account: AccountId, secret: &aloud_model::Secret) -> bool {
        let _ = (account, secret);
        false
    }
}
