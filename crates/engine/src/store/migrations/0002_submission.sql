-- What the submission server of an account said last: the most octets it takes (0 = without limit,
-- -1 = not known), and whether it reports deliveries (1, 0, -1 = not known).
ALTER TABLE accounts ADD COLUMN smtp_size INTEGER NOT NULL DEFAULT -1;
ALTER TABLE accounts ADD COLUMN smtp_dsn INTEGER NOT NULL DEFAULT -1;
