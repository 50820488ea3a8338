package journal

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/ledger"
)

func openSQLite(t testing.TB, dir string) *SQLite {
	t.Helper()
	s, err := OpenSQLite(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestSQLiteContract(t *testing.T) {
	testContract(t, func(t *testing.T, dir string) Journal {
		s := openSQLite(t, dir)
		s.poll = 20 * time.Millisecond
		return s
	})
}

func TestReadOneAndHead(t *testing.T) {
	s := openSQLite(t, t.TempDir())
	if _, _, ok, err := s.Head(t.Context(), name); ok || err != nil {
		t.Errorf("the head of a ledger never begun: %v, %v", ok, err)
	}
	if _, err := s.ReadOne(t.Context(), name, 0); !errors.Is(err, ErrMissing) {
		t.Errorf("block 0 of a ledger never begun: %v", err)
	}
	blocks := chain(5, "a")
	appendAll(t, s, name, blocks...)
	height, hash, ok, err := s.Head(t.Context(), name)
	if height != 4 || hash != blocks[4].Hash() || !ok || err != nil {
		t.Errorf("the head is %d, %x, %v, %v; want block 4", height, hash, ok, err)
	}
	b, err := s.ReadOne(t.Context(), name, 2)
	if err != nil || !reflect.DeepEqual(b, blocks[2]) {
		t.Errorf("block 2 is read as %v, %v", b, err)
	}
	for _, height := range []uint64{5, 6, 1 << 63} {
		if _, err := s.ReadOne(t.Context(), name, height); !errors.Is(err, ErrMissing) {
			t.Errorf("block %d: %v, want that it is missing", height, err)
		}
	}
}

// stored makes a closed journal of blocks and gives the path of its file.
func stored(t *testing.T, blocks []*ledger.Block) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	s := openSQLite(t, dir)
	appendAll(t, s, name, blocks...)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, filepath.Join(dir, fileName(name))
}

// read gives the blocks up to the first error.
func read(t *testing.T, s *SQLite, from uint64) (blocks []*ledger.Block, err error) {
	for b, err := range s.Read(t.Context(), name, from) {
		if err != nil {
			return blocks, err
		}
		blocks = append(blocks, b)
	}
	return blocks, nil
}

// A byte of a block is changed on the disk. Everything before it is read, the
// block itself never, by no way.
func TestCorruptByte(t *testing.T) {
	blocks := chain(9, "a")
	dir, path := stored(t, blocks)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := blocks[5].Contents[1]
	at := bytes.Index(file, text) + len(text) - 3 // in a disclosure, which no entry's hash covers
	file[at] ^= 1
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	s := openSQLite(t, dir)
	named := func(err error) {
		t.Helper()
		corrupt, ok := errors.AsType[*CorruptError](err)
		if !ok || corrupt.Height != 5 || corrupt.Ledger != name {
			t.Fatalf("%v, want that block 5 is damaged", err)
		}
		want := "journal of ledger hub.example/paris: block 5 is damaged: its bytes have sum "
		if !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), "serve nothing from this journal, restore it from a copy") {
			t.Errorf("the error is %q", err)
		}
	}
	for _, from := range []uint64{0, 3, 5} {
		got, err := read(t, s, from)
		named(err)
		same(t, got, blocks[from:5])
	}
	_, err = s.ReadOne(t.Context(), name, 5)
	named(err)
	got, err := read(t, s, 6)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, blocks[6:])
}

// Wherever a bit of the file is flipped, a block is read as it was or not at all.
func TestCorruptAnywhere(t *testing.T) {
	blocks := chain(30, "a")
	dir, path := stored(t, blocks)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	damaged := 0
	for range 150 {
		at := random.IntN(len(good))
		bad := bytes.Clone(good)
		bad[at] ^= 1 << random.IntN(8)
		os.Remove(path + "-wal")
		os.Remove(path + "-shm")
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		s := openSQLite(t, dir)
		got, err := read(t, s, 0)
		for i, b := range got {
			if !reflect.DeepEqual(b, blocks[i]) {
				t.Fatalf("byte %d flipped: block %d is read as another", at, i)
			}
		}
		if err != nil {
			damaged++
		}
		s.Close()
	}
	if damaged == 0 {
		t.Error("no flip was noticed")
	}
}

