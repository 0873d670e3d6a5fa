//! The front door of the engine: a cheap, cloneable handle whose methods are the commands.
//!
//! Every method is `async`, returns owned values and never blocks the caller's thread; the work
//! runs on the engine's own tasks. Facts are told through [`Engine::events`].

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::broadcast;

use super::{secrets::SecretStore, types::*};
use crate::{codec::Pcm, message::Body, model::*};

/// What the engine needs from its surroundings. It reads no environment and no settings file.
pub struct Options {
    /// Where database and blobs live; created with mode 0700.
    pub data_dir: PathBuf,
    /// Where passwords live.
    pub secrets: Arc<dyn SecretStore>,
    /// Seconds that Send can be undone.
    pub undo_seconds: u32,
    /// Words that travel in mail.
    pub phrases: Phrases,
    /// Name and version for `Reporting-UA` and IMAP ID.
    pub product: String,
}

/// The handle. Clones share one engine.
#[derive(Clone)]
pub struct Engine {
    _todo: (),
}

type Result<T> = std::result::Result<T, Error>;

#[allow(clippy::unused_async, unused_variables, missing_docs)]
impl Engine {
    pub async fn start(options: Options) -> Result<Self> {
        Err(Error::Stopped)
    }
    /// Stops all tasks, waits at most a few seconds, checkpoints the database.
    pub async fn shutdown(&self) {}
    pub fn events(&self) -> broadcast::Receiver<Event> {
        unreachable!()
    }
    /// Starts (or stops) the everlasting loops: IDLE, outbox. A `sync --once` does without.
    pub async fn go_online(&self) -> Result<()> {
        Err(Error::Stopped)
    }

