package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"maps"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"parley/delivery"
	"parley/mechanism"
	"parley/statement"
)

// A cold is what a replay does not hold in memory any more, in three temporary files
// that only this program can read: a row for each entry, the body of each statement,
// and the hashes of the tree. A statement's body is the part that its author signed,
// without its fields, and how it stands.
//
// It is not a database: an auditor's replay is thrown away, and writing a row of one
// costs more than verifying a signature.
type cold struct {
	mu                 sync.RWMutex // guards all below
	rows, bodies, tree *os.File
	size               uint64 // rows
	length             int64  // bytes of bodies
	buffer             []byte // what is being written
	byHash, byID       slots
	seed               maphash.Seed
}

// A coldRow is 32 bytes of hash, then hub's time in ms, height, where the body begins
// and how long it is, all big-endian; no body is length 0.
type coldRow struct {
	Entry
	at     int64
	length uint32
}

const coldRowSize = 64

func newCold() (*cold, error) {
	c := &cold{seed: maphash.MakeSeed()}
	for _, f := range []**os.File{&c.rows, &c.bodies, &c.tree} {
		var err error
		if *f, err = os.CreateTemp("", "parley-replay-"); err != nil {
			c.Close() //nolint:errcheck // what was made is empty
			return nil, fmt.Errorf("put aside what was replayed: %w", err)
		}
		os.Remove((*f).Name()) //nolint:errcheck // where an open file cannot be removed, Close does it
	}
	return c, nil
}

// Close gives the files up.
func (c *cold) Close() error {
	var all error
	for _, f := range []*os.File{c.rows, c.bodies, c.tree} {
		if f != nil {
			all = errors.Join(all, f.Close())
			os.Remove(f.Name()) //nolint:errcheck // it is gone where it could be removed open
		}
	}
	return all
}

func (c *cold) print(id string) uint64 { return maphash.String(c.seed, id) }

// hashPrint is seeded too: whoever chooses texts cannot choose collisions.
func (c *cold) hashPrint(hash mechanism.Hash) uint64 { return maphash.Bytes(c.seed, hash[:]) }

// write puts a layer aside: entries that follow those that are there, and newer
// states of what is.
func (c *cold) write(l *layer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	fail := func(err error) error { return fmt.Errorf("put aside what was replayed: %w", err) }
	var rows []byte // to be appended
	bodies := c.buffer[:0]
	first, begin := c.size, c.length
	row := func(index uint64, r coldRow) error {
		if index >= first && index-first == uint64(len(rows)/coldRowSize) {
			rows = r.append(rows)
			return nil
		}
		_, err := c.rows.WriteAt(r.append(nil), int64(index)*coldRowSize)
		return err
	}
	for _, index := range slices.Sorted(maps.Keys(l.entries)) {
		r, fresh := coldRow{Entry: l.entries[index]}, index >= c.size
		if index >= math.MaxUint32 {
			return fail(fmt.Errorf("the ledger has more than %d entries", uint32(math.MaxUint32)))
		}
		if record, ok := l.numbers[index]; ok {
			var err error
			at := len(bodies)
			if bodies, err = c.appendBody(bodies, l, record, nil); err != nil {
				return fail(err)
			}
			r.Height, r.at, r.length = record.Height, begin+int64(at), uint32(len(bodies)-at)
			c.byID.put(c.print(record.Claims.ID), uint32(index))
		}
		if err := row(index, r); err != nil {
			return fail(err)
		}
		if fresh {
			c.byHash.put(c.hashPrint(r.Hash), uint32(index))
			c.size = index + 1
		}
	}
	for _, index := range slices.Sorted(maps.Keys(l.numbers)) {
		if _, ok := l.entries[index]; ok {
			continue
		}
		r, err := c.row(index)
		if err != nil {
			return fail(err)
		}
		at := len(bodies)
		if bodies, err = c.appendBody(bodies, l, l.numbers[index], &r); err != nil {
			return fail(err)
		}
		r.at, r.length = begin+int64(at), uint32(len(bodies)-at)
		if err := row(index, r); err != nil {
			return fail(err)
		}
	}
	c.length, c.buffer = c.length+int64(len(bodies)), bodies
	for _, w := range []struct {
		file *os.File
		data []byte
		at   int64
	}{{c.bodies, bodies, begin}, {c.rows, rows, int64(first) * coldRowSize}, {c.tree, hashBytes(l.tree), l.from * tlog.HashSize}} {
		if _, err := w.file.WriteAt(w.data, w.at); err != nil {
			return fail(err)
		}
	}
	return nil
}

