package charter

import (
	"fmt"
	"slices"
	"strings"
)

// A WitnessPolicy says when a checkpoint counts as confirmed.
type WitnessPolicy struct {
	Parties      []string `json:"parties"`      // all of these must cosign, with every key that the charter names for them
	FreshSeconds int      `json:"freshSeconds"` // the hub has the newest checkpoint cosigned anew at least this often, idle or not
	AlarmSeconds int      `json:"alarmSeconds"` // a checkpoint not confirmed for this long is an alarm

	Outside []string `json:"outside,omitempty"` // verifier keys of witnesses that are no party's; they are shown, and confirm nothing
	Public  bool     `json:"public,omitempty"`  // the hub may serve times and hashes of entries to anybody, for stock tools to follow
}

// WitnessKeys are the verifier keys by which the party cosigns, Ed25519's first;
// empty where it does not cosign yet.
func (p Party) WitnessKeys() []string {
	var keys []string
	for _, key := range []string{p.Witness, p.WitnessMLDSA} {
		if key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// WitnessName is the name under which the party cosigns; empty where it does not
// cosign yet.
func (p Party) WitnessName() string {
	name, _, _ := strings.Cut(p.Witness, "+")
	return name
}

// PartyWitnessKeys are those of one party; none where there is no such party.
func (c *Charter) PartyWitnessKeys(party string) []string {
	p, _ := c.Party(party)
	return p.WitnessKeys()
}

// WitnessKeys are the verifier keys of all parties' cosignatures, and of those
// outside.
func (c *Charter) WitnessKeys() []string {
	var keys []string
	for _, p := range c.Parties {
		keys = append(keys, p.WitnessKeys()...)
	}
	return append(keys, c.Witness.Outside...)
}

// maxWitnessKeys is how many cosignatures fit on a checkpoint.
const maxWitnessKeys = 15

func (k *checker) witness(c *Charter) {
	for i, id := range c.Witness.Parties {
		if _, ok := c.Party(id); !ok || slices.Contains(c.Witness.Parties[:i], id) {
			k.add("witness.parties", id, "parties of this charter, each once", "")
		}
	}
	for i, vkey := range c.Witness.Outside {
		field := fmt.Sprintf("witness.outside[%d]", i)
		v, err := parseVerifier(vkey, algorithmCosignature)
		if err != nil && len(vkey) > sizeMLDSA {
			v, err = parseVerifier(vkey, algorithmMLDSA)
		}
		if err != nil {
			k.add(field, vkey, "an Ed25519 or ML-DSA-44 verifier key for cosignatures, name+hash+key", err.Error())
			continue
		}
		k.unique(field, v.key)
		if other, ok := k.witnesses[v.name]; ok {
			k.add(field, vkey, "a name that is no party's, and of each witness one key", other+" has it")
		}
		k.witnesses[v.name] = field
	}
	if n := len(c.WitnessKeys()); n > maxWitnessKeys {
		k.add("parties", fmt.Sprintf("%d witness keys", n), fmt.Sprintf("at most %d: a checkpoint has 16 signatures (c2sp.org/signed-note), the log's among them", maxWitnessKeys), "")
	}
	for _, side := range c.Sides() {
		if !slices.Contains(c.Witness.Parties, side.ID) {
			k.add("witness.parties", strings.Join(c.Witness.Parties, " "), "every side at least", "add "+side.ID)
		}
	}
	k.between("witness.freshSeconds", c.Witness.FreshSeconds, 1, 24*3600)
	k.between("witness.alarmSeconds", c.Witness.AlarmSeconds, 1, 24*3600)
}

// witnessKeys checks the keys by which a party cosigns. A name is one party's: by
// it, those who read a checkpoint know who has cosigned.
func (k *checker) witnessKeys(field string, p Party) {
	name := ""
	if p.Witness != "" {
		v, err := parseVerifier(p.Witness, algorithmCosignature)
		if err != nil {
			k.add(field+".witness", p.Witness, "an Ed25519 verifier key for cosignatures, name+hash+key", err.Error())
			return
		}
		k.unique(field+".witness", v.key)
		if other, ok := k.witnesses[v.name]; ok {
			k.add(field+".witness", p.Witness, "a name of its own", other+" has it too")
		}
		name, k.witnesses[v.name] = v.name, p.ID
	}
	if p.WitnessMLDSA == "" {
		return
	}
	v, err := parseVerifier(p.WitnessMLDSA, algorithmMLDSA)
	switch {
	case err != nil:
		k.add(field+".witnessMLDSA", p.WitnessMLDSA, "an ML-DSA-44 verifier key for cosignatures, name+hash+key", err.Error())
	case name == "":
		k.add(field+".witnessMLDSA", p.WitnessMLDSA, "a second key, beside the Ed25519 key in witness", "'parley key new witness' makes both")
	case v.name != name:
		k.add(field+".witnessMLDSA", p.WitnessMLDSA, "the name in the party's Ed25519 witness key, "+name, "")
	default:
		k.unique(field+".witnessMLDSA", v.key)
	}
}