    // Accounts
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        Err(Error::Stopped)
    }
    /// Connects to both servers and signs in; nothing is stored.
    pub async fn check_account(&self, settings: AccountSettings, password: Secret) -> Result<()> {
        Err(Error::Stopped)
    }
    pub async fn add_account(
        &self,
        settings: AccountSettings,
        password: Option<Secret>,
    ) -> Result<AccountId> {
        Err(Error::Stopped)
    }
    pub async fn remove_account(&self, id: AccountId) -> Result<()> {
        Err(Error::Stopped)
    }
    /// A password for this session (no keyring, or turned down).
    pub async fn supply_password(&self, id: AccountId, password: Secret) -> Result<()> {
        Err(Error::Stopped)
    }

    // Sync and list
    pub async fn sync_once(&self, account: Option<AccountId>) -> Result<Vec<SyncReport>> {
        Err(Error::Stopped)
    }
    pub async fn mailboxes(&self) -> Result<Vec<Mailbox>> {
        Err(Error::Stopped)
    }
    pub async fn counts(&self) -> Result<Counts> {
        Err(Error::Stopped)
    }
    pub async fn list(&self, query: ListQuery) -> Result<ListPage> {
        Err(Error::Stopped)
    }

    // One message
    /// Loads a message; fetches what is missing (progress through events) and returns when the
    /// whole is here, or with what is here when offline. Does not change `\Seen`.
    pub async fn open(&self, key: MessageKey) -> Result<Opened> {
        Err(Error::Stopped)
    }
    /// Raw octets, for "Show the original message".
    pub async fn raw(&self, key: MessageKey) -> Result<Arc<[u8]>> {
        Err(Error::Stopped)
    }
    /// A leaf for showing or playing inside Aloud (`path` may go into forwarded messages as "3/1": the part "3" is the message/rfc822, "1" inside it).
    pub async fn part(&self, key: MessageKey, path: String) -> Result<Body> {
        Err(Error::Stopped)
    }
    /// A leaf decoded to sound.
    pub async fn audio(&self, key: MessageKey, path: String) -> Result<Arc<Pcm>> {
        Err(Error::Stopped)
    }
    /// A leaf written to a file the user chose; refused for private messages.
    pub async fn save_part(&self, key: MessageKey, path: String, to: PathBuf) -> Result<()> {
        Err(Error::Stopped)
    }
    /// Sound began: the ring. Never sets `\Seen`.
    pub async fn started(&self, key: MessageKey) -> Result<()> {
        Err(Error::Stopped)
    }
    /// Heard, read or viewed to the agreed point (D11): sets `\Seen`, may turn the receipt to `Ask`,
    /// or sends it where "always" was chosen.
    pub async fn presented(&self, key: MessageKey) -> Result<()> {
        Err(Error::Stopped)
    }
    pub async fn mark(&self, keys: Vec<MessageKey>, mark: Mark) -> Result<UndoToken> {
        Err(Error::Stopped)
    }
    pub async fn archive(&self, keys: Vec<MessageKey>) -> Result<UndoToken> {
        Err(Error::Stopped)
    }
    pub async fn delete(&self, keys: Vec<MessageKey>) -> Result<UndoToken> {
        Err(Error::Stopped)
    }
    pub async fn undo(&self, token: UndoToken) -> Result<()> {
        Err(Error::Stopped)
    }
    pub async fn answer_receipt(&self, key: MessageKey, answer: ReceiptAnswer) -> Result<()> {
        Err(Error::Stopped)
    }

    // Sending
    pub async fn plan_formats(
        &self,
        account: AccountId,
        relation: Relation,
        to: Vec<Address>,
    ) -> Result<FormatPlan> {
        Err(Error::Stopped)
    }
    /// Checks the rules, builds, freezes and stores; one outbox row a format.
    pub async fn send(&self, message: Outgoing) -> Result<Vec<OutboxId>> {
        Err(Error::Stopped)
    }
    /// Puts ready octets into the outbox without an undo delay (CLI `send`): account by From.
    pub async fn submit_raw(&self, raw: Vec<u8>) -> Result<OutboxId> {
        Err(Error::Stopped)
    }
    pub async fn outbox(&self) -> Result<Vec<OutboxRow>> {
        Err(Error::Stopped)
    }
    /// Takes a row back before it went; `Refused` when it is too late.
    pub async fn cancel_send(&self, id: OutboxId) -> Result<()> {
        Err(Error::Stopped)
    }
    pub async fn retry_send(&self, id: OutboxId) -> Result<()> {
        Err(Error::Stopped)
    }
    /// Waits until no row is queued or sending (CLI).
    pub async fn drain_outbox(&self) -> Result<()> {
        Err(Error::Stopped)
    }

    // Directory
    pub async fn contacts(&self, search: String) -> Result<Vec<Contact>> {
        Err(Error::Stopped)
    }
    pub async fn contact(&self, id: ContactId) -> Result<Contact> {
        Err(Error::Stopped)
    }
    pub async fn spoken_name(&self, id: ContactId) -> Result<Arc<Pcm>> {
        Err(Error::Stopped)
    }
    pub async fn complete(&self, account: AccountId, text: String) -> Result<Vec<Completion>> {
        Err(Error::Stopped)
    }
    /// One click on "Add" or "Update"; `accept_conflict` is the explicit choice of a differing address.
    pub async fn import_card(
        &self,
        key: MessageKey,
        path: String,
        accept_conflict: bool,
    ) -> Result<(ContactId, UndoToken)> {
        Err(Error::Stopped)
    }
    pub async fn dismiss_card(&self, key: MessageKey, path: String) -> Result<()> {
        Err(Error::Stopped)
    }
    pub async fn import_file(&self, octets: Vec<u8>, file_name: String) -> Result<Vec<ContactId>> {
        Err(Error::Stopped)
    }
    pub async fn save_contact(&self, contact: Contact) -> Result<ContactId> {
        Err(Error::Stopped)
    }
    pub async fn delete_contact(&self, id: ContactId) -> Result<UndoToken> {
        Err(Error::Stopped)
    }
    pub async fn export_contact(&self, id: ContactId) -> Result<Vec<u8>> {
        Err(Error::Stopped)
    }

    // The user's own voice
    /// The user's spoken name, sent with voice messages.
    pub async fn own_name(&self) -> Result<Option<Arc<Pcm>>> {
        Err(Error::Stopped)
    }
    pub async fn set_own_name(&self, name: Option<Arc<Pcm>>) -> Result<()> {
        Err(Error::Stopped)
    }
    /// Folder for recordings in progress (the recorder writes there, `audio` knows the format).
    pub fn recordings_dir(&self) -> &Path {
        Path::new("")
    }
}
