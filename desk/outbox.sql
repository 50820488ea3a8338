-- What this desk has signed, in the order of signing, and what became of it.
CREATE TABLE IF NOT EXISTS statement (
	seq     INTEGER PRIMARY KEY AUTOINCREMENT,
	id      TEXT    NOT NULL UNIQUE,
	author  TEXT    NOT NULL,
	flash   INTEGER NOT NULL CHECK (flash IN (0, 1)),
	after   INTEGER NOT NULL DEFAULT 0, -- seq of what the hub must have answered first; 0: nothing
	signed  INTEGER NOT NULL,           -- milliseconds since 1970
	bytes   BLOB    NOT NULL,           -- exactly as signed
	state   TEXT    NOT NULL CHECK (state IN ('queued', 'accepted', 'refused')),
	idx     INTEGER,                    -- of its entry
	receipt BLOB,
	problem BLOB,                       -- the refusal, JSON
	CHECK ((state = 'accepted') = (receipt IS NOT NULL)),
	CHECK ((state = 'refused') = (problem IS NOT NULL))
) STRICT;
CREATE INDEX IF NOT EXISTS statement_queued ON statement (seq) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS statement_flash ON statement (author) WHERE state = 'queued' AND flash = 1;
CREATE INDEX IF NOT EXISTS statement_unsettled ON statement (state, signed, flash) WHERE state <> 'accepted';
CREATE INDEX IF NOT EXISTS statement_author ON statement (author, seq);

-- A statement that has a receipt, or was refused, never changes again, but for what its
-- text discloses, which may be purged.
DROP TRIGGER IF EXISTS statement_settled;
CREATE TRIGGER statement_settled BEFORE UPDATE ON statement WHEN old.state <> 'queued'
	AND NOT (new.seq = old.seq AND new.id = old.id AND new.author = old.author AND new.flash = old.flash AND new.after = old.after AND new.signed = old.signed
		AND new.state = old.state AND new.idx IS old.idx AND new.receipt IS old.receipt AND new.problem IS old.problem
		AND length(new.bytes) < length(old.bytes) AND new.bytes = substr(old.bytes, 1, length(new.bytes)))
	BEGIN SELECT RAISE(ABORT, 'the statement is settled'); END;

