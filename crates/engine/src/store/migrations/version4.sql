-- What a database of version 4 may hold that version 5 rewrites; for the test of the migration.
INSERT INTO messages (id, account, kind, preview, outside_caller, quarantined, known) VALUES
  (30, 1, 'email', '', 0, 0, 2),
  (31, 1, 'email', 'Left on the table: 12:30, ok?', 0, 0, 2),
  (32, 1, 'fax', 'Fax with a spoken note, 1:05', 0, 0, 2),
  (33, 1, 'fax', 'Fax with a spoken note', 0, 0, 2),
  (34, 1, 'email', 'Fax with a spoken note', 0, 0, 2),
  (35, 1, 'voice', 'Forwarded with a spoken introduction, 12:00', 0, 0, 2),
  (36, 1, 'voice', 'Forwarded with a spoken introduction', 0, 0, 2),
  (37, 1, 'voice', 'Forwarded: a message from Zoë, Ltd: sales', 0, 0, 2),
  (38, 1, 'voice', 'Left on extension 0721 · can’t be replied to', 1, 0, 2),
  (39, 1, 'voice', 'Left from an outside line · can’t be replied to', 1, 0, 1),
  (40, 1, 'email', 'Left from an outside line · can’t be replied to', 0, 0, 1),
  (41, 1, 'other', 'This message could not be displayed. Its source can still be shown.', 0, 1, 0),
  (42, 1, 'dsn', 'There is no mailbox bo at example.net.', 0, 0, 2),
  (43, 1, 'email', 'Forwarded: a message from ', 0, 0, 2);
INSERT INTO deliveries (id, account, message_id, recipient, state, at, detail) VALUES
  (90, 1, 'v4@example.com', 'ada@example.net', 'failed', 7, 'There is no mailbox ada at example.net.'),
  (91, 1, 'v4@example.com', 'bo@example.net', 'displayed', 8, ''),
  (92, 1, 'v4@example.com', 'cy@example.net', 'error', 9, '5.6.1 (Media not supported) audio/x-odd'),
  (93, 1, 'v4@example.com', 'di@example.net', 'failed', 10, '');
