package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/client"
	"parley/desk"
	"parley/identity"
	"parley/keyring"
)

// A crossing is an attempt to use what is of one mechanism in another, and gives
// what was answered: of the same parties and the same name, one an exercise and
// the other live. It must be refused.
type crossing struct {
	name string
	want string // of the refusal; {of} and {in} stand for the marks
	try  func(t *testing.T, of, in *office) (refusal string, refused bool)
}

// A command is tried as somebody in a hurry would type it.
func typed(args func(of, in *office) []string) func(*testing.T, *office, *office) (string, bool) {
	return func(t *testing.T, of, in *office) (string, bool) {
		t.Helper()
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second) // one that runs on was not refused
		defer stop()
		var out, errs syncBuffer
		code := run(ctx, args(of, in), &out, &errs)
		return out.String() + errs.String(), code == 1
	}
}

func (o *office) ring(party string) string { return filepath.Join(o.dir, party, "keys.age") }

// lastText is the newest notice of the office, as it was signed.
func (o *office) lastText(id string) []byte {
	o.t.Helper()
	var source desk.Source
	l, err := openLocal(o.desk("alder"))
	o.must(err)
	o.must(l.call(o.t.Context(), "GET", "/v1/sources/"+url.PathEscape(id), nil, &source))
	return source.Bytes
}

// caller is alder's desk, with the key of one office, calling by the charter of
// one at the hub of one.
func caller(key, rules, at *office) *client.Client {
	author := deskOf("alder")
	signer, err := key.world.rings["alder"].Signer(author.String())
	key.must(err)
	return client.New(rules.world.charter.Charter, at.world.charter.Hub.URLs[0], author, signer, time.Now)
}

func answered(err error) (string, bool) {
	if err == nil {
		return "it was accepted", false
	}
	return err.Error(), true
}

// mixed is a key ring with hub keys, all marked as in but the one named.
func mixed(t *testing.T, in *office, odd string) *keyring.Ring {
	t.Helper()
	ring, err := keyring.Create(filepath.Join(t.TempDir(), "mixed.age"), worldPassphrase, worldWork)
	in.must(err)
	for _, name := range []string{"hub/log", "hub/tls", "cedar/hub/one", "alder/desk/one", "alder/witness"} {
		exercise := in.world.charter.Exercise != (name == odd)
		_, err := ring.New(name, exercise, rand.Reader)
		in.must(err)
	}
	return ring
}

// daemon is the configuration of hub or desk with one odd key in its ring.
func daemon(odd string) func(*testing.T, *office, *office) (string, bool) {
	return func(t *testing.T, _, in *office) (string, bool) {
		t.Helper()
		log, ring := slog.New(slog.DiscardHandler), mixed(t, in, odd)
		if strings.HasPrefix(odd, "alder/") {
			config, err := deskConfig(in.world.charter, ring, deskOf("alder"), log)
			if err == nil {
				_, err = config.Signer("alder/desk/one")
			}
			return answered(err)
		}
		_, err := hubConfig(in.world.charter, ring, in.world.hubName, log)
		return answered(err)
	}
}

// opened makes a data folder in one office and opens it in another.
func opened(t *testing.T, of, in *office, prepare func(*desk.Desk), strip bool) (string, bool) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "desk")
	config := func(o *office) desk.Config {
		return desk.Config{Charter: o.world.charter, Dir: dir, Author: deskOf("alder"), Signer: o.world.rings["alder"].Signer, Clock: time.Now, Rand: randomReader, Log: slog.New(slog.DiscardHandler)}
	}
	d, err := desk.Open(t.Context(), config(of))
	of.must(err)
	prepare(d)
	of.must(d.Close())
	if strip { // as if officers had never written there
		for _, name := range []string{"outbox.db", "outbox.db-wal", "outbox.db-shm"} {
			os.Remove(filepath.Join(dir, name))
		}
	}
	d, err = desk.Open(t.Context(), config(in))
	if err == nil {
		d.Close()
	}
	return answered(err)
}