-- What the desk has said of statements that reached it: that they were delivered or
-- displayed; of the other side's deposit in a sealed exchange, that it has opened.
CREATE TABLE IF NOT EXISTS report (
	id       TEXT    NOT NULL,
	relation TEXT    NOT NULL CHECK (relation IN ('delivers', 'displays', 'opens')),
	seq      INTEGER NOT NULL, -- of the act
	PRIMARY KEY (id, relation)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS mark (
	name  TEXT PRIMARY KEY,
	value INTEGER NOT NULL,
	hash  BLOB
) STRICT, WITHOUT ROWID;

-- What an officer wrote and the desk or the rules refused or asked about: it
-- stays here until it is sent or dropped.
CREATE TABLE IF NOT EXISTS draft (
	number  INTEGER PRIMARY KEY AUTOINCREMENT,
	saved   INTEGER NOT NULL, -- milliseconds since 1970
	saying  BLOB    NOT NULL, -- as the officer wrote it, JSON
	problem BLOB    NOT NULL  -- the refusal, JSON
) STRICT;

-- What one officer has written that must not leave by one officer's hand: it
-- stays here until another has signed it too, or refused to.
CREATE TABLE IF NOT EXISTS waiting (
	id    TEXT PRIMARY KEY,
	bytes BLOB NOT NULL -- signed by its author alone; never sent, signed anew when it goes
) STRICT, WITHOUT ROWID;
-- The mechanism that this folder is of, from its first opening on: what officers
-- have written under one charter is never sent under another's.
CREATE TABLE IF NOT EXISTS owner (
	one       INTEGER PRIMARY KEY CHECK (one = 1),
	mechanism TEXT    NOT NULL,
	exercise  INTEGER NOT NULL CHECK (exercise IN (0, 1))
) STRICT;

-- Who has asked for what only named readers may read, and what was answered: the
-- desk's own record, which goes nowhere.
CREATE TABLE IF NOT EXISTS access (
	seq       INTEGER PRIMARY KEY AUTOINCREMENT,
	at        INTEGER NOT NULL, -- milliseconds since 1970
	project   TEXT    NOT NULL, -- statement that opened it, or that is to; empty for a proposal that is not signed yet
	statement TEXT    NOT NULL,
	officer   TEXT    NOT NULL, -- party/role/officer; empty where nobody was named
	answer    TEXT    NOT NULL CHECK (answer IN ('read', 'denied', 'free', 'not-free', 'too-many'))
) STRICT;
CREATE INDEX IF NOT EXISTS access_at ON access (at);
CREATE TRIGGER IF NOT EXISTS access_no_update BEFORE UPDATE ON access BEGIN SELECT RAISE(ABORT, 'what was logged stays'); END;
CREATE TRIGGER IF NOT EXISTS access_no_delete BEFORE DELETE ON access BEGIN SELECT RAISE(ABORT, 'what was logged stays'); END;

-- What this desk has denied to an officer, or to whoever named none: the desk's own
-- record, which goes nowhere.
CREATE TABLE IF NOT EXISTS denial (
	seq       INTEGER PRIMARY KEY AUTOINCREMENT,
	at        INTEGER NOT NULL, -- milliseconds since 1970
	officer   TEXT    NOT NULL, -- party/role/officer; empty where nobody was named
	asked     TEXT    NOT NULL, -- for what: forward, or the route
	statement TEXT    NOT NULL, -- that it was about, or what was typed in its place
	recipient TEXT    NOT NULL, -- of a copy; else empty
	rule      TEXT    NOT NULL  -- by which it was denied
) STRICT;
CREATE TRIGGER IF NOT EXISTS denial_no_update BEFORE UPDATE ON denial BEGIN SELECT RAISE(ABORT, 'what was logged stays'); END;
CREATE TRIGGER IF NOT EXISTS denial_no_delete BEFORE DELETE ON denial BEGIN SELECT RAISE(ABORT, 'what was logged stays'); END;

-- Who may call the API as one officer: by hash, so that nobody finds a token here.
CREATE TABLE IF NOT EXISTS officer_token (
	hash    BLOB PRIMARY KEY CHECK (length(hash) = 32),
	officer TEXT    NOT NULL, -- party/role/officer
	made    INTEGER NOT NULL  -- milliseconds since 1970
) STRICT, WITHOUT ROWID;

-- What this party seals in exchanges, until both are opened for this desk's eyes
-- alone. It is here before anything of the deposit is signed: whoever loses it can
-- open nothing, and the exchange lapses.
CREATE TABLE IF NOT EXISTS sealed (
	commitment TEXT PRIMARY KEY,   -- of the deposit
	made       INTEGER NOT NULL,   -- milliseconds since 1970
	exchange   TEXT    NOT NULL,   -- its name
	salt       BLOB    NOT NULL CHECK (length(salt) = 32),
	text       TEXT    NOT NULL,
	identity   TEXT    NOT NULL,   -- of the key deposited
	settled    INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1, 2)) -- 1: the exchange has ended, and what the other side opened was looked at; 2: it was another text than deposited
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sealed_unsettled ON sealed (made) WHERE settled = 0;
CREATE TRIGGER IF NOT EXISTS sealed_fixed BEFORE UPDATE OF commitment, exchange, salt, text, identity ON sealed
	BEGIN SELECT RAISE(ABORT, 'what is sealed stays as it is'); END;

-- What each witness has cosigned, as this desk has verified it against its own
-- replica; and of its own witness, what it has cosigned, before that leaves.
CREATE TABLE IF NOT EXISTS cosigned (
	key   TEXT PRIMARY KEY, -- name and hash of the witness key
	size  INTEGER NOT NULL CHECK (size >= 0),
	at    INTEGER NOT NULL, -- seconds since 1970 by the witness, of its newest word
	heard INTEGER NOT NULL  -- seconds since 1970 by this desk, when that came
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS cosigned_grows BEFORE UPDATE ON cosigned WHEN new.size < old.size OR new.at < old.at
	BEGIN SELECT RAISE(ABORT, 'no witness takes a word back'); END;

-- Checkpoints that others have shown and this replica has not reached: they are
-- compared with it as soon as it has.
CREATE TABLE IF NOT EXISTS met (
	size INTEGER NOT NULL,
	root BLOB    NOT NULL CHECK (length(root) = 32),
	note BLOB    NOT NULL, -- as signed
	at   INTEGER NOT NULL, -- milliseconds since 1970
	PRIMARY KEY (size, root)
) STRICT, WITHOUT ROWID;
