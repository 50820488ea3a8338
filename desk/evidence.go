package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/charter"
	"parley/misbehaviour"
	"parley/rule"
)

// Bounds of the folder evidence/. What is raw proves nothing by itself, so a hub that
// sends ever new rubbish cannot keep a proof out.
const (
	maxProofs = 48
	maxRaw    = 16
	maxSent   = 16 << 20 // bytes of what was sent; more is not kept besides a proof
)

const evidenceStamp = "20060102T150405.000Z"

// An Evidence is one find of misbehaviour that this desk has kept.
type Evidence struct {
	Name     string                 `json:"name"` // of its files in the folder evidence/, without their endings
	Found    time.Time              `json:"found"`
	Kind     string                 `json:"kind,omitempty"` // of the proof; empty where nothing in it is signed
	Proven   bool                   `json:"proven"`
	Accused  []misbehaviour.Accused `json:"accused,omitempty"`
	Sentence string                 `json:"sentence"`       // in the reader's language
	More     []string               `json:"more,omitempty"` // what else it proves
	NotShown []string               `json:"notShown,omitempty"`
	File     string                 `json:"file"`          // to hand over: the proof, or what was sent
	Raw      string                 `json:"raw,omitempty"` // what was sent, where it is kept besides
}

// A find is an Evidence before it is said in a language.
type find struct {
	name      string
	at        time.Time
	verdict   misbehaviour.Verdict
	judged    bool
	reason    string // in English, as the alarm had it
	raw, file string
}

// An evidence is the folder in which a desk keeps what it has found. Nothing in it is
// ever overwritten; whoever wants to be rid of the alarm must move the files away.
type evidence struct {
	dir     string
	trusted *charter.Charter

	mu    sync.Mutex // guards finds
	finds []*find    // oldest first
}

// openEvidence reads what is kept and judges it again.
func openEvidence(dir string, trusted *charter.Charter) (*evidence, error) {
	e := &evidence{dir: dir, trusted: trusted}
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return e, nil
	}
	if err != nil {
		return nil, err
	}
	for _, file := range files { // sorted, so by time
		name, ok := strings.CutSuffix(file.Name(), ".reason")
		if !ok || len(e.finds) >= maxProofs+maxRaw {
			continue
		}
		reason, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil {
			return nil, err
		}
		f := &find{name: name, reason: strings.TrimSpace(string(reason))}
		f.at, _ = time.Parse(evidenceStamp, name[:min(len(name), len(evidenceStamp))])
		e.read(f)
		e.finds = append(e.finds, f)
	}
	return e, nil
}

// read finds the files of f and judges its proof.
func (e *evidence) read(f *find) {
	path := filepath.Join(e.dir, f.name)
	if _, err := os.Stat(path + ".txt"); err == nil {
		f.raw = path + ".txt"
	}
	f.file = f.raw
	text, err := os.ReadFile(path + ".json")
	if err != nil {
		return
	}
	f.file = path + ".json"
	if f.verdict, err = misbehaviour.Judge(text, e.trusted); err == nil {
		f.judged = true
	}
}

// keep writes a find down, durable when it returns: the proof, where one could be
// made, and what was sent. The same find again is not kept twice; it gives the first.
func (e *evidence) keep(at time.Time, name, reason string, proof, raw []byte) (*find, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(raw) > maxSent {
		if raw = nil; proof == nil {
			return nil, fmt.Errorf("keep evidence: it has more than %d bytes", maxSent)
		}
	}
	sum := sha256.Sum256(append(append([]byte{}, proof...), raw...))
	mark, raws := "-"+hex.EncodeToString(sum[:6]), 0
	for _, f := range e.finds {
		if strings.HasSuffix(f.name, mark) {
			return f, nil
		}
		if !f.judged {
			raws++
		}
	}
	if proofs := len(e.finds) - raws; proof != nil && proofs >= maxProofs || proof == nil && raws >= maxRaw {
		return nil, fmt.Errorf("keep evidence: %s holds %d finds already, and no more are written", e.dir, len(e.finds))
	}
	f := &find{name: at.UTC().Format(evidenceStamp) + "-" + name + mark, at: at.UTC(), reason: reason}
	if err := os.MkdirAll(e.dir, 0o700); err != nil {
		return nil, fmt.Errorf("keep evidence: %w", err)
	}
	for _, part := range []struct {
		ending string
		text   []byte
	}{{".json", proof}, {".txt", raw}, {".reason", []byte(reason + "\n")}} { // the reason last: it makes the find
		if part.text == nil {
			continue
		}
		if err := writeOnce(filepath.Join(e.dir, f.name+part.ending), part.text); err != nil {
			return nil, fmt.Errorf("keep evidence: %w", err)
		}
	}
	if err := syncFolder(e.dir); err != nil {
		return nil, fmt.Errorf("keep evidence: %w", err)
	}
	e.read(f)
	e.finds = append(e.finds, f)
	return f, nil
}