func hashBytes(hashes []tlog.Hash) []byte {
	out := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

func (r coldRow) append(out []byte) []byte {
	out = append(out, r.Hash[:]...)
	out = binary.BigEndian.AppendUint64(out, uint64(r.Logged.UnixMilli()))
	out = binary.BigEndian.AppendUint64(out, r.Height)
	out = binary.BigEndian.AppendUint64(out, uint64(r.at))
	return binary.BigEndian.AppendUint64(out, uint64(r.length))
}

// row reads a row. The caller holds mu.
func (c *cold) row(index uint64) (r coldRow, err error) {
	var b [coldRowSize]byte
	if _, err := c.rows.ReadAt(b[:], int64(index)*coldRowSize); err != nil {
		return r, fmt.Errorf("read what was put aside of entry %d: %w", index, err)
	}
	copy(r.Hash[:], b[:])
	r.Logged = time.UnixMilli(int64(binary.BigEndian.Uint64(b[32:]))).UTC()
	r.Height, r.at, r.length = binary.BigEndian.Uint64(b[40:]), int64(binary.BigEndian.Uint64(b[48:])), uint32(binary.BigEndian.Uint64(b[56:]))
	return r, nil
}

// appendBody writes a body: the signed part or, where that is not known, the claims as JSON, then
// delivery, facts and, where there is one, the entry that purged it, each after its length; before says where an older body is.
func (c *cold) appendBody(out []byte, l *layer, r *mechanism.Record, before *coldRow) ([]byte, error) {
	if s := l.texts[r.Index]; s != nil {
		out = appendPart(out, s.Signed())
	} else if before != nil && before.length > 0 {
		old, err := c.parts(r.Index, *before)
		if err != nil {
			return nil, err
		}
		out = appendPart(out, old[0])
	} else {
		claims, err := json.Marshal(r.Claims)
		if err != nil {
			return nil, err
		}
		out = appendPart(out, claims)
	}
	var states, facts []byte
	var err error
	if r.Delivery != nil {
		if states, err = json.Marshal(r.Delivery); err != nil {
			return nil, err
		}
	}
	if r.Facts != nil {
		if facts, err = json.Marshal(r.Facts); err != nil {
			return nil, err
		}
	}
	out = appendPart(appendPart(out, states), facts)
	if r.Purged != 0 {
		return appendPart(out, binary.BigEndian.AppendUint64(nil, r.Purged)), nil
	}
	return appendPart(out, ""), nil
}

func appendPart[T string | []byte](out []byte, part T) []byte {
	return append(binary.BigEndian.AppendUint32(out, uint32(len(part))), part...)
}

func (c *cold) parts(index uint64, r coldRow) (parts [4][]byte, err error) {
	body := make([]byte, r.length)
	if _, err := c.bodies.ReadAt(body, r.at); err != nil {
		return parts, fmt.Errorf("read what was put aside of entry %d: %w", index, err)
	}
	for i := range parts {
		if len(body) < 4 || uint64(len(body)-4) < uint64(binary.BigEndian.Uint32(body)) {
			return parts, fmt.Errorf("read what was put aside of entry %d: it was changed meanwhile", index)
		}
		n := binary.BigEndian.Uint32(body)
		parts[i], body = body[4:4+n], body[4+n:]
	}
	return parts, nil
}

// record decodes a body. The caller holds mu.
func (c *cold) decode(index uint64, row coldRow) (*mechanism.Record, error) {
	parts, err := c.parts(index, row)
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*mechanism.Record, error) {
		return nil, fmt.Errorf("read what was put aside of entry %d: %w", index, err)
	}
	r := &mechanism.Record{Index: index, Hash: row.Hash, Height: row.Height, Logged: row.Logged}
	if parts[0][0] == '{' {
		if err := json.Unmarshal(parts[0], &r.Claims); err != nil {
			return fail(err)
		}
	} else {
		s, err := statement.Parse(append(slices.Clip(parts[0]), '~'))
		if err != nil {
			return fail(err)
		}
		r.Claims = s.Claims()
	}
	if len(parts[1]) > 0 {
		r.Delivery = &delivery.State{}
		if err := json.Unmarshal(parts[1], r.Delivery); err != nil {
			return fail(err)
		}
	}
	if len(parts[2]) > 0 {
		r.Facts = &mechanism.Facts{}
		if err := json.Unmarshal(parts[2], r.Facts); err != nil {
			return fail(err)
		}
	}
	if len(parts[3]) == 8 {
		r.Purged = binary.BigEndian.Uint64(parts[3])
	}
	return r, nil
}

