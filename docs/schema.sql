-- The schema that all migrations together give (crates/engine/src/store/migrations), with what
-- each column means. A test compares it with the real one and asks for a comment on every column.
-- Rules: STRICT, AUTOINCREMENT, NOT NULL with a default; a column is never used for something
-- else. Truth values are 0 and 1. Sentences for people are not stored; what a server said is.

-- Accounts. Passwords are in the keyring, never here.
CREATE TABLE accounts (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- The user's own address.
  address TEXT NOT NULL COLLATE NOCASE UNIQUE,
  -- AccountSettings as JSON.
  settings TEXT NOT NULL,
  -- 1 if the keyring holds the password.
  password_saved INTEGER NOT NULL DEFAULT 0,
  -- Most octets of a message (RFC 1870); 0 = without limit, -1 = not known.
  smtp_size INTEGER NOT NULL DEFAULT -1,
  -- Whether the submission server reports deliveries (RFC 3461): 1, 0; -1 = not known.
  smtp_dsn INTEGER NOT NULL DEFAULT -1,
  -- Octets used of the room for mail (RFC 9208); -1 = not told.
  quota_used INTEGER NOT NULL DEFAULT -1,
  -- Octets of that room; -1 = not told.
  quota_limit INTEGER NOT NULL DEFAULT -1
) STRICT;

-- Mailboxes of the servers.
CREATE TABLE mailboxes (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- accounts.id.
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- Name as the server writes it (modified UTF-7 or UTF-8).
  wire_name TEXT NOT NULL,
  -- Decoded name.
  name TEXT NOT NULL,
  -- What it is for: 'inbox', 'sent', 'drafts', 'archive', 'trash', 'junk', 'all', 'plain'.
  role TEXT NOT NULL DEFAULT 'plain',
  -- 0 where SELECT is not allowed (\Noselect).
  selectable INTEGER NOT NULL DEFAULT 1,
  -- UIDVALIDITY of the stored UIDs; 0 = never selected.
  uidvalidity INTEGER NOT NULL DEFAULT 0,
  -- UIDNEXT at the end of the last whole pass; 0 = none yet.
  uidnext INTEGER NOT NULL DEFAULT 0,
  -- HIGHESTMODSEQ at the end of that pass (RFC 7162); 0 = none.
  highestmodseq INTEGER NOT NULL DEFAULT 0,
  -- 1 if PERMANENTFLAGS has \*: keywords can be stored.
  keywords INTEGER NOT NULL DEFAULT 0,
  -- Unix seconds since when LIST does not name it; 0 = it does. Kept for 7 days.
  unlisted_since INTEGER NOT NULL DEFAULT 0,
  -- Why the last pass over it failed: '' it did not, 'refused' by the server, 'silent' no answer,
  -- 'unreadable' answers.
  fault TEXT NOT NULL DEFAULT '',
  -- What the server said then.
  fault_said TEXT NOT NULL DEFAULT '',
  -- Unix seconds since when it fails; 0 = it does not.
  fault_since INTEGER NOT NULL DEFAULT 0,
  -- Unix seconds when all of it was last looked at; 0 = never.
  scanned INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, wire_name)
) STRICT;

-- Messages of a mailbox that seemed to be gone at the last look and wait for a second one.
CREATE TABLE suspects (
  -- mailboxes.id.
  mailbox INTEGER PRIMARY KEY REFERENCES mailboxes(id) ON DELETE CASCADE,
  -- Unix seconds of that look.
  since INTEGER NOT NULL DEFAULT 0,
  -- Their UIDs as a JSON list, ascending.
  uids TEXT NOT NULL DEFAULT '[]'
) STRICT;

-- What servers want their users to see ([ALERT], RFC 9051 section 7.1).
CREATE TABLE notices (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- accounts.id.
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- Unix seconds when it came.
  at INTEGER NOT NULL DEFAULT 0,
  -- The server's words.
  said TEXT NOT NULL DEFAULT ''
) STRICT;

