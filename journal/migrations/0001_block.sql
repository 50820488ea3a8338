-- One file a ledger. Migrations are numbered, run in one transaction each and never edited.
CREATE TABLE ledger (
	name TEXT NOT NULL
) STRICT;

CREATE TABLE block (
	height INTEGER PRIMARY KEY CHECK (height >= 0),        -- from 0, without gaps
	prev   BLOB NOT NULL CHECK (length(prev) = 32),        -- hash of the block before; zeros at height 0
	hash   BLOB NOT NULL CHECK (length(hash) = 32),        -- SHA-256 of bytes
	bytes  BLOB NOT NULL                                   -- the block, as ledger.Block writes it
) STRICT;

CREATE TRIGGER block_begins BEFORE INSERT ON block
WHEN NEW.height = 0 AND NEW.prev <> zeroblob(32)
BEGIN SELECT RAISE(ABORT, 'the first block has no predecessor'); END;

CREATE TRIGGER block_follows BEFORE INSERT ON block
WHEN NEW.height > 0 AND NOT EXISTS (SELECT 1 FROM block WHERE height = NEW.height - 1 AND hash = NEW.prev)
BEGIN SELECT RAISE(ABORT, 'block does not follow the one before'); END;

-- INSERT OR REPLACE would remove the row without asking the trigger for DELETE.
CREATE TRIGGER block_taken BEFORE INSERT ON block
WHEN EXISTS (SELECT 1 FROM block WHERE height = NEW.height)
BEGIN SELECT RAISE(ABORT, 'the height is taken'); END;

CREATE TRIGGER block_no_update BEFORE UPDATE ON block BEGIN SELECT RAISE(ABORT, 'block is append-only'); END;
CREATE TRIGGER block_no_delete BEFORE DELETE ON block BEGIN SELECT RAISE(ABORT, 'block is append-only'); END;
