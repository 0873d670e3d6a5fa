-- What of a message on its way out does not stand in its row because it is large.
CREATE TABLE outbox_pieces (
  outbox INTEGER NOT NULL REFERENCES outbox(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  octets BLOB NOT NULL,
  PRIMARY KEY (outbox, number)
) STRICT;
