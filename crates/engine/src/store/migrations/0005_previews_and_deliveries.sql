-- The last sentences leave the database.

-- deliveries.detail was the sentence for a failure. Until the report is read again (below) it stands
-- for what the report said.
ALTER TABLE deliveries ADD COLUMN status TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN diagnostic TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN last_attempt INTEGER NOT NULL DEFAULT 0;
UPDATE deliveries SET diagnostic = detail;
ALTER TABLE deliveries DROP COLUMN detail;

-- messages.preview was words of the message or a sentence of ours.
ALTER TABLE messages ADD COLUMN preview_kind TEXT NOT NULL DEFAULT '';
UPDATE messages SET preview_kind = CASE
  WHEN preview = '' OR kind = 'dsn' THEN ''
  WHEN quarantined <> 0
    AND preview = 'This message could not be displayed. Its source can still be shown.'
    THEN 'unreadable'
  WHEN kind = 'fax' AND (preview = 'Fax with a spoken note'
    OR preview GLOB 'Fax with a spoken note, [0-9]*:[0-9][0-9]') THEN 'spoken-note'
  WHEN kind = 'voice' AND (preview = 'Forwarded with a spoken introduction'
    OR preview GLOB 'Forwarded with a spoken introduction, [0-9]*:[0-9][0-9]') THEN 'introduction'
  WHEN preview GLOB 'Forwarded: a message from ?*' THEN 'forwarded'
  WHEN outside_caller = 1 AND preview GLOB 'Left on extension [0-9]* · can’t be replied to'
    THEN 'extension'
  WHEN outside_caller = 1 AND preview = 'Left from an outside line · can’t be replied to'
    THEN 'outside-line'
  ELSE 'text' END;
-- Seconds.
UPDATE messages SET preview = CASE instr(preview, ', ') WHEN 0 THEN '' ELSE
    CAST(substr(preview, instr(preview, ', ') + 2,
      instr(preview, ':') - instr(preview, ', ') - 2) AS INTEGER) * 60
    + CAST(substr(preview, instr(preview, ':') + 1) AS INTEGER) END
  WHERE preview_kind IN ('spoken-note', 'introduction');
UPDATE messages SET preview = substr(preview, length('Forwarded: a message from ') + 1)
  WHERE preview_kind = 'forwarded';
UPDATE messages SET preview = replace(substr(preview, length('Left on extension ') + 1),
  ' · can’t be replied to', '') WHERE preview_kind = 'extension';
UPDATE messages SET preview = '' WHERE preview_kind IN ('', 'outside-line', 'unreadable');

-- Delivery reports are read again when the engine starts next.
INSERT INTO meta (name, value) SELECT 'reread-reports', x'01'
  WHERE EXISTS (SELECT 1 FROM messages WHERE kind = 'dsn');
