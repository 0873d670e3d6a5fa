//! Fault injection for tests: what real servers and networks do wrong (`cut`, `stall`, `drip` on
//! the wire; wrong answers to selected commands).
//!
//! A connection gets its faults when it opens: the next entry of the queue that
//! [`super::Loopback::fault_next`] fills, else those of [`super::Loopback::fault_always`]. Nothing
//! here is random.

use std::{sync::Arc, time::Duration};

use aloud_model::Uid;
use tokio::sync::Semaphore;

/// Selects one of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// IMAP.
    Imap,
    /// SMTP submission.
    Smtp,
}

/// The faults of one connection. The default has none.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Closes the connection after this many octets sent to the client.
    pub cut_output: Option<u64>,
    /// Closes the connection after this many octets received from the client.
    pub cut_input: Option<u64>,
    /// Sends nothing more after this many octets; the connection stays open.
    pub stall_output: Option<u64>,
    /// Reads nothing more after this many octets; the connection stays open.
    pub stall_input: Option<u64>,
    /// Writes one octet at a time, so that every read of the client is short.
    pub drip: bool,
    /// Holds back the output until the test lets it through.
    pub valve: Option<Valve>,
    /// Maximum octets per second to the client.
    pub pace: Option<u32>,
    /// Faults at selected commands.
    pub at: Vec<AtCommand>,
    /// IMAP: faults at commands that name a certain message by its UID.
    pub at_message: Vec<AtMessage>,
    /// IMAP: sends every FETCH response twice.
    pub duplicate_fetch: bool,
    /// IMAP: adds this number to every EXISTS count.
    pub exists_off_by: i64,
    /// IMAP: no new keywords; `STORE` and `APPEND` with one answer NO, PERMANENTFLAGS has no `\*`.
    pub refuse_keywords: bool,
    /// IMAP: these capabilities are neither offered nor served ("IDLE", "MOVE", "CONDSTORE").
    /// SMTP: these EHLO keywords.
    pub hide_capabilities: Vec<&'static str>,
    /// IMAP: gives at most so many octets of a part of a message, whatever was asked.
    pub short_slices: Option<u32>,
    /// IMAP: ends every message there, whatever RFC822.SIZE says.
    pub false_end: Option<u32>,
    /// IMAP: sends FETCH responses in descending order.
    pub fetch_descending: bool,
    /// IMAP: shows only this many of the newest messages.
    pub newest_only: Option<usize>,
    /// IMAP: copies have no flags.
    pub copy_drops_flags: bool,
    /// IMAP: sends the whole of a message whatever part was asked for, under the number of that part.
    pub ignore_partial: bool,
    /// IMAP: the same, without any number.
    pub plain_whole: bool,
    /// IMAP: the same, but not where the start of a message is asked for.
    pub later_whole: bool,
    /// IMAP: gives parts as long as asked for and this much more, rounded up to a multiple.
    pub longer_slices: Option<(u32, u32)>,
    /// IMAP: every SELECT tells another UIDVALIDITY.
    pub wandering_validity: bool,
    /// IMAP: takes keywords and forgets them.
    pub forgets_keywords: bool,
    /// IMAP: selects nothing before ID was said, which it does not offer.
    pub wants_id: bool,
    /// IMAP: refuses sets that name more messages.
    pub most_in_set: Option<usize>,
    /// IMAP: refuses longer lines, in octets.
    pub longest_line: Option<usize>,
    /// IMAP: what the server says instead, wherever it says the first.
    pub rewrite: Vec<(&'static [u8], &'static [u8])>,
    /// SMTP: recipients whose address contains the text get this reply ("550 5.1.1 no such user").
    pub refuse_recipients: Vec<(String, String)>,
    /// SMTP: the reply to the end of DATA instead of `250`; nothing is taken.
    pub refuse_data: Option<String>,
    /// SMTP: after the end of DATA the connection closes without a reply.
    pub drop_after_data: Option<DropAfterData>,
    /// SMTP: files in Sent what it takes, after so long.
    pub files_sent: Option<Duration>,
    /// SMTP: replaces the limit announced by SIZE.
    pub size_limit: Option<usize>,
}

/// Lets output through to the client under control of a test. Clones share it.
#[derive(Debug, Clone)]
pub struct Valve(Arc<Semaphore>);

impl Valve {
    /// Creates a valve that lets `octets` octets through.
    #[must_use]
    pub fn new(octets: usize) -> Self {
        Self(Arc::new(Semaphore::new(octets)))
    }

