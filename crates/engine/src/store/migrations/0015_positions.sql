-- Where somebody stopped listening to a message.
CREATE TABLE positions (
  message INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
  milliseconds INTEGER NOT NULL
) STRICT;
