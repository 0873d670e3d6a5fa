-- What a card says beyond the fields of the directory, so that it is handed on whole.
ALTER TABLE contacts ADD COLUMN properties TEXT NOT NULL DEFAULT '';
