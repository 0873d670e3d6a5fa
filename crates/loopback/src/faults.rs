//! Switches that make the server misbehave, for tests: what real servers and networks do wrong
//! (`cut`, `stall`, `drip` on the wire; wrong answers to chosen commands).
//!
//! A connection takes its faults when it opens: first from the queue of
//! [`super::Loopback::fault_next`], one entry a connection, else the standing ones. Nothing here is
//! random.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

/// Which of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// IMAP.
    Imap,
    /// SMTP submission.
    Smtp,
}

/// How one connection misbehaves. The default does nothing wrong.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Close after so many octets sent to the client.
    pub cut_output: Option<u64>,
    /// Close after so many octets taken from the client.
    pub cut_input: Option<u64>,
    /// Send so many octets, then keep silent.
    pub stall_output: Option<u64>,
    /// Take so many octets, then read no more.
    pub stall_input: Option<u64>,
    /// One octet a write, so that every read of the client is short.
    pub drip: bool,
    /// Nothing goes to the client but what the test lets through.
    pub valve: Option<Valve>,
    /// At most so many octets a second to the client.
    pub pace: Option<u32>,
    /// What happens at chosen commands.
    pub at: Vec<AtCommand>,
    /// IMAP: every FETCH response twice.
    pub duplicate_fetch: bool,
    /// IMAP: added to every EXISTS count.
    pub exists_off_by: i64,
    /// IMAP: no new keywords; `STORE` and `APPEND` with one answer NO, PERMANENTFLAGS has no `\*`.
    pub refuse_keywords: bool,
    /// IMAP: these capabilities are neither offered nor served ("IDLE", "MOVE", "CONDSTORE").
    /// SMTP: these EHLO keywords.
    pub hide_capabilities: Vec<&'static str>,
    /// IMAP: FETCH responses in descending order.
    pub fetch_descending: bool,
    /// IMAP: at most so many newest messages are visible.
    pub newest_only: Option<usize>,
    /// IMAP: copies have no flags.
    pub copy_drops_flags: bool,
    /// SMTP: recipients whose address contains the text get this reply ("550 5.1.1 no such user").
    pub refuse_recipients: Vec<(String, String)>,
    /// SMTP: the reply to the end of DATA instead of `250`; nothing is taken.
    pub refuse_data: Option<String>,
    /// SMTP: after the end of DATA the connection closes without a reply.
    pub drop_after_data: Option<DropAfterData>,
    /// SMTP: another limit for SIZE.
    pub size_limit: Option<usize>,
}

/// Lets octets through to the client as a test wants. Clones share it.
#[derive(Debug, Clone)]
pub struct Valve(Arc<Semaphore>);

impl Valve {
    /// One that lets so many octets through at first.
    #[must_use]
    pub fn new(octets: usize) -> Self {
        Self(Arc::new(Semaphore::new(octets)))
    }

    /// Lets so many more through.
    pub fn give(&self, octets: usize) {
        self.0.add_permits(octets);
    }

    /// Lets everything through from now on.
    pub fn open(&self) {
        self.0.close();
    }

    /// Waits until at least one of so many octets may pass; says how many.
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

/// Whether the message counts as taken when the connection closes before the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropAfterData {
    /// The server has it.
    Taken,
    /// The server has it not.
    Lost,
}

/// One command and what happens there.
#[derive(Debug, Clone)]
pub struct AtCommand {
    /// Which one.
    pub when: When,
    /// What happens.
    pub fault: CommandFault,
}

/// Chooses commands of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// The n-th command of the connection, from 1.
    Nth(u32),
    /// The n-th command with this verb ("FETCH" means FETCH and UID FETCH), from 1.
    Verb(&'static str, u32),
    /// Every command with this verb.
    Every(&'static str),
}

/// What happens at a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandFault {
    /// IMAP: the tagged answer ("NO [UNAVAILABLE] Try later", "BAD What?"). SMTP: the whole reply
    /// line. The command is not run.
    Answer(String),
    /// IMAP: `* BYE` with the text; SMTP: `421` with the text. Then the connection closes.
    Bye(String),
    /// Closes without a word, command not run.
    Drop,
    /// Runs the command and closes before any answer.
    RunAndDrop,
    /// Silence from here on, command not run.
    Stall,
    /// Silence for so long, then on as if nothing had been.
    Delay(Duration),
    /// A line that never ends.
    EndlessLine,
    /// Untagged lines (IMAP) or continuation lines (SMTP) without end.
    EndlessLines,
    /// A literal of this announced size, filled with nothing but the letter `x`; IMAP only.
    HugeLiteral(u64),
    /// These octets first, then the command as usual.
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
        };
        self.at.iter().find(|at| hit(&at.when)).map(|at| &at.fault)
    }

    /// Whether a capability is hidden.
    #[must_use]
    pub fn hides(&self, capability: &str) -> bool {
        self.hide_capabilities.iter().any(|hidden| hidden.eq_ignore_ascii_case(capability))
    }

    /// A connection with one fault at one command.
    #[must_use]
    pub fn once(when: When, fault: CommandFault) -> Self {
        Self { at: vec![AtCommand { when, fault }], ..Self::default() }
    }
}
