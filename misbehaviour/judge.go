package misbehaviour

import (
	"fmt"
	"slices"
	"strings"

	"parley/charter"
	"parley/ledger"
	"parley/words"
)

// Who may be accused.
const (
	Hub     = "hub"     // whoever holds the key that the charter names as the hub's
	Witness = "witness" // of a party
)

// An Accused is one against whom a file speaks.
type Accused struct {
	Role  string `json:"role"`
	Party string `json:"party"` // that runs it
	Key   string `json:"key"`   // name of the key, as checkpoints have it
}

// A Verdict is what a file proves or shows.
type Verdict struct {
	Proven    bool // otherwise it is shown: the accused or the accuser lies
	Kind      string
	Mechanism string
	Exercise  bool // nothing in it is real
	Accused   []Accused
	Sentence  words.Message   // who did what
	More      []words.Message // what else it proves
	NotShown  []words.Message // what nobody may conclude from it
}

// A Refuted says why a file does not prove what it says.
type Refuted struct{ Sentence words.Message }

func (r *Refuted) Error() string { return r.Sentence.In("en") }

// refute says that the file does not prove it.
func refute(key string, pairs ...any) error {
	return &Refuted{words.M("misbehaviour.not."+key, pairs...)}
}

// Judge reads a file and decides what it proves. trusted is a charter that the judge
// has from elsewhere; it may be any edition that the file shows or the next after
// those. Without one nothing is proven, as anybody can write a charter: then the error
// names the hash of the one to compare with.
//
// The error is a [Refuted], or says why it could not be judged. What the verdict says
// beside a [Refuted] is Exercise alone.
func Judge(text []byte, trusted *charter.Charter) (Verdict, error) {
	f, err := Parse(text)
	if err != nil {
		return Verdict{}, err
	}
	j := &judge{file: f}
	j.verdict.Kind = f.Kind
	if err := j.openCharters(trusted); err != nil {
		return j.marked(), err
	}
	if err := j.openCheckpoints(); err != nil {
		return j.marked(), err
	}
	if err := j.openItems(); err != nil {
		return j.marked(), err
	}
	if err := kinds[f.Kind](j); err != nil {
		return j.marked(), err
	}
	return j.verdict, nil
}

// kinds maps each kind to what decides it.
var kinds = map[string]func(*judge) error{
	Fork: (*judge).fork, Dropped: (*judge).dropped, Twice: (*judge).twice, Identifier: (*judge).identifier, Chain: (*judge).chain, Seen: (*judge).seen,
	Clock: (*judge).clock, HubTime: (*judge).hubTime, Signature: (*judge).signature, Mechanism: (*judge).mechanism, RevokedKey: (*judge).revokedKey,
	Text: (*judge).text, Beginning: (*judge).beginning, Line: (*judge).line,
}

// A judge is the judgement of one file.
type judge struct {
	file     *File
	editions []*charter.Signed
	key      string // of the hub, in the newest edition that the judge has or is shown
	heads    []head // of the checkpoints
	items    []item
	verdict  Verdict
}

// A head is what a checkpoint says, and who signed it.
type head struct {
	ledger.Head
	key      string   // of the hub, that signed it
	cosigned []string // verifier keys of witnesses
}

func (j *judge) marked() Verdict { return Verdict{Exercise: j.verdict.Exercise} }

// openCharters opens all editions, which must follow each other from the first, and
// holds them against the trusted one.
func (j *judge) openCharters(trusted *charter.Charter) error {
	for i, text := range j.file.Charters {
		signed, err := charter.Open([]byte(text))
		if err != nil {
			return refute("charter", "n", i+1, "reason", err.Error())
		}
		if i == 0 && signed.Edition != 1 {
			return refute("charter", "n", 1, "reason", fmt.Sprintf("it is edition %d", signed.Edition))
		}
		if i > 0 {
			if err := signed.Succeeds(j.editions[i-1].Charter); err != nil {
				return refute("charter", "n", i+1, "reason", err.Error())
			}
		}
		j.editions = append(j.editions, signed)
	}
	last := j.editions[len(j.editions)-1]
	j.verdict.Mechanism, j.verdict.Exercise = last.Mechanism, last.Exercise
	if trusted == nil {
		return fmt.Errorf("judge proof of misbehaviour: anybody can write a charter, so it takes the one you agreed to; that of the file has the hash %s in edition %d", charter.EncodeHash(last.Hash()), last.Edition)
	}
	if j.key = last.Hub.Key; trusted.Edition > last.Edition { // the accuser may have left it out
		j.key = trusted.Hub.Key
	}
	anchored := slices.ContainsFunc(j.editions, func(e *charter.Signed) bool { return e.Hash() == trusted.Hash() })
	switch {
	case anchored, trusted.Previous == charter.EncodeHash(last.Hash()):
		return nil
	case trusted.Mechanism == last.Mechanism && trusted.Edition > last.Edition+1:
		return fmt.Errorf("judge proof of misbehaviour: edition %d was given and the last that is shown is %d; give one of the editions up to %d", trusted.Edition, last.Edition, last.Edition+1)
	}
	return refute("other-charter", "mechanism", last.Mechanism, "yours", trusted.Mechanism)
}

