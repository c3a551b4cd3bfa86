-- What an alarm has noticed, as JSON with its figures, so that each reader gets it in his language;
-- nothing for alarms from before.
ALTER TABLE alarm ADD COLUMN facts TEXT;

-- The how-many-th checkpoint of its tree a row is, from 1, and a hash over it and the link before:
-- a row that is taken away or changed is missed. Nothing for rows from before.
ALTER TABLE checkpoint ADD COLUMN ordinal BIGINT;
ALTER TABLE checkpoint ADD COLUMN link TEXT;
