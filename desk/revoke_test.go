package desk

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/client"
	"parley/identity"
	"parley/mechanism"
	"parley/registrar"
)

// revoke has the registrar of a party revoke an officer's key at the hub of that
// address.
func (w *world) revoke(address, name string) {
	w.t.Helper()
	r, err := registrar.Open(w.t.Context(), w.charter.Charter, "https://"+address, w.author(name).Party, signerOf(w, w.author(name).Party+"/registrar/root"), time.Now)
	w.must(err)
	defer r.Close()
	_, err = r.Revoke(w.t.Context(), w.thumbprint(name), "lost")
	w.must(err)
}

func (w *world) thumbprint(name string) string {
	return identity.Thumbprint(signerOf(w, name).Public())
}

// A revoked officer is unable to act within 60 s everywhere: no desk signs with
// the key, the hub takes nothing signed with it, nor any call, and ends the feed
// that the key had open.
func TestRevokedOfficer(t *testing.T) {
	w := newWorld(t, sensitive)
	ctx, alder := t.Context(), w.desks["alder"]
	adams := client.New(w.charter.Charter, w.charter.Hub.URLs[0], w.author(adam), signerOf(w, adam), time.Now)
	defer adams.Close()
	ended := make(chan error, 1)
	open := make(chan struct{})
	go func() {
		begun := false
		var last error
		for _, err := range adams.Feed(ctx, 0) {
			if last = err; !begun {
				begun = true
				close(open)
			}
		}
		ended <- last
	}()
	select {
	case <-open:
	case <-time.After(patience):
		t.Fatal("the feed does not begin")
	}
	waits := w.say(amal)
	page, err := alder.Show(ctx, waits, "en")
	w.must(err)
	// Signed before by adam, at the place that is his, and held back.
	before := w.hoard(adam)

	revoked := time.Now()
	w.revoke(w.address, adam)
	w.until("alder knows of it", func() bool { key, _ := alder.work.Key(w.thumbprint(adam)); return key.Revoked != 0 })
	if _, err := alder.Say(ctx, Saying{By: w.author(adam), Format: "J10", Fields: alarm}); ruleOf(err) != mechanism.RevokedKey {
		t.Errorf("it authors: %v", err)
	}
	if _, err := alder.Second(ctx, w.author(adam), waits, page.Digest); ruleOf(err) != mechanism.SecondRevoked {
		t.Errorf("it is second: %v", err)
	}
	if _, err := alder.Decline(ctx, w.author(adam), waits, "no"); ruleOf(err) != mechanism.SecondRevoked {
		t.Errorf("it declines: %v", err)
	}
	select {
	case <-ended:
	case <-time.After(60*time.Second - time.Since(revoked)):
		t.Error("its feed is open after 60 s")
	}
	if _, err := adams.Submit(ctx, before); err == nil {
		t.Error("it calls the hub")
	}
	for item, err := range adams.Feed(ctx, 0) {
		if err == nil {
			t.Errorf("it is fed %v", item)
		}
		break
	}
	own := client.New(w.charter.Charter, w.charter.Hub.URLs[0], w.author("alder/desk/one"), signerOf(w, "alder/desk/one"), time.Now)
	defer own.Close()
	results, err := own.Submit(ctx, before)
	w.must(err)
	if p := results[0].Problem; p == nil || p.Rule != mechanism.RevokedKey {
		t.Errorf("the hub orders what it signed: %+v", results[0])
	}
	// What it would be second to is refused by the hub as well, whoever sends it.
	results, err = own.Submit(ctx, w.forgedSecond(waits, adam))
	w.must(err)
	if p := results[0].Problem; p == nil || p.Rule != mechanism.SecondRevoked {
		t.Errorf("the hub takes it for a second: %+v", results[0])
	}
	if took := time.Since(revoked); took > 60*time.Second {
		t.Errorf("it took %s", took)
	}
}