    /// Lets `octets` more octets through.
    pub fn give(&self, octets: usize) {
        self.0.add_permits(octets);
    }

    /// Lets everything through from now on.
    pub fn open(&self) {
        self.0.close();
    }

    /// Waits until at least one octet may pass; returns how many of `wanted`.
    pub(super) async fn pass(&self, wanted: usize) -> usize {
        let Ok(first) = self.0.acquire().await else { return wanted };
        first.forget();
        let more = self.0.available_permits().min(wanted.saturating_sub(1));
        match self.0.try_acquire_many(u32::try_from(more).unwrap_or(u32::MAX)) {
            Ok(permits) => {
                permits.forget();
                more + 1
            }
            Err(_) => 1,
        }
    }
}

/// Whether the server accepted the message before it closed without a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropAfterData {
    /// Accepted and delivered.
    Taken,
    /// Not accepted.
    Lost,
}

/// A fault at one command.
#[derive(Debug, Clone)]
pub struct AtCommand {
    /// The command.
    pub when: When,
    /// The fault.
    pub fault: CommandFault,
}

/// A fault at every command with a verb whose set of UIDs contains one; the command is not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtMessage {
    /// The verb: FETCH, STORE, COPY, MOVE or EXPUNGE.
    pub verb: &'static str,
    /// The UID.
    pub uid: Uid,
    /// The fault: one that takes the place of the answer.
    pub fault: CommandFault,
}

/// Selects commands of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// The n-th command of the connection, from 1.
    Nth(u32),
    /// The n-th command with this verb ("FETCH" means FETCH and UID FETCH), from 1.
    Verb(&'static str, u32),
    /// Every command with this verb.
    Every(&'static str),
    /// IMAP: every command whose first line holds this (`SELECT "INBOX"`).
    Says(&'static str),
}

/// A fault at a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandFault {
    /// IMAP: the tagged answer (`NO [UNAVAILABLE] Try later`, `BAD What?`). SMTP: the whole reply
    /// line. The command is not run.
    Answer(String),
    /// IMAP: `* BYE` with the text; SMTP: `421` with the text. Then the connection closes.
    Bye(String),
    /// Closes without an answer; the command is not run.
    Drop,
    /// Runs the command and closes before any answer.
    RunAndDrop,
    /// Sends nothing more; the command is not run.
    Stall,
    /// Waits, then runs the command as usual.
    Delay(Duration),
    /// Sends a line without end.
    EndlessLine,
    /// Sends untagged lines (IMAP) or continuation lines (SMTP) without end.
    EndlessLines,
    /// IMAP: sends a literal of this size, filled with the letter `x`.
    HugeLiteral(u64),
    /// Sends these octets, then runs the command as usual.
    Inject(Vec<u8>),
}

impl Faults {
    /// The fault for the `nth` command of the connection, which is the `nth_of_verb`-th `verb`.
    #[must_use]
    pub fn at(&self, nth: u32, verb: &str, nth_of_verb: u32) -> Option<&CommandFault> {
        let hit = |when: &When| match when {
            When::Nth(n) => *n == nth,
            When::Verb(v, n) => v.eq_ignore_ascii_case(verb) && *n == nth_of_verb,
            When::Every(v) => v.eq_ignore_ascii_case(verb),
            When::Says(_) => false,
        };
        self.at.iter().find(|at| hit(&at.when)).map(|at| &at.fault)
    }

    /// The fault for a command with this first line.
    #[must_use]
    pub fn says(&self, line: &[u8]) -> Option<&CommandFault> {
        let hit = |when: &When| match when {
            When::Says(words) => memchr::memmem::find(line, words.as_bytes()).is_some(),
            When::Nth(_) | When::Verb(..) | When::Every(_) => false,
        };
        self.at.iter().find(|at| hit(&at.when)).map(|at| &at.fault)
    }

    /// Whether a capability is hidden.
    #[must_use]
    pub fn hides(&self, capability: &str) -> bool {
        self.hide_capabilities.iter().any(|hidden| hidden.eq_ignore_ascii_case(capability))
    }

    /// Faults with one entry: `fault` at the command `when`.
    #[must_use]
    pub fn once(when: When, fault: CommandFault) -> Self {
        Self { at: vec![AtCommand { when, fault }], ..Self::default() }
    }
}
