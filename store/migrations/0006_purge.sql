-- The entry by which a statement's text is destroyed, which may be still to come; NULL
-- for none. What was folded before does not know how long it is kept, so all of it is
-- folded again.
ALTER TABLE entry ADD COLUMN purged INTEGER;
CREATE INDEX entry_purged ON entry (purged) WHERE purged IS NOT NULL;
DELETE FROM matter;
DELETE FROM entry;
DELETE FROM author;
DELETE FROM key;
DELETE FROM charter;
DELETE FROM tree;
DELETE FROM board;
DELETE FROM progress;
