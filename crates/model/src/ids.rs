//! Identifiers of local rows. They never leave this computer and never name anything on a server.

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

row_id!(
    /// One mail account.
    AccountId
);
row_id!(
    /// One IMAP mailbox of one account.
    MailboxId
);
row_id!(
    /// One message in the local store (not its `Message-ID` header field).
    MessageKey
);
row_id!(
    /// One entry of the outbox.
    OutboxId
);
row_id!(
    /// One person in the local directory.
    ContactId
);
