//! Mailbox names.
