-- Rows of every kind that migration 4 rewrites, as version 3 wrote them. For the test of the migration.
INSERT INTO accounts (id, address, settings) VALUES (1, 'robin@example.com', '{}');
INSERT INTO mailboxes (id, account, wire_name, name) VALUES (1, 1, 'INBOX', 'INBOX'), (2, 1, 'Archive', 'Archive');
INSERT INTO messages (id, account, poison) VALUES (12, 1, 1);
INSERT INTO heads (message, octets) VALUES (12, x'46726F6D');
INSERT INTO things (name, value) VALUES ('own-name', x'01'), ('vendors', x'02');
INSERT INTO contacts (name, source) VALUES ('Ada', 'card'), ('Bo', '');
INSERT INTO ops (account, mailbox, message, kind, detail, target, state, reason) VALUES
  (1, 1, 12, 'add', '\Seen', 0, 'waiting', ''),
  (1, 1, 12, 'remove', '$Junk', 0, 'waiting', ''),
  (1, 1, 12, 'move', '77', 2, 'waiting', ''),
  (1, 1, 12, 'append', '', 0, 'waiting', ''),
  (1, 1, 12, 'add', '$MDNSent', 0, 'failed', 'this mailbox does not keep that mark'),
  (1, 1, 12, 'move', '78', 2, 'failed', 'the server numbered the mailbox anew'),
  (1, 1, 12, 'move', '79', 2, 'failed', 'the mailbox is gone'),
  (1, 1, 12, 'add', '\Flagged', 0, 'failed', '[OVERQUOTA] the mailbox is gone, full');
INSERT INTO outbox (account, message_id, forward_paths, relation, state, reply, octets) VALUES
  (1, 'a', '[]', '', 'queued', '', x''),
  (1, 'b', '[]', 'reply 12', 'queued', '451 4.3.0 try later', x''),
  (1, 'c', '[]', 'forward 13', 'failed', 'There is no mailbox ada at example.net.' || char(10) || 'ada@example.net: 550 5.1.1 no', x''),
  (1, 'd', '[]', '', 'failed', 'ada@example.net: 550 no: 550 really', x''),
  (1, 'e', '[]', '', 'failed', '552 too big' || char(10) || 'second line', x''),
  (1, 'f', '[]', '', 'failed', 'The server could not be reached for five days.', x''),
  (1, 'g', '[]', '', 'queued', 'the server did not accept the user name or password: 535 no: [a] b', x''),
  (1, 'h', '[]', '', 'queued', 'no password is stored for this account', x''),
  (1, 'i', '[]', '', 'queued', 'no keyring can be used: locked', x''),
  (1, 'j', '[]', '', 'queued', 'the server''s certificate cannot be trusted: expired', x''),
  (1, 'k', '[]', '', 'queued', 'the server offers no encryption', x''),
  (1, 'l', '[]', '', 'queued', 'smtp.example.com:587 expects STARTTLS', x''),
  (1, 'm', '[]', '', 'ambiguous', 'Aloud was ended while the message was on its way', x''),
  (1, 'n', '[]', '', 'ambiguous', 'end of stream', x''),
  (1, 'o', '[]', '', 'failed', 'the message does not end with a line end', x'');
