ALTER TABLE page_user DROP COLUMN sites;
