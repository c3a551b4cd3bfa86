-- Sites whose boxes hold a person, as a JSON list of ids; nothing for every site of the party. A box
-- that is stolen gives away the PIN hashes it holds and no others.
ALTER TABLE page_user ADD COLUMN sites TEXT;