func crossings(statement func(*office) string) []crossing {
	return []crossing{
		{"officer's key endorsed", "same exercise mark", func(t *testing.T, of, in *office) (string, bool) {
			request := filepath.Join(t.TempDir(), "request")
			printed(t, "key", "new", "-keys", of.ring("alder"), "-charter", of.world.file, "-o", request, "officer", "alder/watch/nadia")
			return typed(func(_, in *office) []string {
				return []string{"key", "endorse", "-keys", in.ring("alder"), "-charter", in.world.file, "-party", "alder", request}
			})(t, of, in)
		}},
		{"root key endorses", "key alder/registrar/root of {ring} says exercise {of} and the mechanism says exercise {in}", typed(func(of, in *office) []string {
			return []string{"key", "endorse", "-keys", of.ring("alder"), "-charter", in.world.file, "-party", "alder", in.write("none", `{"author":"alder/watch/nadia"}`)}
		})},
		{"root key revokes", "says exercise {of} and the mechanism says exercise {in}", typed(func(of, in *office) []string {
			return []string{"key", "revoke", "-keys", of.ring("alder"), "-charter", in.world.file, "-party", "alder", "-reason", "lost", strings.Repeat("A", 43)}
		})},
		{"root key signs a charter", "key alder/registrar/root says exercise {of} and the charter says exercise {in}; the two never mix", typed(func(of, in *office) []string {
			text, err := os.ReadFile(in.world.file)
			in.must(err)
			return []string{"charter", "sign", "-keys", of.ring("alder"), "-party", "alder", in.write("unsigned", strings.SplitAfter(string(text), "\n\n")[0])}
		})},
		{"root key amends", "says exercise {of} and the mechanism says exercise {in}", typed(func(of, in *office) []string {
			return []string{"charter", "amend", "-charter", in.world.file, "-keys", of.ring("alder"), "-party", "alder", in.world.file}
		})},
		{"edition that changes the mark", "exercise changes from {in} to {of}; start a mechanism of its own instead", func(t *testing.T, of, in *office) (string, bool) {
			next := *in.world.charter.Charter
			next.Edition, next.Previous, next.Exercise = next.Edition+1, charter.EncodeHash(next.Hash()), of.world.charter.Exercise
			note := next.Text()
			for _, p := range next.Parties {
				root, err := in.world.rings[p.ID].Signer(p.ID + "/registrar/root")
				in.must(err)
				note, err = charter.Sign(t.Context(), note, p.ID, root)
				in.must(err)
			}
			return typed(func(_, in *office) []string {
				return []string{"charter", "amend", "-charter", in.world.file, "-keys", in.ring("alder"), "-party", "alder", in.write("next", string(note))}
			})(t, of, in)
		}},
		{"statement", "the statement says exercise {of} and the charter says exercise {in}; exercise and live traffic never mix", func(t *testing.T, of, in *office) (string, bool) {
			c := caller(in, in, in)
			defer c.Close()
			results, err := c.Submit(t.Context(), of.lastText(statement(of)))
			if err == nil && len(results) == 1 && results[0].Problem != nil {
				err = results[0].Problem.Err()
			}
			return answered(err)
		}},
		{"token", "the request's token is not valid here", func(t *testing.T, of, in *office) (string, bool) {
			c := caller(of, in, in)
			defer c.Close()
			_, err := c.Checkpoint(t.Context())
			return answered(err)
		}},
		{"desk calls the other's hub", "the hub's TLS key is not the one that the charter pins", func(t *testing.T, of, in *office) (string, bool) {
			c := caller(of, of, in)
			defer c.Close()
			_, err := c.Checkpoint(t.Context())
			return answered(err)
		}},
		{"token of a desk's own API", "the request's token is not this desk's", func(t *testing.T, of, in *office) (string, bool) {
			theirs, err := openLocal(of.desk("alder"))
			of.must(err)
			ours, err := openLocal(in.desk("alder"))
			in.must(err)
			ours.Token = theirs.Token
			var status desk.Status
			return answered(ours.call(t.Context(), "GET", "/v1/status", nil, &status))
		}},
		{"desk folder with a draft alone", "says exercise {of} and the charter says exercise {in}; exercise and live never mix", func(t *testing.T, of, in *office) (string, bool) {
			return opened(t, of, in, func(d *desk.Desk) {
				author, err := identity.ParseAuthor("alder/watch/amal")
				of.must(err)
				if _, err := d.Say(t.Context(), desk.Saying{By: author, Format: "J14", Fields: flight[:1]}); err == nil {
					t.Error("half a notice was sent")
				}
			}, false)
		}},
		{"desk folder with a ledger alone", "the ledger was begun with exercise {of} and the charter says exercise {in}; exercise and live never mix", func(t *testing.T, of, in *office) (string, bool) {
			return opened(t, of, in, func(d *desk.Desk) {
				limit := time.NewTimer(20 * time.Second)
				defer limit.Stop()
				ticker := time.NewTicker(5 * time.Millisecond)
				defer ticker.Stop()
				for d.Work().Blocks() == 0 {
					select {
					case <-ticker.C:
					case <-limit.C:
						t.Fatal("the desk follows nothing")
					}
				}
			}, true)
		}},
		{"hub folder", "the ledger was begun with exercise {of} and the charter says exercise {in}; exercise and live never mix", func(t *testing.T, of, in *office) (string, bool) {
			dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
			h, err := startHub(t.Context(), daemonArgs{dir: dir, latch: filepath.Join(dir, latchFile), listen: "127.0.0.1:0", charter: of.world.charter, ring: of.world.rings["cedar"], author: of.world.hubName}, log)
			of.must(err)
			of.must(h.Close())
			h, err = startHub(t.Context(), daemonArgs{dir: dir, latch: filepath.Join(dir, latchFile), listen: "127.0.0.1:0", charter: in.world.charter, ring: in.world.rings["cedar"], author: in.world.hubName}, log)
			if err == nil {
				h.Close()
			}
			return answered(err)
		}},
		{"hub folder of another ledger", "each mechanism has a folder of its own, and exercise and live never mix", func(t *testing.T, _, in *office) (string, bool) {
			dir := t.TempDir()
			in.must(os.MkdirAll(filepath.Join(dir, "journal.db"), 0o700))
			in.must(os.WriteFile(filepath.Join(dir, "journal.db", "elsewhere.journal"), nil, 0o600))
			h, err := startHub(t.Context(), daemonArgs{dir: dir, latch: filepath.Join(dir, latchFile), listen: "127.0.0.1:0", charter: in.world.charter, ring: in.world.rings["cedar"], author: in.world.hubName}, slog.New(slog.DiscardHandler))
			if err == nil {
				h.Close()
			}
			return answered(err)
		}},
		{"key ring for a desk", " of {ring} says exercise {of} and the mechanism says exercise {in}; exercise and live never mix", typed(func(of, in *office) []string {
			return []string{"desk", "-dir", filepath.Join(in.dir, "crossed"), "-charter", in.world.file, "-keys", of.ring("alder"), "-as", "alder/desk/one"}
		})},
		{"key ring for a hub", "says exercise {of} and the mechanism says exercise {in}", typed(func(of, in *office) []string {
			return []string{"hub", "-dir", filepath.Join(in.dir, "crossed-hub"), "-charter", in.world.file, "-keys", of.ring("cedar"), "-as", "cedar/hub/one", "-listen", "127.0.0.1:0"}
		})},
		{"log key", "key hub/log of", daemon("hub/log")},
		{"TLS key", "key hub/tls of", daemon("hub/tls")},
		{"hub's own key", "key cedar/hub/one of", daemon("cedar/hub/one")},
		{"witness key", "key alder/witness of", daemon("alder/witness")},
		{"officer's key at a desk", "key alder/desk/one of", daemon("alder/desk/one")},
		{"record verified", "the ledger says exercise {of} and the charter you gave says exercise {in}; exercise and live never mix", func(t *testing.T, of, in *office) (string, bool) {
			record := filepath.Join(t.TempDir(), "record")
			printed(t, "export", "-desk", of.desk("alder"), "-all", "-o", record)
			return typed(func(_, in *office) []string { return []string{"verify", "-charter", in.world.file, record} })(t, of, in)
		}},
		{"bundle verified", "the ledger says exercise {of} and the charter you gave says exercise {in}; exercise and live never mix", func(t *testing.T, of, in *office) (string, bool) {
			bundle := filepath.Join(t.TempDir(), "bundle")
			printed(t, "export", "-desk", of.desk("alder"), "-o", bundle, statement(of))
			return typed(func(_, in *office) []string { return []string{"verify", "-charter", in.world.file, bundle} })(t, of, in)
		}},
		{"paper form", "the form says exercise {of} and the desk's charter says exercise {in}; exercise and live traffic never mix", func(t *testing.T, of, in *office) (string, bool) {
			form := printed(t, "form", "-desk", of.desk("alder"), "-text", statement(of))
			return typed(func(_, in *office) []string {
				return in.as("alder/watch/amal", "send", "-from-paper", in.write("form", form))
			})(t, of, in)
		}},
		{"paper form, its mark left out or added", "which belong to another form", func(t *testing.T, of, in *office) (string, bool) {
			form := printed(t, "form", "-desk", of.desk("alder"), "-text", statement(of))
			if of.world.charter.Exercise {
				form = strings.Replace(form, "J14/1 EXERCISE", "J14/1", 1)
			} else {
				form = strings.Replace(form, "J14/1", "J14/1 EXERCISE", 1)
			}
			return typed(func(_, in *office) []string {
				return in.as("alder/watch/amal", "send", "-from-paper", in.write("form", form))
			})(t, of, in)
		}},
	}
}

