//! The demo mailbox: Helen Marsh of Calder & Finch, with what a morning brings (decisions D18,
//! E14).
//!
//! Twelve messages in INBOX and two in Sent, built when the server starts by the same code that
//! builds what users send, except for the mails of other systems, which are written out. All
//! people, companies and numbers are invented. Recordings, fax pages and portraits are in
//! `assets/`; see `assets/demo/README.md`. Dates are relative to the given moment.
//!
//! Tests: `tests/loopback/demo.rs` reads every message as the program does.

use std::sync::Arc;

use super::{DEMO_ADDRESS, DEMO_LOGIN, DEMO_VOICE_ADDRESS, Loopback};
use aloud_codec::{Pcm, g726};
use aloud_message::compose;
use aloud_model::{AddrSpec, DateTime, Flag, imap::MailboxRole};

mod letters;
mod people;
mod raw;
mod time;

pub use people::contacts;

/// One message and its mailbox.
struct Entry {
    mailbox: &'static str,
    seen: bool,
    date: DateTime,
    octets: Vec<u8>,
}

/// Adds the demo user and her mail.
pub(super) fn fill(server: &Loopback, now: DateTime) {
    let addresses: Vec<AddrSpec> =
        [DEMO_ADDRESS, DEMO_VOICE_ADDRESS].iter().flat_map(|a| AddrSpec::parse(a)).collect();
    // Every start is a new mailbox to a client that remembers the last one: its dates have moved on.
    let validity = u32::try_from(now.unix).unwrap_or(1);
    server.add_user_from(DEMO_LOGIN, DEMO_LOGIN, &addresses, validity);
    // A new user has no such mailbox yet, so this cannot be refused.
    let _ = server.create_mailbox("Leeds move", MailboxRole::Plain);
    match entries(now) {
        Ok(entries) => {
            for entry in entries {
                let flags: &[Flag] = if entry.seen { &[Flag::Seen] } else { &[] };
                let octets: Arc<[u8]> = entry.octets.into();
                // The mailboxes were made just now.
                let _ = server.deliver(entry.mailbox, octets, flags, entry.date);
            }
        }
        // The content is fixed, and a test builds it all.
        Err(error) => tracing::error!(%error, "the demo mailbox could not be built"),
    }
}

/// All messages, oldest first, so that UIDs follow the dates.
fn entries(now: DateTime) -> Result<Vec<Entry>, compose::Error> {
    let clock = time::Morning::at(now);
    let mut all = letters::all(&clock)?;
    all.extend(raw::all(&clock));
    all.sort_by_key(|entry| entry.date.unix);
    Ok(all)
}

/// The recordings, G.726 at 32 kbit/s.
macro_rules! recordings {
    ($($name:literal),* $(,)?) => {
        const RECORDINGS: &[(&str, &[u8])] = &[
            $(($name, include_bytes!(concat!("../../../../assets/demo/", $name, ".g726")))),*
        ];
    };
}

recordings![
    "graham-name",
    "graham-subject",
    "graham",
    "priya-name",
    "priya",
    "outside",
    "harrow",
    "amara-name",
    "amara",
    "report",
    "gwen-name",
    "gwen",
    "sigrid-name",
    "sigrid",
    "mei-ling",
    "unknown",
    "helen-name",
    "dial-in",
    "thursday",
];

/// The octets of a recording; empty for an unknown name, which a test excludes.
fn recording(name: &str) -> &'static [u8] {
    RECORDINGS.iter().find(|(n, _)| *n == name).map_or(&[], |(_, octets)| octets)
}

/// A decoded recording.
fn speech(name: &str) -> Pcm {
    let packing = g726::Packing::LsbFirst;
    Pcm::telephone(g726::decode(recording(name), g726::Rate::Kbit32, packing))
}
