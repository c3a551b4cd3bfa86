ALTER TABLE checkpoint DROP COLUMN link;
ALTER TABLE checkpoint DROP COLUMN ordinal;
ALTER TABLE alarm DROP COLUMN facts;