// writeOnce makes a file that was not there, whole and durable or not at all.
func writeOnce(path string, text []byte) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already (%w)", path, err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// all gives the finds, oldest first.
func (e *evidence) all() []*find {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.finds)
}

// forked reports whether a fork is proven: then no witness can say any more that a
// tree continues all that it has seen.
func (e *evidence) forked() bool {
	return slices.ContainsFunc(e.all(), func(f *find) bool {
		return f.verdict.Proven && (f.verdict.Kind == misbehaviour.Fork || f.verdict.Kind == misbehaviour.Dropped)
	})
}

// in says the find in a language. What could not be proven has its reason in English
// alone.
func (f *find) in(lang string) Evidence {
	e := Evidence{Name: f.name, Found: f.at, Sentence: f.reason, File: f.file}
	if f.raw != f.file {
		e.Raw = f.raw
	}
	if !f.judged {
		return e
	}
	e.Kind, e.Proven, e.Accused, e.Sentence = f.verdict.Kind, f.verdict.Proven, f.verdict.Accused, f.verdict.Sentence.In(lang)
	for _, m := range f.verdict.More {
		e.More = append(e.More, m.In(lang))
	}
	for _, m := range f.verdict.NotShown {
		e.NotShown = append(e.NotShown, m.In(lang))
	}
	return e
}

// UnknownEvidence is the rule for a name of no find.
const UnknownEvidence = "evidence.unknown"

// Evidence lists what this desk has found of misbehaviour, oldest first, in one of the
// catalogue's languages.
func (d *Desk) Evidence(lang string) []Evidence {
	all := []Evidence{}
	for _, f := range d.evidence.all() {
		all = append(all, f.in(lang))
	}
	return all
}

// EvidenceFile gives the file to hand over of the find whose name, or the end of it,
// is given: a proof, or what was sent where nothing of it could be proven, or where
// that is asked for.
func (d *Desk) EvidenceFile(name string, raw bool) (Evidence, []byte, error) {
	f, err := d.findOf(name)
	if err != nil {
		return Evidence{}, nil, err
	}
	file := f.file
	if raw && f.raw != "" {
		file = f.raw
	}
	text, err := os.ReadFile(file)
	return f.in("en"), text, err
}

func (d *Desk) findOf(name string) (*find, error) {
	var found []*find
	for _, f := range d.evidence.all() {
		if name != "" && strings.HasSuffix(f.name, name) {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		return nil, rule.Refuse(UnknownEvidence, "`parley evidence ls` lists them", "%q names %d finds of this desk, not one", name, len(found))
	}
	return found[0], nil
}

// found keeps a find and raises the alarm, which also stands after a restart.
func (d *Desk) found(ctx context.Context, a *accusation) {
	var proof []byte
	if file := d.prosecute(ctx, a); file != nil {
		var err error
		if proof, err = file.Bytes(); err != nil {
			d.log.Error("proof of misbehaviour not made", "error", err)
		}
	}
	f, err := d.evidence.keep(d.config.Clock(), a.name, a.err.Error(), proof, a.text)
	if err != nil {
		d.log.Error("evidence not kept", "error", err)
		d.alarm(a.err.Error())
		return
	}
	a.kept = f
	d.alarm(f.alarm())
	d.log.Error("ALARM", "alarm", f.alarm())
}

// alarm is the find in English, for a log and for programs.
func (f *find) alarm() string { return fmt.Sprintf("%s; the evidence is in %s", f.reason, f.file) }
