-- The schema that all migrations together give (crates/engine/src/store/migrations).
-- A test compares; ALOUD_BLESS=1 writes it anew.

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL COLLATE NOCASE UNIQUE,
  settings TEXT NOT NULL,
  password_saved INTEGER NOT NULL DEFAULT 0
, smtp_size INTEGER NOT NULL DEFAULT -1, smtp_dsn INTEGER NOT NULL DEFAULT -1) STRICT;

CREATE TABLE mailboxes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  wire_name TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL DEFAULT 'plain',
  selectable INTEGER NOT NULL DEFAULT 1,
  uidvalidity INTEGER NOT NULL DEFAULT 0,
  uidnext INTEGER NOT NULL DEFAULT 0,
  highestmodseq INTEGER NOT NULL DEFAULT 0,
  keywords INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, wire_name)
) STRICT;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  message_id TEXT NOT NULL DEFAULT '',
  server_id TEXT NOT NULL DEFAULT '',
  size INTEGER NOT NULL DEFAULT 0,
  arrived INTEGER NOT NULL DEFAULT 0,
  date INTEGER NOT NULL DEFAULT 0,
  date_offset INTEGER NOT NULL DEFAULT 0,
  known INTEGER NOT NULL DEFAULT 0,
  prefix_done INTEGER NOT NULL DEFAULT 0,
  kind TEXT NOT NULL DEFAULT 'email',
  profile TEXT NOT NULL DEFAULT '',
  subject TEXT NOT NULL DEFAULT '',
  sender_name TEXT NOT NULL DEFAULT '',
  sender_address TEXT NOT NULL DEFAULT '' COLLATE NOCASE,
  sender_number TEXT NOT NULL DEFAULT '',
  outside_caller INTEGER NOT NULL DEFAULT 0,
  recipients TEXT NOT NULL DEFAULT '[]',
  preview TEXT NOT NULL DEFAULT '',
  duration_ms INTEGER NOT NULL DEFAULT -1,
  pages INTEGER NOT NULL DEFAULT -1,
  importance TEXT NOT NULL DEFAULT 'normal',
  sensitivity TEXT NOT NULL DEFAULT '',
  private INTEGER NOT NULL DEFAULT 0,
  receipt_asked INTEGER NOT NULL DEFAULT 0,
  attachment INTEGER NOT NULL DEFAULT 0,
  has_card INTEGER NOT NULL DEFAULT 0,
  about TEXT NOT NULL DEFAULT '',
  joined INTEGER NOT NULL DEFAULT 0,
  started INTEGER NOT NULL DEFAULT 0,
  presented INTEGER NOT NULL DEFAULT 0,
  quarantined INTEGER NOT NULL DEFAULT 0,
  peaks BLOB NOT NULL DEFAULT x''
, estimated INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE INDEX messages_message_id ON messages(account, message_id);

CREATE INDEX messages_server_id ON messages(account, server_id) WHERE server_id <> '';

CREATE INDEX messages_sender ON messages(sender_address, date);

CREATE INDEX messages_about ON messages(about) WHERE about <> '';

CREATE TABLE locations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  mailbox INTEGER NOT NULL REFERENCES mailboxes(id) ON DELETE CASCADE,
  message INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  uid INTEGER,
  modseq INTEGER NOT NULL DEFAULT 0,
  seen INTEGER NOT NULL DEFAULT 0,
  answered INTEGER NOT NULL DEFAULT 0,
  flagged INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  draft INTEGER NOT NULL DEFAULT 0,
  mdn_sent INTEGER NOT NULL DEFAULT 0,
  forwarded INTEGER NOT NULL DEFAULT 0,
  keywords TEXT NOT NULL DEFAULT '',
  inbox INTEGER NOT NULL DEFAULT 0,
  class INTEGER NOT NULL DEFAULT 2,
  date INTEGER NOT NULL DEFAULT 0,
  joined INTEGER NOT NULL DEFAULT 0,
  hidden INTEGER NOT NULL DEFAULT 0,
  gone INTEGER NOT NULL DEFAULT 0,
  missed INTEGER NOT NULL DEFAULT 0,
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

CREATE TABLE "headers" (
  message INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
  octets BLOB NOT NULL
) STRICT;

