-- A matter counts the statements of each party. Nothing here knows those of what was
-- folded before, so all of it is folded again.
DELETE FROM matter;
DELETE FROM entry;
DELETE FROM author;
DELETE FROM key;
DELETE FROM charter;
DELETE FROM tree;
DELETE FROM board;
DELETE FROM progress;
