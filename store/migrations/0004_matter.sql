-- Cases, sessions, commitments, exchanges and projects: one row each, with what is
-- asked of them without reading their state. Nothing here knows those of what was
-- folded before, so all of it is folded again.
CREATE TABLE matter (
	id     TEXT    PRIMARY KEY,               -- of the statement that opened it
	kind   TEXT    NOT NULL,
	name   TEXT    NOT NULL,                  -- empty where it has none
	area   TEXT    NOT NULL,
	opened INTEGER NOT NULL CHECK (opened >= 0), -- entry of that statement
	due    INTEGER,                           -- when its next timer falls due, milliseconds since 1970
	owing  TEXT,                              -- parties that are to act, each between spaces; NULL for none
	ended  TEXT    NOT NULL,                  -- how it ended; empty while it goes on
	body   BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX matter_kind ON matter (kind, opened);
CREATE INDEX matter_name ON matter (kind, name) WHERE name <> '';
CREATE INDEX matter_due ON matter (due) WHERE due IS NOT NULL;
DELETE FROM entry;
DELETE FROM author;
DELETE FROM key;
DELETE FROM charter;
DELETE FROM tree;
DELETE FROM board;
DELETE FROM progress;