// hoard gives a statement that an officer has signed as the next of theirs and
// not sent.
func (w *world) hoard(name string) []byte {
	w.t.Helper()
	d := w.desks[w.author(name).Party]
	waits, err := d.outbox.waiting(w.t.Context())
	w.must(err)
	c := waits[0].claims()
	c.Author, c.ID = w.author(name), c.ID[:35]+map[bool]string{true: "1", false: "0"}[strings.HasSuffix(c.ID, "0")]
	last, err := d.last(w.t.Context(), name, false)
	w.must(err)
	s, err := d.place(w.t.Context(), signerOf(w, name), c, waits[0].statement.Body(), last)
	w.must(err)
	return s.Bytes()
}

// forgedSecond gives what waits with a second signature that the desk refused to
// make.
func (w *world) forgedSecond(id, second string) []byte {
	w.t.Helper()
	d := w.desks[w.author(second).Party]
	waits, err := d.outbox.waitingOne(w.t.Context(), id)
	w.must(err)
	c, body := waits.claims(), waits.statement.Body()
	c.Second, err = body.Second(w.t.Context(), signerOf(w, second), c)
	w.must(err)
	last, err := d.last(w.t.Context(), c.Author.String(), false)
	w.must(err)
	s, err := d.place(w.t.Context(), signerOf(w, c.Author.String()), c, body, last)
	w.must(err)
	return s.Bytes()
}

// A gag lets a desk read from the hub and not send to it.
func (w *world) gag() (behind string, asked *atomic.Int64, lift func()) {
	w.t.Helper()
	w.stopHub()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	w.startHub(listener)
	stopHub := w.stopHub
	target := &url.URL{Scheme: "https", Host: listener.Addr().String()}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }, FlushInterval: -1,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13}}}
	asked = &atomic.Int64{}
	front, err := net.Listen("tcp", w.address)
	w.must(err)
	server := &http.Server{TLSConfig: &tls.Config{Certificates: []tls.Certificate{w.tls}, MinVersion: tls.VersionTLS13}, Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/v1/statements" {
			asked.Add(1)
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(rw, r)
	})}
	go server.ServeTLS(front, "", "") //nolint:errcheck // ends with Close
	w.stopHub = func() { server.Close(); stopHub(); w.stopHub = func() {} }
	return target.Host, asked, w.stopHub
}

// What a key has signed that is revoked before the hub was asked never leaves the
// desk: what is queued and what waits for a second officer are refused here, and
// kept as drafts. What others have signed goes on.
func TestRevokedWhileQueued(t *testing.T) {
	w := newWorld(t, sensitive)
	ctx := t.Context()
	behind, _, lift := w.gag()
	alder := w.reopen("alder")
	queued := w.send(adam, Saying{Format: "J10", Fields: alarm})
	waits := w.say(adam)
	seconded := w.say(amal)
	w.must(w.second(adam, seconded))
	after := w.send(amal, Saying{Format: "J10", Fields: alarm})
	w.revoke(behind, adam)
	w.until("the desk has taken all of it back", func() bool {
		status, err := alder.Status(ctx)
		w.must(err)
		return status.Refused == 2 && status.Waiting == 0 && status.Queued == 1
	})
	for id, rule := range map[string]string{queued: mechanism.RevokedKey, seconded: mechanism.SecondRevoked} {
		if _, err := alder.Await(ctx, id); ruleOf(err) != rule {
			t.Errorf("%s: %v, want a refusal by %s", id, err, rule)
		}
	}
	drafts, err := alder.Drafts(ctx, identity.Author{})
	w.must(err)
	if len(drafts) != 3 {
		t.Fatalf("%d drafts are kept, want 3: %+v", len(drafts), drafts)
	}
	again := int64(0)
	for _, k := range drafts {
		if k.Saying.By == w.author(amal) {
			again = k.Number
		}
	}
	if _, err := alder.Second(ctx, w.author(amal), waits, ""); ruleOf(err) != NotFound {
		t.Errorf("what waited: %v", err)
	}
	lift()
	w.startHub(nil)
	w.receipt("alder", after) // signed anew behind what was taken back
	if s := w.signed("alder", after).Claims(); s.Serial.Number != 1 {
		t.Errorf("it is amal's number %d", s.Serial.Number)
	}
	id, err := alder.Resume(ctx, again, Saying{By: w.author(amal)})
	w.must(err)
	if sent, err := alder.Await(ctx, id); err != nil || sent.State != Waits {
		t.Errorf("resumed: %+v, %v", sent, err)
	}
}
