// Package latch keeps the last checkpoint that a log has signed, apart from the
// journal of its blocks, so that a journal that was set back is found out before
// anything is signed on top of it.
//
// A [File] is one checkpoint, replaced by compare-and-swap: who does not know the
// one that is there cannot put another in its place. One program at a time has it.
// It belongs on another disk than the journal, and it is never restored from a
// copy: a copy is known by its place on the disk, and what is known by that of a
// journal before is then worth little. See [Doubt].
//
// What a Swap has stored is on the disk within [SyncEvery], and nobody waits for it.
// It may lag, for it is not what makes a block durable: the journal is. It stands
// against a journal that loses what it had made durable.
package latch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// SyncEvery is how long a stored checkpoint may be in memory alone.
const SyncEvery = 200 * time.Millisecond

// ErrMoved says that the checkpoint stored is another than the one to be replaced.
var ErrMoved = errors.New("another checkpoint is stored than the one to be replaced")

// A Doubt says why the file may not hold the last checkpoint; empty: it does.
type Doubt string

// The doubts.
const (
	Missing Doubt = "missing" // there was no file
	Copied  Doubt = "copied"  // the file is a copy, or was restored from one
	Damaged Doubt = "damaged" // none of what it holds is whole
)

// A File is a latch in a file of its own. It is safe for concurrent use.
type File struct {
	path  string
	file  *os.File
	place string // where the file is on its disk; empty where the system does not tell
	doubt Doubt

	mu    sync.Mutex // guards what follows
	seq   uint64     // of the newest slot
	note  []byte     // stored; nil: nothing yet
	dirty bool       // not yet on the disk
	err   error      // of a sync that failed: nothing more is stored

	writing sync.Mutex // held while the disk is written to; taken before mu
	slot    int        // that is written next

	stop    chan struct{}
	syncing sync.WaitGroup
}

// A file has two slots, written in turn, so that one that is torn leaves the one
// before. The text of a slot:
//
//	latch.v1 SEQ PLACE
//	LENGTH
//	the checkpoint
//	SHA-256 of all that, hex
const (
	slotSize  = 4096
	magic     = "latch.v1"
	maxNote   = slotSize - 256
	noPlace   = "-"
	slotCount = 2
)

// Open opens the latch at path, which it makes where there is none, and takes it
// for this program alone: who has it open otherwise makes Open fail. A file in
// doubt is opened as well; the caller decides what that means.
func Open(path string) (*File, error) {
	l, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("open the file of the last checkpoint: %w", err)
	}
	l.stop = make(chan struct{})
	l.syncing.Go(l.syncs)
	return l, nil
}

func open(path string) (*File, error) {
	_, err := os.Stat(path)
	fresh := errors.Is(err, os.ErrNotExist)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	l := &File{path: path, file: file}
	fail := func(err error) (*File, error) { return nil, errors.Join(err, file.Close()) }
	if err := lock(file); err != nil {
		return fail(fmt.Errorf("%s is in use; another hub is running on this folder: %w", path, err))
	}
	if l.place, err = placeOf(file); err != nil {
		return fail(err)
	}
	if err := l.load(fresh); err != nil {
		return fail(err)
	}
	if fresh {
		if err := errors.Join(file.Truncate(slotCount*slotSize), file.Sync(), syncFolder(filepath.Dir(path))); err != nil {
			return fail(err)
		}
	}
	return l, nil
}

// Read gives the checkpoint in the file at path, whoever has it open; nil where
// there is no file or nothing in it.
func Read(path string) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the last checkpoint: %w", err)
	}
	l := &File{file: file}
	err = errors.Join(l.load(false), file.Close())
	if err == nil && l.doubt == Damaged {
		err = errors.New("nothing in it is whole")
	}
	if err != nil {
		return nil, fmt.Errorf("read the last checkpoint in %s: %w", path, err)
	}
	return l.note, nil
}

