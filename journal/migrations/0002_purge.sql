-- A block's texts may be purged: its hash stays, which is of the entries and no longer
-- of the bytes, and those have a sum of their own. A journal that was begun before
-- cannot be read, and this fails where there is such a block.
CREATE TABLE block_v2 (
	height INTEGER PRIMARY KEY CHECK (height >= 0),        -- from 0, without gaps
	prev   BLOB NOT NULL CHECK (length(prev) = 32),        -- hash of the block before; zeros at height 0
	hash   BLOB NOT NULL CHECK (length(hash) = 32),        -- as ledger.Block.Hash gives it
	sum    BLOB NOT NULL CHECK (length(sum) = 32),         -- SHA-256 of bytes
	bytes  BLOB NOT NULL                                   -- the block, as ledger.Block writes it
) STRICT;
INSERT INTO block_v2 SELECT height, prev, hash, NULL, bytes FROM block;
DROP TABLE block;
ALTER TABLE block_v2 RENAME TO block;

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

CREATE TRIGGER block_stays BEFORE UPDATE ON block
WHEN NEW.height <> OLD.height OR NEW.prev <> OLD.prev OR NEW.hash <> OLD.hash OR length(NEW.bytes) >= length(OLD.bytes)
	OR substr(NEW.bytes, 1, 59) <> substr(OLD.bytes, 1, 59) OR NEW.sum = OLD.sum -- its header, place and number of entries
BEGIN SELECT RAISE(ABORT, 'block is append-only; its texts alone are purged'); END;
CREATE TRIGGER block_no_delete BEFORE DELETE ON block BEGIN SELECT RAISE(ABORT, 'block is append-only'); END;

-- How far purges are carried out: every text that an entry before this one purges is
-- destroyed wherever its owner keeps it.
CREATE TABLE purged (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	size INTEGER NOT NULL CHECK (size >= 0)
) STRICT;
INSERT INTO purged VALUES (1, 0);