// Whoever has the file can change it by SQL; the hashes tell.
func TestCorruptRows(t *testing.T) {
	blocks, others := chain(6, "a"), chain(6, "b")
	other := others[3].Bytes()
	hash, sum := others[3].Hash(), sha256.Sum256(other)
	for _, test := range []struct {
		name   string
		sql    string
		args   []any
		height uint64
		want   string
	}{
		{"row removed", "DELETE FROM block WHERE height = 3", nil, 3, "it is missing, while block 4 is there"},
		{"first removed", "DELETE FROM block WHERE height = 0", nil, 0, "it is missing, while block 1 is there"},
		{"bytes exchanged", "UPDATE block SET bytes = ? WHERE height = 3", []any{other}, 3, "its bytes have sum"},
		{"row of another chain", "UPDATE block SET bytes = ?, sum = ?, hash = ? WHERE height = 3", []any{other, sum[:], hash[:]}, 3, "it names"},
		{"two rows exchanged", "UPDATE block SET height = 10 - height WHERE height IN (4, 6)", nil, 4, "it is missing"},
		{"row at another height", "UPDATE block SET bytes = (SELECT bytes FROM block WHERE height = 2), sum = (SELECT sum FROM block WHERE height = 2) WHERE height = 3", nil, 3, "the block stored there is block 2"},
		{"not a block", "UPDATE block SET bytes = x'00', sum = x'6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d' WHERE height = 3", nil, 3, "read block: it does not begin with"},
		{"hash changed", "UPDATE block SET hash = zeroblob(32) WHERE height = 3", nil, 3, "it was stored with 0000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, path := stored(t, blocks)
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{"DROP TRIGGER block_stays", "DROP TRIGGER block_no_delete"} {
				if _, err := db.Exec(text); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := db.Exec(test.sql, test.args...); err != nil {
				t.Fatal(err)
			}
			db.Close()
			got, err := read(t, openSQLite(t, dir), 0)
			corrupt, ok := errors.AsType[*CorruptError](err)
			if !ok || corrupt.Height != test.height || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("%v, want that block %d is damaged: %s", err, test.height, test.want)
			}
			same(t, got, blocks[:test.height])
		})
	}
}

// The schema guards what the code guards.
func TestSchema(t *testing.T) {
	_, path := stored(t, chain(3, "a"))
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, test := range []struct{ sql, want string }{
		{"UPDATE block SET bytes = x'00' WHERE height = 1", "append-only"},
		{"UPDATE block SET hash = zeroblob(32) WHERE height = 1", "append-only"},
		{"UPDATE block SET bytes = CAST(bytes || x'00' AS BLOB), sum = zeroblob(32) WHERE height = 1", "append-only"},
		{"DELETE FROM block", "append-only"},
		{"INSERT INTO block VALUES (4, zeroblob(32), zeroblob(32), zeroblob(32), x'00')", "does not follow"},
		{"INSERT INTO block VALUES (3, zeroblob(32), zeroblob(32), zeroblob(32), x'00')", "does not follow"},
		{"INSERT INTO block SELECT -1, prev, hash, sum, bytes FROM block WHERE height = 0", "CHECK"},
		{"INSERT INTO block SELECT 3, hash, x'00', sum, bytes FROM block WHERE height = 2", "CHECK"},
		{"INSERT OR REPLACE INTO block SELECT 1, prev, hash, sum, x'00' FROM block WHERE height = 1", "is taken"},
	} {
		if _, err := db.Exec(test.sql); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.sql, err, test.want)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	dir, path := stored(t, chain(3, "a"))
	s := openSQLite(t, dir)
	if err := os.Rename(path, filepath.Join(dir, fileName("other"))); err != nil {
		t.Fatal(err)
	}
	_, err := s.ReadOne(t.Context(), "other", 0)
	if err == nil || !strings.Contains(err.Error(), "is the journal of ledger hub.example/paris, not of other") {
		t.Errorf("the file of another ledger: %v", err)
	}
	newer := openSQLite(t, t.TempDir())
	appendAll(t, newer, name, chain(1, "a")...)
	if _, err := newer.files[name].write.Exec("PRAGMA user_version = 9"); err != nil {
		t.Fatal(err)
	}
	dir = newer.dir
	newer.Close()
	if _, err := openSQLite(t, dir).ReadOne(t.Context(), name, 0); err == nil || !strings.Contains(err.Error(), "has schema 9") {
		t.Errorf("a newer schema: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, fileName("text")), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openSQLite(t, dir).ReadOne(t.Context(), "text", 0); err == nil {
		t.Error("a file that is no database was opened")
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSQLite(filepath.Join(dir, "file")); err == nil || !strings.Contains(err.Error(), "open journal ") {
		t.Errorf("a file in place of the folder: %v", err)
	}
	if err := openSQLite(t, dir).Append(t.Context(), strings.Repeat("a", 300), chain(1, "a")[0]); err == nil {
		t.Error("a ledger name of 300 bytes was accepted")
	}
}

// A path may contain what has a meaning in the database's name.
func TestOddPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b?c%41#d")
	s := openSQLite(t, dir)
	appendAll(t, s, name, chain(2, "a")...)
	if _, err := os.Stat(filepath.Join(dir, fileName(name))); err != nil {
		t.Error(err)
	}
}

// The WAL is moved into the database beside the appends and begun anew, so it
// stays near the size at which that is done.
func TestCheckpoints(t *testing.T) {
	s := openSQLite(t, t.TempDir())
	path := filepath.Join(s.dir, fileName(name)) + "-wal"
	var last *ledger.Block
	var most int64
	for total := 0; total < 12*checkpointAt; {
		last = long(last, 512<<10)
		appendAll(t, s, name, last)
		total += 512 << 10
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, info.Size())
	}
	if most > 5*checkpointAt {
		t.Errorf("the WAL grew to %d MiB while %d MiB were appended", most>>20, 12*checkpointAt>>20)
	}
}

