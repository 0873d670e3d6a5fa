-- A mailbox that cannot be opened is told with the server's words, also by the next process; so is
-- when all of it was last looked at, and what seemed to be gone then.
ALTER TABLE mailboxes ADD COLUMN fault TEXT NOT NULL DEFAULT '';
ALTER TABLE mailboxes ADD COLUMN fault_said TEXT NOT NULL DEFAULT '';
ALTER TABLE mailboxes ADD COLUMN fault_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailboxes ADD COLUMN scanned INTEGER NOT NULL DEFAULT 0;
CREATE TABLE suspects (
  mailbox INTEGER PRIMARY KEY REFERENCES mailboxes(id) ON DELETE CASCADE,
  since INTEGER NOT NULL DEFAULT 0,
  uids TEXT NOT NULL DEFAULT '[]'
) STRICT;
-- What a server wants its user to see.
CREATE TABLE notices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  at INTEGER NOT NULL DEFAULT 0,
  said TEXT NOT NULL DEFAULT ''
) STRICT;
ALTER TABLE accounts ADD COLUMN quota_used INTEGER NOT NULL DEFAULT -1;
ALTER TABLE accounts ADD COLUMN quota_limit INTEGER NOT NULL DEFAULT -1;
