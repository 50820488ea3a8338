-- The read model: what the rules and the screens ask of the ledger. All of it is
-- derived from the journal and can be rebuilt from there at any time.
CREATE TABLE progress (
	one    INTEGER PRIMARY KEY CHECK (one = 1),
	ledger TEXT    NOT NULL,
	blocks INTEGER NOT NULL CHECK (blocks >= 0), -- applied, from height 0
	size   INTEGER NOT NULL CHECK (size >= 0)    -- entries applied
) STRICT;

-- Every entry, and the statement behind it where its text is known here.
CREATE TABLE entry (
	idx        INTEGER PRIMARY KEY CHECK (idx >= 0),
	hash       BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
	logged     INTEGER NOT NULL,       -- hub's time, milliseconds since 1970
	height     INTEGER NOT NULL,       -- block that holds the text, or the entry while it is withheld
	id         TEXT    UNIQUE,         -- NULL while the text is withheld, and for charters
	author     TEXT,
	format     TEXT,
	area       TEXT,
	precedence TEXT,
	signed     INTEGER,                -- author's time, milliseconds since 1970
	claims     BLOB,                   -- permanent claims, for the rules
	status     TEXT,                   -- of the delivery; NULL for acts
	due        INTEGER,                -- end of the gate's limit while it waits there
	delivery   BLOB                    -- state of the delivery, for the rules
) STRICT;
CREATE INDEX entry_due ON entry (due) WHERE due IS NOT NULL;
CREATE INDEX entry_waiting ON entry (status, idx) WHERE status IN ('submitted', 'held');

CREATE TABLE author (
	name   TEXT    PRIMARY KEY,
	idx    INTEGER NOT NULL,
	hash   BLOB    NOT NULL CHECK (length(hash) = 32),
	day    TEXT    NOT NULL,
	number INTEGER NOT NULL CHECK (number > 0),
	seen   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE key (
	kid      TEXT    PRIMARY KEY,
	public   BLOB    NOT NULL CHECK (length(public) = 32),
	author   TEXT    NOT NULL,
	areas    TEXT    NOT NULL, -- separated by spaces
	endorsed INTEGER NOT NULL CHECK (endorsed > 0),
	revoked  INTEGER NOT NULL CHECK (revoked = 0 OR revoked > endorsed)
) STRICT, WITHOUT ROWID;

CREATE TABLE charter (
	edition INTEGER PRIMARY KEY CHECK (edition > 0),
	idx     INTEGER NOT NULL UNIQUE,
	note    BLOB    NOT NULL
) STRICT;

-- Hashes of the Merkle tree in the order of tlog.StoredHashIndex, 256 a row.
CREATE TABLE tree (
	chunk  INTEGER PRIMARY KEY CHECK (chunk >= 0),
	hashes BLOB    NOT NULL CHECK (length(hashes) % 32 = 0)
) STRICT;
