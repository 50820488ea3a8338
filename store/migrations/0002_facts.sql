-- What the rules ask of a message's fields, read once as it is folded; NULL for
-- acts, and where some of the text is withheld. Nothing here knows the fields of
-- what was folded before, so all of it goes and is folded again from the journal.
ALTER TABLE entry ADD COLUMN facts BLOB;
DELETE FROM entry;
DELETE FROM author;
DELETE FROM key;
DELETE FROM charter;
DELETE FROM tree;
DELETE FROM progress;
