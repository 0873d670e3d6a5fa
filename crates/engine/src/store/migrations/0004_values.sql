-- Reasons, kinds and relations become codes in columns of their own; what a server said stays, as
-- data. Tables and columns get the names that the field uses.

ALTER TABLE things RENAME TO meta;
ALTER TABLE heads RENAME TO headers;
ALTER TABLE messages RENAME COLUMN poison TO quarantined;
-- Written by nobody, read by nobody.
ALTER TABLE mailboxes DROP COLUMN state;
ALTER TABLE ops DROP COLUMN created;
-- What was no known word was shown as typed in.
UPDATE contacts SET source = 'typed' WHERE source NOT IN ('typed', 'card', 'file');

-- ops.detail was a flag, or for a move the row of the place it had made.
ALTER TABLE ops ADD COLUMN flag TEXT NOT NULL DEFAULT '';
ALTER TABLE ops ADD COLUMN made INTEGER NOT NULL DEFAULT 0;
UPDATE ops SET flag = detail WHERE kind IN ('add', 'remove');
UPDATE ops SET made = CAST(detail AS INTEGER) WHERE kind = 'move';
ALTER TABLE ops DROP COLUMN detail;

-- ops.reason was a sentence of ours, or what the server said.
ALTER TABLE ops ADD COLUMN why TEXT NOT NULL DEFAULT '';
ALTER TABLE ops ADD COLUMN said TEXT NOT NULL DEFAULT '';
UPDATE ops SET why = CASE reason
  WHEN '' THEN ''
  WHEN 'the server numbered the mailbox anew' THEN 'renumbered'
  WHEN 'the mailbox is gone' THEN 'mailbox-gone'
  WHEN 'this mailbox does not keep that mark' THEN 'flag-not-kept'
  ELSE 'server' END;
UPDATE ops SET said = reason WHERE why = 'server';
ALTER TABLE ops DROP COLUMN reason;

-- outbox.relation was 'reply 12' or 'forward 12'.
ALTER TABLE outbox ADD COLUMN related_as TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN related_to INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET
  related_as = substr(relation, 1, instr(relation, ' ') - 1),
  related_to = CAST(substr(relation, instr(relation, ' ') + 1) AS INTEGER)
  WHERE relation GLOB 'reply [0-9]*' OR relation GLOB 'forward [0-9]*';
ALTER TABLE outbox DROP COLUMN relation;

-- outbox.reply was a sentence, what the server said, or both in two lines, the second of which may
-- begin with the address that was refused: 'ada@example.net: 550 5.1.1 no'.
ALTER TABLE outbox ADD COLUMN why TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN reply_code INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN refused TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN said TEXT NOT NULL DEFAULT '';
UPDATE outbox SET reply = substr(reply, instr(reply, char(10)) + 1)
  WHERE substr(reply, instr(reply, char(10)) + 1) GLOB '*@*: [45][0-9][0-9] *'
  AND reply NOT GLOB '[45][0-9][0-9] *';
UPDATE outbox SET refused = substr(reply, 1, instr(reply, ': ') - 1),
  reply = substr(reply, instr(reply, ': ') + 2)
  WHERE reply GLOB '*@*: [45][0-9][0-9] *' AND instr(substr(reply, 1, instr(reply, ': ')), ' ') = 0;
UPDATE outbox SET why = 'refused', reply_code = CAST(substr(reply, 1, 3) AS INTEGER),
  said = substr(reply, 5) WHERE reply GLOB '[45][0-9][0-9] *';
UPDATE outbox SET why = 'credentials',
  said = substr(reply, length('the server did not accept the user name or password: ') + 1)
  WHERE reply GLOB 'the server did not accept the user name or password: *';
UPDATE outbox SET why = 'no-keyring', said = substr(reply, length('no keyring can be used: ') + 1)
  WHERE reply GLOB 'no keyring can be used: *';
UPDATE outbox SET why = 'certificate',
  said = substr(reply, length('the server''s certificate cannot be trusted: ') + 1)
  WHERE reply GLOB 'the server''s certificate cannot be trusted: *';
UPDATE outbox SET why = CASE
  WHEN reply = 'The server could not be reached for five days.' THEN 'gave-up'
  WHEN reply = 'Aloud was ended while the message was on its way' THEN 'ended'
  WHEN reply = 'no password is stored for this account' THEN 'no-password'
  WHEN reply = 'the server offers no encryption' THEN 'no-encryption'
  WHEN reply GLOB '* expects TLS' OR reply GLOB '* expects STARTTLS'
    OR reply GLOB '* expects no encryption' THEN 'wrong-encryption'
  WHEN state = 'ambiguous' THEN 'broken'
  ELSE 'other' END
  WHERE why = '' AND reply <> '';
UPDATE outbox SET said = reply WHERE why IN ('other', 'broken');
ALTER TABLE outbox DROP COLUMN reply;