// long makes the block after prev with one text of about n bytes.
func long(prev *ledger.Block, n int) *ledger.Block {
	b := next(prev, 1, "long")
	b.Contents[0] = append(b.Contents[0], bytes.Repeat([]byte("d"), n)...)
	return b
}

// The disk is full: the error says so, nothing is stored that was not
// acknowledged nor the other way round, and with room again it goes on.
func testFull(t *testing.T, s *SQLite, room func()) {
	t.Helper()
	var blocks []*ledger.Block
	var last *ledger.Block
	var err error
	for range 10_000 {
		b := long(last, 20_000)
		if err = s.Append(t.Context(), name, b); err != nil {
			break
		}
		blocks, last = append(blocks, b), b
	}
	want := fmt.Sprintf("append block %d to ledger %s: the disk that holds %s is full; make room on it and send again", len(blocks), name, filepath.Join(s.dir, fileName(name)))
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Fatalf("after %d blocks: %v; want %s", len(blocks), err, want)
	}
	same(t, readAll(t, s, name, 0), blocks)
	if err := s.Append(t.Context(), name, long(last, 20_000)); err == nil {
		t.Fatal("the disk is full, and a block was stored")
	}
	room()
	appendAll(t, s, name, long(last, 20_000))
	dir := s.dir
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	same(t, readAll(t, openSQLite(t, dir), name, 0), append(blocks, long(last, 20_000)))
}

func TestFullDatabase(t *testing.T) {
	s := openSQLite(t, t.TempDir())
	f, err := s.file(name, true)
	if err != nil {
		t.Fatal(err)
	}
	pages := func(n int) {
		if _, err := f.write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	pages(100)
	testFull(t, s, func() { pages(1 << 20) })
}

// After an error of the device the file answers nothing more.
func TestFailedDevice(t *testing.T) {
	s := openSQLite(t, t.TempDir())
	blocks := chain(3, "a")
	appendAll(t, s, name, blocks[:2]...)
	failed := errors.New("disk I/O error; the device")
	s.files[name].failed.Store(&failed)
	if err := s.Append(t.Context(), name, blocks[2]); !errors.Is(err, failed) {
		t.Errorf("append: %v", err)
	}
	if _, err := read(t, s, 0); !errors.Is(err, failed) {
		t.Errorf("read: %v", err)
	}
	if _, err := s.ReadOne(t.Context(), name, 0); !errors.Is(err, failed) {
		t.Errorf("read one: %v", err)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 16, 128} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := openSQLite(b, b.TempDir())
			var last *ledger.Block
			b.SetBytes(int64(n) << 10)
			var stored int
			for b.Loop() {
				b.StopTimer()
				block := next(last, n, "a")
				for i := range block.Contents {
					block.Contents[i] = append(block.Contents[i], bytes.Repeat([]byte("d"), 1<<10)...)
				}
				b.StartTimer()
				if err := s.Append(b.Context(), name, block); err != nil {
					b.Fatal(err)
				}
				last, stored = block, stored+n
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(stored), "ns/entry")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	s := openSQLite(b, b.TempDir())
	var last *ledger.Block
	for range 1000 {
		last = next(last, 16, "a")
		appendAll(b, s, name, last)
	}
	b.ResetTimer()
	for b.Loop() {
		if n := len(readAll(b, s, name, 0)); n != 1000 {
			b.Fatalf("read %d blocks", n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/block")
}
