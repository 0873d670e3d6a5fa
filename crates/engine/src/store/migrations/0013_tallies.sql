-- Numbers that every view shows are kept with the rows, and not counted for each look at them.
CREATE TABLE tallies (
  mailbox INTEGER NOT NULL,
  inbox INTEGER NOT NULL DEFAULT 0,
  class INTEGER NOT NULL DEFAULT 2,
  seen INTEGER NOT NULL DEFAULT 0,
  places INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (mailbox, inbox, class, seen)
) STRICT, WITHOUT ROWID;

INSERT INTO tallies (mailbox, inbox, class, seen, places)
SELECT mailbox, inbox, class, seen, count(*) FROM locations WHERE listed = 1
GROUP BY mailbox, inbox, class, seen;

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
