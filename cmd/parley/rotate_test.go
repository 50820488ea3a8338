package main

import (
	"path/filepath"
	"strings"
	"testing"

	"parley/identity"
	"parley/keyring"
)

// An officer's key and the hub's change by commands alone: the next one is made
// beside the old, is used from its endorsement on, and then takes its place.
func TestRotateByCommand(t *testing.T) {
	t.Setenv(passphraseVariable, worldPassphrase)
	o := newOffice(t)
	ring := filepath.Join(o.dir, "alder", "keys.age")
	keys := func(party string) []string {
		return []string{"-keys", filepath.Join(o.dir, party, "keys.age"), "-charter", o.world.file}
	}
	request := filepath.Join(o.dir, "next")
	printed(t, with(with([]string{"key", "new"}, keys("alder")...), "-next", "-areas", "military", "-o", request, "officer", "alder/watch/amal")...)
	opened, err := keyring.Open(ring, worldPassphrase)
	o.must(err)
	agents := &agentKeys{ctx: t.Context(), ring: opened.Of(true)}
	agents.use(nil, o.desks["alder"].Work())
	kid := func() string {
		signer, err := agents.signer("alder/watch/amal")
		o.must(err)
		return identity.Thumbprint(signer.Public())
	}
	old := kid()
	printed(t, with(with([]string{"key", "endorse"}, keys("alder")...), "-party", "alder", request)...)
	o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...) // which the desk sees after the endorsement
	next := kid()
	if next == old {
		t.Error("the next key is endorsed, and the old one is taken")
	}
	printed(t, with(with([]string{"key", "revoke"}, keys("alder")...), "-party", "alder", "-reason", "replaced", old)...)
	printed(t, "key", "promote", "-keys", ring, "alder/watch/amal")
	list := printed(t, "key", "ls", "-keys", ring)
	if !strings.Contains(list, next) || strings.Contains(list, old) || strings.Contains(list, keyring.NextSuffix) {
		t.Errorf("after it was promoted:\n%s", list)
	}
	for _, name := range []string{"alder/watch/amal", "alder/watch/nobody"} {
		if status, _, stderr := parley(t, "key", "promote", "-keys", ring, name); status != 1 || !strings.Contains(stderr, "is not in key ring") {
			t.Errorf("promote %s, which has no next: status %d, %s", name, status, stderr)
		}
	}
	if status, _, _ := parley(t, "key", "promote", "-keys", ring); status != 2 {
		t.Errorf("promote nothing: status %d", status)
	}

	hubRing := filepath.Join(o.dir, "cedar", "keys.age")
	for _, kind := range [][]string{{"log", o.world.charter.Hub.Origin}, {"tls"}, {"root", "cedar"}, {"witness", "cedar"}} {
		if printed(t, with([]string{"key", "new", "-keys", hubRing, "-exercise", "-next"}, kind...)...) == "" {
			t.Errorf("key new -next %v prints nothing for the charter", kind)
		}
	}
	whole, err := keyring.Open(hubRing, worldPassphrase)
	o.must(err)
	config, err := hubConfig(o.world.charter, whole, o.world.hubName, nil)
	o.must(err)
	if config.Coming == nil || config.Coming.VerifierKey() == config.Signer.VerifierKey() || config.NextTLS.PrivateKey == nil {
		t.Error("the hub does not take its next keys from the ring")
	}
	desk, err := deskConfig(o.world.charter, whole, deskOf("cedar"), nil)
	o.must(err)
	if desk.NextWitness == nil || len(desk.NextWitness.VerifierKeys()) != 2 {
		t.Error("the desk does not take its next witness keys from the ring")
	}
}
