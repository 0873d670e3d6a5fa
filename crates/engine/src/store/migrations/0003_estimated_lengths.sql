-- Whether a length was guessed from the size of the message rather than stated or measured.
ALTER TABLE messages ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0;
