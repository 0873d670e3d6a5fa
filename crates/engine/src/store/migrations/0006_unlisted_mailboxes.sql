-- A mailbox that LIST does not name any more is kept for a week, as messages are.
ALTER TABLE mailboxes ADD COLUMN unlisted_since INTEGER NOT NULL DEFAULT 0;
