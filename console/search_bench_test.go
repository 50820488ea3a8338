//go:build unix

package console_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"parley/charter"
	"parley/client"
	"parley/desk"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
)

// unlimited lets a benchmark fill a ledger as fast as the machine can, with notices that
// do not wait at the gate.
func unlimited(c *charter.Charter) {
	c.Limits.RatePerSecond, c.Limits.Burst = 1_000_000, 1_000_000
	for i := range c.Formats {
		if f := c.Formats[i].Format; f == "J14/1" || f == "J04/1" {
			c.Formats[i].Gate = charter.GateNone
		}
	}
}

// fill puts n notices of alder's officers into the ledger, past the desk, and waits until
// alder's desk has them. Each takes the place of the one before: of what is over nobody
// has anything to do, as of most of what a ledger holds.
func (w *world) fill(n int) {
	w.Helper()
	const batch = 50 // the hub takes 64 at once
	authors := []string{amal, adam}
	errs := make([]error, len(authors))
	var wait sync.WaitGroup
	for i, name := range authors {
		key, lock := w.unlocked(author(name))
		defer lock()
		wait.Go(func() { errs[i] = w.submit(author(name), key, n/len(authors), batch) })
	}
	wait.Wait()
	w.must(errors.Join(errs...))
	d := w.desks["alder"]
	w.patiently("the desk has them all", func() bool { return d.Work().Size() >= uint64(n) })
}

// patiently waits for what takes minutes.
func (w *world) patiently(what string, holds func() bool) {
	w.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for range 12_000 {
		if holds() {
			return
		}
		<-ticker.C
	}
	w.Fatalf("still not: %s", what)
}

// What the notices say: each has some of these.
var (
	benchWords = strings.Fields("survey drone flight bridge valley road works repair convoy granary orchard river mill crossing post patrol fence wire tower field harvest herd spring canal pump generator antenna container")
	benchArab  = strings.Fields("الجسر الوادي الطريق أشغال إصلاح دورية بستان النهر المعبر الحقل القناة")
	benchHebr  = strings.Fields("הגשר הוואדי הכביש עבודות תיקון סיור הפרדס הנהר המעבר השדה התעלה")
)

func (w *world) submit(a identity.Author, key identity.Signer, n, batch int) error {
	ctx := w.Context()
	c := client.New(w.charter.Charter, w.charter.Hub.URLs[0], author(a.Party+"/desk/one"), w.signer(a.Party, a.Party+"/desk/one"), time.Now)
	note, err := c.Checkpoint(ctx)
	if err != nil {
		return err
	}
	verifier, err := ledger.NewVerifier(w.charter.Hub.Key)
	if err != nil {
		return err
	}
	head, err := verifier.Open(note)
	if err != nil {
		return err
	}
	seen := statement.Seen{Size: head.Size, Root: head.Root}
	var last *mechanism.Head
	var before *statement.Ref
	for i := range n / batch {
		var texts [][]byte
		for j := range batch {
			now := time.Now().UTC().Truncate(time.Millisecond)
			var random [10]byte
			rand.Read(random[:])
			claims := statement.Claims{Mechanism: w.charter.Mechanism, ID: statement.NewID(now, random), Author: a, Format: "J14/1", Area: "military", Precedence: "ROUTINE",
				To: []string{"birch"}, Exercise: true, Time: now, Seen: seen}
			if before != nil {
				claims.Format, claims.Refs = "J04/1", []statement.Ref{*before}
			}
			mechanism.Chain(&claims, last)
			at := i*batch + j
			word := func(all []string, k int) string { return all[(at*k+at/len(all))%len(all)] }
			fields := map[string]any{"activity": "survey", "place": "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=valley%2C%20north%20end", "window": "2026-11-24T07:00Z/2026-11-24T09:00Z",
				"description": statement.Paragraphs{fmt.Sprintf("Number %d: %s %s near the %s, %s and %s. %s %s، %s %s.", at, word(benchWords, 3), word(benchWords, 5), word(benchWords, 7), word(benchWords, 11), word(benchWords, 13), word(benchArab, 3), word(benchArab, 5), word(benchHebr, 3), word(benchHebr, 7))}, "contact": "desk:line 2"}
			if before != nil {
				fields["action"], fields["why"], fields["content"] = "replace", "changed", "J14/1"
			}
			s, err := statement.Sign(ctx, key, claims, fields, rand.Text)
			if err != nil {
				return err
			}
			before = &statement.Ref{Relation: "replaces", ID: claims.ID, Hash: s.Hash()}
			last = &mechanism.Head{Hash: s.Hash(), Serial: claims.Serial}
			texts = append(texts, s.Bytes())
		}
		results, err := c.Submit(ctx, texts...)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(results, func(r client.Result) bool { return r.Problem != nil }); i >= 0 {
			return results[i].Problem.Err()
		}
	}
	return nil
}

// processor is the time that this process has had of the machine's processors: what it
// takes where others are at work too.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A search of fifty thousand statements, as an officer has it: the page that he asks for,
// to its end, in at most 100 ms; and the same while the whole record is verified. It says
// besides how long that takes, and the page of the record. Minutes: ask for it by name.
//
//	go test ./console -run '^$' -bench SearchPage -benchtime 20x -timeout 30m
func BenchmarkSearchPage(b *testing.B) {
	const n = 50_000
	w := newWorld(b, nil, unlimited)
	for _, other := range []string{"birch", "cedar"} { // they would follow on the same machine
		w.must(w.desks[other].Close())
		delete(w.desks, other)
	}
	began := time.Now()
	w.fill(n)
	b.Logf("filled in %v", time.Since(began).Round(time.Second))
	began = time.Now()
	d := w.desks["alder"]
	w.patiently("all is indexed", func() bool {
		indexed, size, err := d.Indexed(b.Context())
		w.must(err)
		return indexed == size
	})
	b.Logf("indexed %v later", time.Since(began).Round(time.Second))
	g := newGuest(b, w.consoleOf("alder", new(atomic.Int64)), amal)
	measure := func(name, path string) {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			used, rounds := processor(b), 0
			for b.Loop() {
				rounds++
				began := time.Now()
				if status, page := g.get(path); status != 200 || strings.Contains(path, "/search") && !strings.Contains(path, "zebra") && !strings.Contains(page, "<mark>") {
					b.Fatalf("%s is answered %d", path, status)
				}
				took = append(took, time.Since(began))
			}
			b.ReportMetric(float64((processor(b)-used).Microseconds())/1000/float64(rounds), "cpu-ms/op")
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/p50")
			b.ReportMetric(float64(took[(len(took)*99-1)/100].Microseconds())/1000, "ms/p99")
		})
	}
	queries := []string{"granary", "number 12345", "bridge valley", `"near the road"`, "الجسر", "גשר", "gran*", "surv", "alder", "zebra"}
	for _, q := range queries {
		measure("search/"+q, "/search?q="+url.QueryEscape(q))
	}
	measure("record", "/record")
	measure("entry", "/record/25000")
	measure("statistics", "/statistics?area=military")
	w.must(d.StartVerification())
	began = time.Now()
	for _, q := range queries[:5] {
		measure("verifying/"+q, "/search?q="+url.QueryEscape(q))
	}
	measure("verifying/record", "/record")
	w.patiently("it is verified", func() bool {
		v, err := d.Verification(b.Context(), "en")
		w.must(err)
		return v.Outcome == desk.Proven
	})
	b.Logf("verified in %v", time.Since(began).Round(time.Second))
}