// load finds the newest whole slot.
func (l *File) load(fresh bool) error {
	text := make([]byte, slotCount*slotSize)
	n, err := l.file.ReadAt(text, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	place := ""
	for at := 0; at+slotSize <= n; at += slotSize {
		seq, written, note, ok := parseSlot(text[at : at+slotSize])
		if ok && (l.note == nil || seq > l.seq) {
			l.seq, l.note, place = seq, note, written
			l.slot = (at/slotSize + 1) % slotCount
		}
	}
	switch {
	case l.note != nil && place != l.place:
		l.doubt = Copied
	case l.note != nil:
	case fresh, bytes.Count(text[:n], []byte{0}) == n: // made, and then nothing was signed
		l.doubt = Missing
	default:
		l.doubt = Damaged
	}
	return nil
}

func parseSlot(text []byte) (seq uint64, place string, note []byte, ok bool) {
	var length int
	head, rest, found := bytes.Cut(text, []byte("\n"))
	fields := bytes.Fields(head)
	if !found || len(fields) != 3 || string(fields[0]) != magic {
		return 0, "", nil, false
	}
	seq, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		return 0, "", nil, false
	}
	line, rest, found := bytes.Cut(rest, []byte("\n"))
	if length, err = strconv.Atoi(string(line)); !found || err != nil || length < 1 || length > maxNote || len(rest) < length+2*sha256.Size {
		return 0, "", nil, false
	}
	whole := text[:len(head)+1+len(line)+1+length]
	sum := sha256.Sum256(whole)
	if string(rest[length:length+2*sha256.Size]) != hex.EncodeToString(sum[:]) {
		return 0, "", nil, false
	}
	return seq, string(fields[2]), bytes.Clone(rest[:length]), true
}

func slot(seq uint64, place string, note []byte) []byte {
	text := fmt.Appendf(nil, "%s %d %s\n%d\n%s", magic, seq, place, len(note), note)
	sum := sha256.Sum256(text)
	return append(append(text, hex.EncodeToString(sum[:])...), '\n')
}

// Load gives the checkpoint that is stored; nil where none is.
func (l *File) Load() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.note)
}

// Doubt tells why what was found when the file was opened may not be the last
// checkpoint.
func (l *File) Doubt() Doubt { return l.doubt }

// Path is where the file is.
func (l *File) Path() string { return l.path }

// Swap stores next in the place of old, nil where there is none. Where another is
// stored, nothing changes and the error wraps [ErrMoved]. After any other error the
// outcome is what Load says.
func (l *File) Swap(old, next []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	fail := func(err error) error { return fmt.Errorf("keep the last checkpoint in %s: %w", l.path, err) }
	switch {
	case !bytes.Equal(l.note, old):
		return fail(ErrMoved)
	case len(next) == 0 || len(next) > maxNote:
		return fail(fmt.Errorf("it has %d bytes, 1 to %d are kept", len(next), maxNote))
	case l.err != nil:
		return l.err
	}
	first := l.note == nil
	l.seq, l.note, l.dirty = l.seq+1, bytes.Clone(next), true
	if !first {
		return nil
	}
	l.mu.Unlock() // nothing before it would be missed
	err := l.Sync()
	l.mu.Lock()
	return err
}

// Sync has the disk take what was stored.
func (l *File) Sync() error {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	seq, note, dirty, err := l.seq, l.note, l.dirty, l.err
	l.dirty = false
	l.mu.Unlock()
	if err != nil || !dirty {
		return err
	}
	if _, err = l.file.WriteAt(slot(seq, l.place, note), int64(l.slot)*slotSize); err == nil {
		err = syncData(l.file)
	}
	l.slot = (l.slot + 1) % slotCount
	if err == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = fmt.Errorf("keep the last checkpoint in %s: %w; it is not used any more: check the device, then start again", l.path, err)
	return l.err
}

// syncs writes and syncs beside whoever stores: nobody waits for this disk, not even
// for a page that is on its way to it.
func (l *File) syncs() {
	timer := time.NewTicker(SyncEvery)
	defer timer.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-timer.C:
			l.Sync() //nolint:errcheck // the next Swap says it
		}
	}
}

// Close syncs and gives the file back.
func (l *File) Close() error {
	close(l.stop)
	l.syncing.Wait()
	return errors.Join(l.Sync(), l.file.Close())
}