// openCheckpoints verifies each checkpoint under a key that an edition names as the
// hub's, and the cosignatures by witnesses that one names.
func (j *judge) openCheckpoints() error {
	for i, text := range j.file.Checkpoints {
		h, err := j.openCheckpoint([]byte(text))
		if err != nil {
			return refute("checkpoint", "n", i+1, "reason", err.Error())
		}
		j.heads = append(j.heads, h)
	}
	return nil
}

// openCheckpoint tries the hub's keys of all editions, the newest first.
func (j *judge) openCheckpoint(text []byte) (head, error) {
	var first error
	for _, e := range slices.Backward(j.editions) {
		verifier, err := ledger.NewVerifier(e.Hub.Key)
		if err != nil {
			return head{}, err
		}
		opened, err := verifier.Open(text)
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		h := head{Head: opened, key: e.Hub.Key}
		for _, key := range j.witnesses() {
			witnesses, err := ledger.NewWitnesses([]string{key})
			if err != nil {
				return head{}, err
			}
			// A line in a witness's name that is not its own says nothing against it.
			if _, cosigned, err := witnesses.Check(verifier, text); err == nil && len(cosigned) == 1 {
				h.cosigned = append(h.cosigned, key)
			}
		}
		return h, nil
	}
	return head{}, first
}

// witnesses gives the witness keys of all editions, each once.
func (j *judge) witnesses() []string {
	var keys []string
	for _, e := range j.editions {
		for _, key := range e.WitnessKeys() {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// last is the head of the newest checkpoint, in whose tree the items are.
func (j *judge) last() head { return j.heads[len(j.heads)-1] }

// accuseHub names the holder of the hub's key as accused, and says where that key is
// one that a later edition has replaced.
func (j *judge) accuseHub(heads ...head) {
	supervisor := j.editions[len(j.editions)-1].Supervisor().ID
	for _, h := range heads {
		a := Accused{Hub, supervisor, keyName(h.key)}
		if !slices.Contains(j.verdict.Accused, a) {
			j.verdict.Accused = append(j.verdict.Accused, a)
		}
		if h.key != j.key {
			j.verdict.NotShown = append(j.verdict.NotShown, words.M("misbehaviour.old-key", "key", keyName(h.key)))
		}
	}
}

// accuseWitnesses names whoever cosigned both of two checkpoints that cannot both be
// true.
func (j *judge) accuseWitnesses(a, b head) {
	for _, key := range a.cosigned {
		if !slices.Contains(b.cosigned, key) {
			continue
		}
		party := ""
		for _, e := range j.editions {
			for _, p := range e.Parties {
				if slices.Contains(p.WitnessKeys(), key) {
					party = p.ID
				}
			}
		}
		if slices.ContainsFunc(j.verdict.Accused, func(a Accused) bool { return a.Role == Witness && a.Party == party }) {
			continue // by its other key
		}
		j.verdict.Accused = append(j.verdict.Accused, Accused{Witness, party, keyName(key)})
		j.verdict.More = append(j.verdict.More, words.M("misbehaviour.witness", "party", party, "key", keyName(key)))
	}
}

// prove ends the judgement: the hub did what it says.
func (j *judge) prove(key string, pairs ...any) error {
	j.verdict.Proven, j.verdict.Sentence = true, words.M("misbehaviour."+key, append(pairs, "mechanism", j.verdict.Mechanism)...)
	return nil
}

// keyName is the beginning of a verifier key, "name+hash+key", without the key.
func keyName(vkey string) string {
	name, rest, _ := strings.Cut(vkey, "+")
	hash, _, _ := strings.Cut(rest, "+")
	return name + "+" + hash
}

// In names the accused in lang.
func (a Accused) In(lang string) string {
	return words.M("misbehaviour.of-"+a.Role, "party", a.Party, "key", a.Key).In(lang)
}
