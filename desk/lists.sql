-- Editions of lists that were imported, in that order. The newest of a name is in
-- force; what went before stays, since decisions name it.
CREATE TABLE IF NOT EXISTS list (
	seq       INTEGER PRIMARY KEY AUTOINCREMENT,
	name      TEXT    NOT NULL,
	hash      TEXT    NOT NULL, -- of its files, hexadecimal
	published INTEGER NOT NULL, -- milliseconds since 1970
	at        INTEGER NOT NULL, -- when it was imported, milliseconds since 1970
	officer   TEXT    NOT NULL, -- party/role/officer who did
	header    BLOB    NOT NULL, -- JSON
	entries   BLOB    NOT NULL, -- JSON, gzip
	UNIQUE (name, hash)
) STRICT;
CREATE TRIGGER IF NOT EXISTS list_no_update BEFORE UPDATE ON list BEGIN SELECT RAISE(ABORT, 'an edition stays as it was imported'); END;
CREATE TRIGGER IF NOT EXISTS list_no_delete BEFORE DELETE ON list BEGIN SELECT RAISE(ABORT, 'an edition stays as it was imported'); END;

-- What persons decided about hits, in the order in which they did.
CREATE TABLE IF NOT EXISTS decision (
	seq     INTEGER PRIMARY KEY AUTOINCREMENT,
	project TEXT NOT NULL, -- statement that opened it; empty: of none
	key     TEXT NOT NULL, -- screening.NameKey of the name that was asked
	body    BLOB NOT NULL  -- JSON
) STRICT;
CREATE INDEX IF NOT EXISTS decision_key ON decision (key, seq);
CREATE TRIGGER IF NOT EXISTS decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'a decision stays; decide anew'); END;
CREATE TRIGGER IF NOT EXISTS decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'a decision stays; decide anew'); END;

-- Names that are compared again when a list changes.
CREATE TABLE IF NOT EXISTS asked (
	project TEXT    NOT NULL, -- statement that opened it; empty: of none
	key     TEXT    NOT NULL,
	name    TEXT    NOT NULL, -- as first asked
	at      INTEGER NOT NULL, -- milliseconds since 1970
	officer TEXT    NOT NULL,
	PRIMARY KEY (project, key)
) STRICT, WITHOUT ROWID;
