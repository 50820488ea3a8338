-- Words of statements, derived from the journal. Each area has a table of its own, made
-- as its first statement comes: text_1, text_2, ...
CREATE TABLE IF NOT EXISTS mark (
	one     INTEGER PRIMARY KEY CHECK (one = 1),
	version INTEGER NOT NULL,
	ledger  TEXT    NOT NULL,
	blocks  INTEGER NOT NULL CHECK (blocks >= 0),
	size    INTEGER NOT NULL CHECK (size >= 0),
	tip     BLOB    NOT NULL CHECK (length(tip) = 32) -- hash of the last block
) STRICT;
CREATE TABLE IF NOT EXISTS area (
	id   INTEGER PRIMARY KEY,
	name TEXT    NOT NULL UNIQUE
) STRICT;