-- One row a message: what its octets say, and what the user did with it here.
CREATE TABLE messages (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- accounts.id.
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- Message-ID without angle brackets; empty if it has none.
  message_id TEXT NOT NULL DEFAULT '',
  -- X-GM-MSGID; empty if the server has none.
  server_id TEXT NOT NULL DEFAULT '',
  -- RFC822.SIZE in octets.
  size INTEGER NOT NULL DEFAULT 0,
  -- INTERNALDATE, Unix seconds.
  arrived INTEGER NOT NULL DEFAULT 0,
  -- Date field, else arrived; Unix seconds.
  date INTEGER NOT NULL DEFAULT 0,
  -- Zone of the Date field, minutes east.
  date_offset INTEGER NOT NULL DEFAULT 0,
  -- How much was looked at: 0 the header block, 1 a beginning, 2 all of it.
  known INTEGER NOT NULL DEFAULT 0,
  -- 1 if the beginning was fetched, or is not wanted.
  prefix_done INTEGER NOT NULL DEFAULT 0,
  -- 'voice', 'fax', 'video', 'email', 'mdn', 'dsn', 'other'.
  kind TEXT NOT NULL DEFAULT 'email',
  -- Voice profile or vendor id; empty for plain mail.
  profile TEXT NOT NULL DEFAULT '',
  -- Decoded; empty if missing or only naming the transport.
  subject TEXT NOT NULL DEFAULT '',
  -- Display name or caller name; empty for none.
  sender_name TEXT NOT NULL DEFAULT '',
  -- From address; empty for none.
  sender_address TEXT NOT NULL DEFAULT '' COLLATE NOCASE,
  -- Caller's number; empty for none.
  sender_number TEXT NOT NULL DEFAULT '',
  -- 1 if left by telephone by somebody without an address.
  outside_caller INTEGER NOT NULL DEFAULT 0,
  -- To and Cc: Address values as JSON.
  recipients TEXT NOT NULL DEFAULT '[]',
  -- By preview_kind: words, seconds (empty = not known), a name, an extension, JSON.
  preview TEXT NOT NULL DEFAULT '',
  -- Length of the voice in milliseconds; -1 = not known.
  duration_ms INTEGER NOT NULL DEFAULT -1,
  -- Fax pages; -1 = not known.
  pages INTEGER NOT NULL DEFAULT -1,
  -- 'low', 'normal', 'high'.
  importance TEXT NOT NULL DEFAULT 'normal',
  -- Sensitivity field in lower case; empty for none.
  sensitivity TEXT NOT NULL DEFAULT '',
  -- 1 if that Sensitivity forbids forwarding.
  private INTEGER NOT NULL DEFAULT 0,
  -- 1 if a receipt is asked for and may be sent.
  receipt_asked INTEGER NOT NULL DEFAULT 0,
  -- 1 if there are attachments besides voice and fax.
  attachment INTEGER NOT NULL DEFAULT 0,
  -- 1 if a contact card came along.
  has_card INTEGER NOT NULL DEFAULT 0,
  -- For a report: Message-ID of the message it is about; empty for none.
  about TEXT NOT NULL DEFAULT '',
  -- 1 for a report that is told on the sent message instead of a row of its own.
  joined INTEGER NOT NULL DEFAULT 0,
  -- 1 if begun, not finished (ring).
  started INTEGER NOT NULL DEFAULT 0,
  -- 1 if the user heard, read or viewed it here, or said so.
  presented INTEGER NOT NULL DEFAULT 0,
  -- 1 = reading it failed, never again; 2 = being read (found at start: it ended us).
  quarantined INTEGER NOT NULL DEFAULT 0,
  -- Waveform of the primary audio, one octet a column; empty = not measured.
  peaks BLOB NOT NULL DEFAULT x'',
  -- 1 if duration_ms is guessed from the size.
  estimated INTEGER NOT NULL DEFAULT 0,
  -- What the line under the subject says: '' nothing, 'text' words of the message, 'spoken-note' and
  -- 'introduction' a length, 'forwarded' whom from, 'extension', 'outside-line', 'report' recipient,
  -- action, status and diagnostic of a delivery report, 'unreadable', 'untold'.
  preview_kind TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX messages_message_id ON messages(account, message_id);
CREATE INDEX messages_server_id ON messages(account, server_id) WHERE server_id <> '';
CREATE INDEX messages_sender ON messages(sender_address, date);
CREATE INDEX messages_about ON messages(about) WHERE about <> '';

-- Where messages are: a row a message a mailbox.
CREATE TABLE locations (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- mailboxes.id.
  mailbox INTEGER NOT NULL REFERENCES mailboxes(id) ON DELETE CASCADE,
  -- messages.id.
  message INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  -- UID; NULL until the server has confirmed the place.
  uid INTEGER,
  -- MODSEQ of the flags (RFC 7162); 0 = none.
  modseq INTEGER NOT NULL DEFAULT 0,
  -- \Seen
  seen INTEGER NOT NULL DEFAULT 0,
  -- \Answered
  answered INTEGER NOT NULL DEFAULT 0,
  -- \Flagged
  flagged INTEGER NOT NULL DEFAULT 0,
  -- \Deleted
  deleted INTEGER NOT NULL DEFAULT 0,
  -- \Draft
  draft INTEGER NOT NULL DEFAULT 0,
  -- $MDNSent (RFC 3503)
  mdn_sent INTEGER NOT NULL DEFAULT 0,
  -- $Forwarded
  forwarded INTEGER NOT NULL DEFAULT 0,
  -- All other flags, separated by spaces.
  keywords TEXT NOT NULL DEFAULT '',
  -- 1 if the mailbox is an inbox; copied for the indexes.
  inbox INTEGER NOT NULL DEFAULT 0,
  -- Kind in three classes, copied for the indexes: 0 voice, 1 fax, 2 all else.
  class INTEGER NOT NULL DEFAULT 2,
  -- messages.date, copied for the indexes.
  date INTEGER NOT NULL DEFAULT 0,
  -- messages.joined, copied for the trigger.
  joined INTEGER NOT NULL DEFAULT 0,
  -- 1 while an operation of ours takes the message away.
  hidden INTEGER NOT NULL DEFAULT 0,
  -- Unix seconds when the server took it away; 0 = it is there. Kept as a shadow for 7 days.
  gone INTEGER NOT NULL DEFAULT 0,
  -- 1 if awaited and not found by one whole pass; the second time it is gone.
  missed INTEGER NOT NULL DEFAULT 0,
  -- NOT (hidden OR gone OR deleted OR joined); set by the triggers.
  listed INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TRIGGER locations_listed_at_first AFTER INSERT ON locations
WHEN new.hidden OR new.gone OR new.deleted OR new.joined
BEGIN
  UPDATE locations SET listed = 0 WHERE id = new.id;
END;

CREATE TRIGGER locations_listed_later AFTER UPDATE OF hidden, gone, deleted, joined ON locations
BEGIN
  UPDATE locations SET listed = NOT (hidden OR gone OR deleted OR joined) WHERE id = new.id;
END;
CREATE UNIQUE INDEX locations_uid ON locations(mailbox, uid) WHERE uid IS NOT NULL;
CREATE INDEX locations_awaited ON locations(mailbox) WHERE uid IS NULL;
CREATE INDEX locations_message ON locations(message);
CREATE INDEX locations_mailbox ON locations(mailbox, listed, date, id);
CREATE INDEX locations_mailbox_seen ON locations(mailbox, listed, seen, date, id);
CREATE INDEX locations_inbox ON locations(inbox, listed, date, id);
CREATE INDEX locations_inbox_seen ON locations(inbox, listed, seen, date, id);
CREATE INDEX locations_class ON locations(inbox, listed, class, date, id);
CREATE INDEX locations_class_seen ON locations(inbox, listed, class, seen, date, id);

-- Where somebody stopped listening to a message.
CREATE TABLE positions (
  -- messages.id.
  message INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
  -- From its start, without spoken name and subject.
  milliseconds INTEGER NOT NULL
) STRICT;

-- How many places of each sort are listed. Kept by triggers, so that nothing is counted for a look.
CREATE TABLE tallies (
  -- mailboxes.id.
  mailbox INTEGER NOT NULL,
  -- locations.inbox.
  inbox INTEGER NOT NULL DEFAULT 0,
  -- locations.class.
  class INTEGER NOT NULL DEFAULT 2,
  -- locations.seen.
  seen INTEGER NOT NULL DEFAULT 0,
  -- So many are listed.
  places INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (mailbox, inbox, class, seen)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER locations_tally_new AFTER INSERT ON locations WHEN new.listed
BEGIN
  INSERT INTO tallies (mailbox, inbox, class, seen, places)
  VALUES (new.mailbox, new.inbox, new.class, new.seen, 1)
  ON CONFLICT (mailbox, inbox, class, seen) DO UPDATE SET places = places + 1;
END;

CREATE TRIGGER locations_tally_gone AFTER DELETE ON locations WHEN old.listed
BEGIN
  INSERT INTO tallies (mailbox, inbox, class, seen, places)
  VALUES (old.mailbox, old.inbox, old.class, old.seen, -1)
  ON CONFLICT (mailbox, inbox, class, seen) DO UPDATE SET places = places - 1;
END;

-- The triggers of one change run in any order, so a number may be below zero in between.
CREATE TRIGGER locations_tally_changed
AFTER UPDATE OF mailbox, inbox, class, seen, listed ON locations
WHEN old.listed <> new.listed OR (new.listed AND (old.mailbox <> new.mailbox
  OR old.inbox <> new.inbox OR old.class <> new.class OR old.seen <> new.seen))
BEGIN
  INSERT INTO tallies (mailbox, inbox, class, seen, places)
  VALUES (old.mailbox, old.inbox, old.class, old.seen, -old.listed)
  ON CONFLICT (mailbox, inbox, class, seen) DO UPDATE SET places = places - old.listed;
  INSERT INTO tallies (mailbox, inbox, class, seen, places)
  VALUES (new.mailbox, new.inbox, new.class, new.seen, new.listed)
  ON CONFLICT (mailbox, inbox, class, seen) DO UPDATE SET places = places + new.listed;
END;

CREATE TRIGGER mailboxes_tally_gone AFTER DELETE ON mailboxes
BEGIN
  DELETE FROM tallies WHERE mailbox = old.id;
END;

-- Header blocks.
CREATE TABLE headers (
  -- messages.id.
  message INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
  -- As the server sent them, CRLF line ends.
  octets BLOB NOT NULL
) STRICT;

-- Octets of messages. Whole ones lie in files named by their SHA-256, beginnings in files named by
-- message.
CREATE TABLE bodies (
  -- messages.id.
  message INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
  -- RFC822.SIZE when fetching began, octets.
  total INTEGER NOT NULL DEFAULT 0,
  -- SHA-256 of the whole message in hex; empty while incomplete.
  sha256 TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX bodies_sha256 ON bodies(sha256);

-- Words to search; rowid is messages.id.
-- sender: names, addresses and numbers of sender and recipients.
-- subject: subject.
-- body: transcript or text.
CREATE VIRTUAL TABLE search USING fts5(
  sender, subject, body, content = '', contentless_delete = 1,
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);

-- What the user wants of the server, oldest first.
CREATE TABLE ops (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- accounts.id.
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- mailboxes.id it works in; for an append the target.
  mailbox INTEGER NOT NULL,
  -- messages.id.
  message INTEGER NOT NULL,
  -- locations.id of the place; 0 = every place.
  location INTEGER NOT NULL DEFAULT 0,
  -- 'add' or 'remove' a flag, 'move', 'append'.
  kind TEXT NOT NULL,
  -- mailboxes.id a move goes to; else 0.
  target INTEGER NOT NULL DEFAULT 0,
  -- 'waiting', or 'failed' and its local part taken back.
  state TEXT NOT NULL DEFAULT 'waiting',
  -- Times it was begun.
  attempts INTEGER NOT NULL DEFAULT 0,
  -- The flag to add or remove; else empty.
  flag TEXT NOT NULL DEFAULT '',
  -- locations.id that a move made in the target; else 0.
  made INTEGER NOT NULL DEFAULT 0,
  -- Why it failed or waits: '', 'server', 'flag-not-kept', 'mailbox-gone', 'renumbered'.
  why TEXT NOT NULL DEFAULT '',
  -- What the server said, as it said it.
  said TEXT NOT NULL DEFAULT '',
  -- Unix seconds before which it is not tried again; 0 = at any time.
  due INTEGER NOT NULL DEFAULT 0,
  -- 1 if a move may have made its copy at the server, and the message is still in its old place.
  copied INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX ops_account ON ops(account, state, id);
CREATE INDEX ops_message ON ops(message);

-- Acts of the user that can be taken back.
CREATE TABLE undo (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Unix seconds.
  created INTEGER NOT NULL DEFAULT 0,
  -- Act as JSON.
  act TEXT NOT NULL
) STRICT;

-- Messages on their way out. octets, the envelope and the Message-ID never change.
CREATE TABLE outbox (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- accounts.id.
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- Message-ID without angle brackets.
  message_id TEXT NOT NULL,
  -- MAIL FROM; empty for the null path.
  reverse_path TEXT NOT NULL DEFAULT '',
  -- RCPT TO: addresses as JSON.
  forward_paths TEXT NOT NULL,
  -- To and Cc as Address values in JSON.
  shown_to TEXT NOT NULL DEFAULT '[]',
  -- Subject.
  subject TEXT NOT NULL DEFAULT '',
  -- Length of the voice in milliseconds; -1 = none.
  duration_ms INTEGER NOT NULL DEFAULT -1,
  -- 1 for a receipt.
  receipt INTEGER NOT NULL DEFAULT 0,
  -- 1 if the server is asked to report success too (NOTIFY, RFC 3461).
  notify INTEGER NOT NULL DEFAULT 0,
  -- 'held' until due, 'blocked' by an operation, 'queued', 'connecting', 'data' (the server may
  -- have it), 'accepted', 'ambiguous', 'failed'.
  state TEXT NOT NULL DEFAULT 'queued',
  -- Unix seconds before which it does not go.
  due INTEGER NOT NULL DEFAULT 0,
  -- Submissions begun.
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Searches for an ambiguous message in Sent.
  searches INTEGER NOT NULL DEFAULT 0,
  -- Unix seconds of the first submission; 0 = none.
  first_try INTEGER NOT NULL DEFAULT 0,
  -- Unix seconds since when it is ambiguous; 0 = it is not.
  doubtful_since INTEGER NOT NULL DEFAULT 0,
  -- Unix seconds.
  created INTEGER NOT NULL DEFAULT 0,
  -- messages.id of the copy filed in Sent; 0 = none.
  message INTEGER NOT NULL DEFAULT 0,
  -- ops.id of the $MDNSent that must be stored before; 0 = none.
  blocked_by INTEGER NOT NULL DEFAULT 0,
  -- The message, CRLF line ends.
  octets BLOB NOT NULL,
  -- What it is to related_to: '', 'reply', 'forward'.
  related_as TEXT NOT NULL DEFAULT '',
  -- messages.id; 0 = none.
  related_to INTEGER NOT NULL DEFAULT 0,
  -- Why it did not go: '', 'refused', 'gave-up', 'credentials', 'no-password', 'signed-out',
  -- 'no-sign-in', 'not-smtp', 'odd-reply', 'no-keyring', 'certificate', 'no-encryption',
  -- 'wrong-encryption', 'malformed', 'too-big', 'not-7bit', 'not-ascii-address', 'disk-full',
  -- 'altered', 'unread', 'folder', 'not-allowed', 'broken', 'ended', 'unreadable', 'other'.
  why TEXT NOT NULL DEFAULT '',
  -- SMTP reply code; 0 = none.
  reply_code INTEGER NOT NULL DEFAULT 0,
  -- The recipient that was refused; empty for none.
  refused TEXT NOT NULL DEFAULT '',
  -- What the server or the system said, as it said it.
  said TEXT NOT NULL DEFAULT '',
  -- Octets of the message; -1 = of before, nobody knows.
  length INTEGER NOT NULL DEFAULT -1,
  -- Their SHA-256.
  digest BLOB NOT NULL DEFAULT x''
) STRICT;
CREATE INDEX outbox_state ON outbox(state, due);
CREATE INDEX outbox_message_id ON outbox(message_id);

-- The octets of a large message on its way out, in order; then outbox.octets is empty.
CREATE TABLE outbox_pieces (
  -- outbox.id.
  outbox INTEGER NOT NULL REFERENCES outbox(id) ON DELETE CASCADE,
  -- From 0 on.
  number INTEGER NOT NULL,
  -- 256 KiB, the last one less.
  octets BLOB NOT NULL,
  PRIMARY KEY (outbox, number)
) STRICT;

-- What became of the messages we sent, a row a recipient.
CREATE TABLE deliveries (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- accounts.id.
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- Message-ID of the sent message.
  message_id TEXT NOT NULL,
  -- Address.
  recipient TEXT NOT NULL COLLATE NOCASE,
  -- Display name we wrote to; empty for none.
  name TEXT NOT NULL DEFAULT '',
  -- 'sent', 'unreported' (the server makes no reports), by delivery reports 'delayed', 'relayed',
  -- 'delivered', 'failed', by receipts 'displayed', 'deleted', 'expired', 'error', 'denied',
  -- 'dispatched', 'processed'.
  state TEXT NOT NULL DEFAULT 'sent',
  -- Unix seconds: the date of the report, else of the submission.
  at INTEGER NOT NULL DEFAULT 0,
  -- Status of a delivery report (RFC 3463), as in 5.1.1; empty for none.
  status TEXT NOT NULL DEFAULT '',
  -- What the other system said, as it said it; empty for nothing.
  diagnostic TEXT NOT NULL DEFAULT '',
  -- Last-Attempt-Date of a delivery report, Unix seconds; 0 = none.
  last_attempt INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, message_id, recipient)
) STRICT;
CREATE INDEX deliveries_recipient ON deliveries(recipient);

-- Receipts that were sent or declined, so that none is asked for or sent twice.
CREATE TABLE receipts (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- accounts.id.
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- Message-ID of the message received, or row-N where it has none.
  message_id TEXT NOT NULL,
  -- Its From address; empty for none.
  sender TEXT NOT NULL DEFAULT '' COLLATE NOCASE,
  -- 'sent' or 'declined'.
  answer TEXT NOT NULL,
  -- Unix seconds.
  at INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, message_id)
) STRICT;

-- What to do with receipts for one person without asking.
CREATE TABLE receipt_rules (
  -- Their address.
  address TEXT PRIMARY KEY COLLATE NOCASE,
  -- 'always' or 'never'.
  answer TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The directory.
CREATE TABLE contacts (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Formatted name.
  name TEXT NOT NULL,
  -- Set of fields the user typed: 1 name, 2 role, 4 organization, 8 place, 16 zone, 32 photo.
  name_edited INTEGER NOT NULL DEFAULT 0,
  -- Role or title; empty for none.
  role TEXT NOT NULL DEFAULT '',
  -- Organization; empty for none.
  organization TEXT NOT NULL DEFAULT '',
  -- Place; empty for none.
  place TEXT NOT NULL DEFAULT '',
  -- Time zone as the card writes it; empty for none.
  zone TEXT NOT NULL DEFAULT '',
  -- Media type of photo; empty for none.
  photo_type TEXT NOT NULL DEFAULT '',
  -- Encoded picture.
  photo BLOB NOT NULL DEFAULT x'',
  -- Media type of sound; empty for none.
  sound_type TEXT NOT NULL DEFAULT '',
  -- Spoken name, encoded.
  sound BLOB NOT NULL DEFAULT x'',
  -- Its length in milliseconds; -1 = not known.
  sound_ms INTEGER NOT NULL DEFAULT -1,
  -- 1 if our own card goes along with messages to them.
  wants_card INTEGER NOT NULL DEFAULT 0,
  -- REV of the card the data came from (RFC 6350); empty for none.
  rev TEXT NOT NULL DEFAULT '',
  -- Where the data came from: 'typed', 'card' (in a message), 'file', 'directory' (white pages).
  source TEXT NOT NULL DEFAULT 'typed',
  -- Sender of that message, or name of that file.
  source_name TEXT NOT NULL DEFAULT '',
  -- Unix seconds; 0 = not known.
  source_date INTEGER NOT NULL DEFAULT 0,
  -- Subject of that message.
  source_subject TEXT NOT NULL DEFAULT '',
  -- messages.id with a newer card; 0 = none.
  newer_card INTEGER NOT NULL DEFAULT 0,
  -- Unix seconds.
  created INTEGER NOT NULL DEFAULT 0,
  -- Unix seconds when deleted; 0 = it is there.
  deleted INTEGER NOT NULL DEFAULT 0,
  -- Properties of the card with their components, as JSON; empty for none.
  properties TEXT NOT NULL DEFAULT ''
) STRICT;

-- Addresses of contacts.
CREATE TABLE contact_emails (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- contacts.id.
  contact INTEGER NOT NULL REFERENCES contacts(id) ON DELETE CASCADE,
  -- As written.
  address TEXT NOT NULL COLLATE NOCASE,
  -- What it is found by: lower case, numbers without separators (RFC 3801 section 4.1.1).
  lookup_key TEXT NOT NULL DEFAULT '',
  -- 1 if it takes VPIM.
  vpim INTEGER NOT NULL DEFAULT 0,
  -- 1 if it is preferred.
  preferred INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX contact_emails_address ON contact_emails(address);
CREATE INDEX contact_emails_lookup_key ON contact_emails(lookup_key);
CREATE INDEX contact_emails_contact ON contact_emails(contact);

-- Telephone numbers of contacts.
CREATE TABLE contact_tels (
  -- Row number; never used again.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- contacts.id.
  contact INTEGER NOT NULL REFERENCES contacts(id) ON DELETE CASCADE,
  -- As written.
  number TEXT NOT NULL,
  -- Its digits alone.
  digits TEXT NOT NULL DEFAULT '',
  -- TYPE values of the card, separated by spaces.
  kinds TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX contact_tels_digits ON contact_tels(digits);
CREATE INDEX contact_tels_contact ON contact_tels(contact);

-- What people are found by on the keys of a telephone (ITU-T E.161), made of their names.
CREATE TABLE contact_keys (
  -- contacts.id.
  contact INTEGER NOT NULL REFERENCES contacts(id) ON DELETE CASCADE,
  -- Digits that spell the name, or the end of it; empty for a name that the keys cannot spell.
  digits TEXT NOT NULL,
  PRIMARY KEY (contact, digits)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_keys_digits ON contact_keys(digits, contact);

-- Cards the user does not want to be asked about again.
CREATE TABLE card_dismissals (
  -- messages.id.
  message INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  -- Path of the part, as in 2.1.
  path TEXT NOT NULL,
  PRIMARY KEY (message, path)
) STRICT, WITHOUT ROWID;

-- Key and value: 'own-name' (the user's spoken name: sampling rate in 4 octets, then samples,
-- little-endian), 'vendors' (fingerprint of the vendor table that messages were read with),
-- 'reread-reports' (delivery reports are to be read again), 'identity' (names this database),
-- 'generation' (how often what is kept beside it was changed: 8 octets, big-endian).
CREATE TABLE meta (
  -- Key.
  name TEXT PRIMARY KEY,
  -- Value.
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