CREATE TABLE bodies (
  message INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
  total INTEGER NOT NULL DEFAULT 0,
  sha256 TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX bodies_sha256 ON bodies(sha256);

CREATE VIRTUAL TABLE search USING fts5(
  sender, subject, body, content = '', contentless_delete = 1,
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);

CREATE TABLE ops (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  mailbox INTEGER NOT NULL,
  message INTEGER NOT NULL,
  location INTEGER NOT NULL DEFAULT 0,
  kind TEXT NOT NULL,
  target INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'waiting',
  attempts INTEGER NOT NULL DEFAULT 0,
  flag TEXT NOT NULL DEFAULT '', made INTEGER NOT NULL DEFAULT 0, why TEXT NOT NULL DEFAULT '', said TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX ops_account ON ops(account, state, id);

CREATE INDEX ops_message ON ops(message);

CREATE TABLE undo (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created INTEGER NOT NULL DEFAULT 0,
  act TEXT NOT NULL
) STRICT;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  message_id TEXT NOT NULL,
  reverse_path TEXT NOT NULL DEFAULT '',
  forward_paths TEXT NOT NULL,
  shown_to TEXT NOT NULL DEFAULT '[]',
  subject TEXT NOT NULL DEFAULT '',
  duration_ms INTEGER NOT NULL DEFAULT -1,
  receipt INTEGER NOT NULL DEFAULT 0,
  notify INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'queued',
  due INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  searches INTEGER NOT NULL DEFAULT 0,
  first_try INTEGER NOT NULL DEFAULT 0,
  doubtful_since INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL DEFAULT 0,
  message INTEGER NOT NULL DEFAULT 0,
  blocked_by INTEGER NOT NULL DEFAULT 0,
  octets BLOB NOT NULL
, related_as TEXT NOT NULL DEFAULT '', related_to INTEGER NOT NULL DEFAULT 0, why TEXT NOT NULL DEFAULT '', reply_code INTEGER NOT NULL DEFAULT 0, refused TEXT NOT NULL DEFAULT '', said TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX outbox_state ON outbox(state, due);

CREATE INDEX outbox_message_id ON outbox(message_id);

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  message_id TEXT NOT NULL,
  recipient TEXT NOT NULL COLLATE NOCASE,
  name TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'sent',
  at INTEGER NOT NULL DEFAULT 0,
  detail TEXT NOT NULL DEFAULT '',
  UNIQUE (account, message_id, recipient)
) STRICT;

CREATE INDEX deliveries_recipient ON deliveries(recipient);

CREATE TABLE receipts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  message_id TEXT NOT NULL,
  sender TEXT NOT NULL DEFAULT '' COLLATE NOCASE,
  answer TEXT NOT NULL,
  at INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, message_id)
) STRICT;

CREATE TABLE receipt_rules (
  address TEXT PRIMARY KEY COLLATE NOCASE,
  answer TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE contacts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_edited INTEGER NOT NULL DEFAULT 0,
  role TEXT NOT NULL DEFAULT '',
  organization TEXT NOT NULL DEFAULT '',
  place TEXT NOT NULL DEFAULT '',
  zone TEXT NOT NULL DEFAULT '',
  photo_type TEXT NOT NULL DEFAULT '',
  photo BLOB NOT NULL DEFAULT x'',
  sound_type TEXT NOT NULL DEFAULT '',
  sound BLOB NOT NULL DEFAULT x'',
  sound_ms INTEGER NOT NULL DEFAULT -1,
  wants_card INTEGER NOT NULL DEFAULT 0,
  rev TEXT NOT NULL DEFAULT '',
  source TEXT NOT NULL DEFAULT 'typed',
  source_name TEXT NOT NULL DEFAULT '',
  source_date INTEGER NOT NULL DEFAULT 0,
  source_subject TEXT NOT NULL DEFAULT '',
  newer_card INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE contact_emails (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact INTEGER NOT NULL REFERENCES contacts(id) ON DELETE CASCADE,
  address TEXT NOT NULL COLLATE NOCASE,
  lookup_key TEXT NOT NULL DEFAULT '',
  vpim INTEGER NOT NULL DEFAULT 0,
  preferred INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX contact_emails_address ON contact_emails(address);

CREATE INDEX contact_emails_lookup_key ON contact_emails(lookup_key);

CREATE INDEX contact_emails_contact ON contact_emails(contact);

CREATE TABLE contact_tels (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact INTEGER NOT NULL REFERENCES contacts(id) ON DELETE CASCADE,
  number TEXT NOT NULL,
  digits TEXT NOT NULL DEFAULT '',
  kinds TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX contact_tels_digits ON contact_tels(digits);

CREATE INDEX contact_tels_contact ON contact_tels(contact);

CREATE TABLE card_dismissals (
  message INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  PRIMARY KEY (message, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE "meta" (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
