-- People by the keys of a telephone; filled from the names when the engine starts.
CREATE TABLE contact_keys (
  contact INTEGER NOT NULL REFERENCES contacts(id) ON DELETE CASCADE,
  digits TEXT NOT NULL,
  PRIMARY KEY (contact, digits)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_keys_digits ON contact_keys(digits, contact);
