-- How many octets a message on its way out has, and their SHA-256: what is shorter or otherwise is not
-- sent. Rows of before do not say.
ALTER TABLE outbox ADD COLUMN length INTEGER NOT NULL DEFAULT -1;
ALTER TABLE outbox ADD COLUMN digest BLOB NOT NULL DEFAULT x'';