// Nothing of an exercise is taken for live, nor the reverse, wherever it is tried.
func TestCrossover(t *testing.T) {
	t.Setenv(passphraseVariable, worldPassphrase)
	drill, live := openOffice(t, true), openOffice(t, false)
	ids := map[*office]string{}
	for _, o := range []*office{drill, live} {
		ids[o] = o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...)
	}
	if a, b := drill.world.charter, live.world.charter; a.Mechanism != b.Mechanism || a.Hub.Origin != b.Hub.Origin {
		t.Fatalf("the names differ, which would be refused anyway: %s %s, %s %s", a.Mechanism, a.Hub.Origin, b.Mechanism, b.Hub.Origin)
	}
	for _, row := range crossings(func(o *office) string { return ids[o] }) {
		for _, way := range []struct{ of, in *office }{{drill, live}, {live, drill}} {
			mark := func(o *office) string { return fmt.Sprint(o.world.charter.Exercise) }
			t.Run(fmt.Sprintf("%s, exercise %s to %s", row.name, mark(way.of), mark(way.in)), func(t *testing.T) {
				answer, refused := row.try(t, way.of, way.in)
				want := strings.NewReplacer("{of}", mark(way.of), "{in}", mark(way.in), "{ring}", way.of.ring("alder")).Replace(row.want)
				if !refused || !strings.Contains(answer, want) {
					t.Errorf("refused %t, want %q in\n%s", refused, want, answer)
				}
			})
		}
	}
}

// A desk says in every answer whether it is one of an exercise, in refusals too.
func TestExerciseHeader(t *testing.T) {
	o := newOffice(t)
	l, err := openLocal(o.desk("alder"))
	o.must(err)
	for _, token := range []string{l.Token, "wrong"} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", l.URL+"/v1/drafts", nil)
		o.must(err)
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(r)
		o.must(err)
		var body struct{ Exercise bool }
		o.must(json.NewDecoder(answer.Body).Decode(&body))
		answer.Body.Close()
		if answer.Header.Get(desk.ExerciseHeader) != "true" || body.Exercise != (token == l.Token) {
			t.Errorf("%s: %v %v", answer.Status, answer.Header, body)
		}
	}
}
