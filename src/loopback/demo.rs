//! The demo mailbox.

use super::{DEMO_ADDRESS, DEMO_LOGIN, Loopback};
use crate::model::{AddrSpec, DateTime, imap::MailboxRole};

/// Adds the demo user and her mail.
pub(super) fn fill(server: &Loopback, _now: DateTime) {
    let address = AddrSpec::parse(DEMO_ADDRESS).ok();
    server.add_user(DEMO_LOGIN, DEMO_LOGIN, &address.into_iter().collect::<Vec<_>>());
    // A new user has no such mailbox yet, so this cannot be refused.
    let _ = server.create_mailbox("Leeds move", MailboxRole::Plain);
}
