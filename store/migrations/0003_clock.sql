-- How the channel stands (line, areas, watch), and for each statement when its
-- next timer falls due and which parties have something to do about it. Nothing
-- here knows that of what was folded before, so all of it is folded again.
ALTER TABLE entry ADD COLUMN owing TEXT; -- parties, each between spaces; NULL for none
CREATE INDEX entry_owing ON entry (idx) WHERE owing IS NOT NULL;
DROP INDEX entry_waiting;
CREATE TABLE board (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	body TEXT    NOT NULL
) STRICT;
DELETE FROM entry;
DELETE FROM author;
DELETE FROM key;
DELETE FROM charter;
DELETE FROM tree;
DELETE FROM progress;
