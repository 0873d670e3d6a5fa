//! An IMAP4rev1 and SMTP server inside the process, with the demo mailbox. The same engine talks to
//! it as to any server (decision D7). Honest by test: the scenarios that run against it also run
//! against Dovecot and Postfix.