func (c *cold) record(id string) (*mechanism.Record, bool, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for index := range c.byID.find(c.print(id)) {
		row, err := c.row(uint64(index))
		if err != nil {
			return nil, false, err
		}
		r, err := c.decode(uint64(index), row)
		if err != nil {
			return nil, false, err
		}
		if r.Claims.ID == id {
			return r, true, nil
		}
	}
	return nil, false, nil
}

func (c *cold) recordAt(index uint64) (*mechanism.Record, bool, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if index >= c.size {
		return nil, false, nil
	}
	row, err := c.row(index)
	if err != nil || row.length == 0 {
		return nil, false, err
	}
	r, err := c.decode(index, row)
	return r, err == nil, err
}

func (c *cold) indexOf(hash mechanism.Hash) (uint64, bool, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for index := range c.byHash.find(c.hashPrint(hash)) {
		row, err := c.row(uint64(index))
		if err != nil {
			return 0, false, err
		}
		if row.Hash == hash {
			return uint64(index), true, nil
		}
	}
	return 0, false, nil
}

func (c *cold) entryAt(index uint64) (Entry, bool, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if index >= c.size {
		return Entry{}, false, nil
	}
	row, err := c.row(index)
	return row.Entry, err == nil, err
}

// hashes reads a row of the tree as [Working.ReadHashes] caches it.
func (c *cold) hashes(chunk int64) ([]byte, error) {
	row := make([]byte, chunkHashes*tlog.HashSize)
	n, err := c.tree.ReadAt(row, chunk*int64(len(row)))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return row[:n], nil
}

// records gives all that were put aside, by index.
func (c *cold) records() iter.Seq2[*mechanism.Record, error] {
	return func(yield func(*mechanism.Record, error) bool) {
		for index := uint64(0); ; index++ {
			c.mu.RLock()
			size := c.size
			c.mu.RUnlock()
			if index >= size {
				return
			}
			r, ok, err := c.recordAt(index)
			if err != nil {
				yield(nil, err)
				return
			}
			if ok && !yield(r, nil) {
				return
			}
		}
	}
}

// due adds to all the statements put aside that have a timer, but for those known.
func (c *cold) due(all []Due, known map[string]bool) ([]Due, error) {
	for r, err := range c.records() {
		if err != nil {
			return nil, err
		}
		if r.Delivery == nil || known[r.Claims.ID] {
			continue
		}
		if due := r.Delivery.NextDue(); !due.IsZero() {
			all = append(all, Due{r.Claims.ID, due})
		}
	}
	return all, nil
}
