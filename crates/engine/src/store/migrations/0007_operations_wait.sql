-- What a server refuses for now is asked again then, and holds up nothing else.
ALTER TABLE ops ADD COLUMN due INTEGER NOT NULL DEFAULT 0;
