package desk

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/charter"
	"parley/client"
	"parley/hub"
)

// A cable passes bytes from an address of the charter to the hub; it is one
// that can be cut, be led elsewhere, or fall silent without a word.
type cable struct {
	t        *testing.T
	listener net.Listener
	address  string
	running  sync.WaitGroup

	mu     sync.Mutex
	to     func() string // where it leads; nil: connections are taken and nothing is said
	silent bool
	open   []net.Conn
}

func newLine(t *testing.T) *cable {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &cable{t: t, listener: listener, address: listener.Addr().String()}
	t.Cleanup(func() {
		listener.Close()
		l.lead(nil)
		l.running.Wait()
	})
	l.running.Go(l.serve)
	return l
}

func (l *cable) serve() {
	for {
		in, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.mu.Lock()
		l.open = append(l.open, in)
		if l.to != nil {
			out, err := net.Dial("tcp", l.to())
			if err != nil {
				in.Close()
			} else {
				l.open = append(l.open, out)
				pass := func(to, from net.Conn) {
					io.Copy(tap{l, to}, from) //nolint:errcheck // the line was cut
					to.Close()
					from.Close()
				}
				l.running.Go(func() { pass(out, in) })
				l.running.Go(func() { pass(in, out) })
			}
		}
		l.mu.Unlock()
	}
}

// A tap passes bytes on while the line is not silent.
type tap struct {
	l *cable
	net.Conn
}

func (t tap) Write(b []byte) (int, error) {
	t.l.mu.Lock()
	silent := t.l.silent
	t.l.mu.Unlock()
	if silent {
		return len(b), nil
	}
	return t.Conn.Write(b)
}

// hush keeps every connection, and takes more, and passes nothing on.
func (l *cable) hush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.silent, l.to = true, nil
}

// lead cuts every connection and leads the line elsewhere.
func (l *cable) lead(to func() string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.silent = false
	for _, c := range l.open {
		c.Close()
	}
	l.open, l.to = nil, to
}

// stranger serves with another TLS key than the hub's, and gives its address.
func stranger(t *testing.T) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := hub.Certificate(key, time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), ErrorLog: log.New(io.Discard, "", 0)}
	go server.Serve(listener) //nolint:errcheck // ends with Close
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

// newLines begins a mechanism whose charter names two lines to the hub.
func newLines(t *testing.T) (w *world, first, second *cable, home func() string) {
	t.Helper()
	first, second = newLine(t), newLine(t)
	nowhere := func() string { return "127.0.0.1:1" }
	first.lead(nowhere)
	second.lead(nowhere)
	w = newWorld(t, func(c *charter.Charter) {
		c.Hub.URLs = []string{"https://" + first.address, "https://" + second.address}
	})
	home = func() string { return w.address }
	first.lead(home)
	second.lead(home)
	w.reached("alder")
	return w, first, second, home
}

func (w *world) reached(party string) {
	w.t.Helper()
	w.until(party+" has reached the hub", func() bool {
		status, err := w.desks[party].Status(w.t.Context())
		w.must(err)
		return status.Reachable && status.Down.IsZero()
	})
}

func (w *world) routes(party string) []RouteStatus {
	w.t.Helper()
	status, err := w.desks[party].Status(w.t.Context())
	w.must(err)
	return status.Routes
}

// Whatever becomes of the address in use, FLASH has its receipt within seconds by
// the other, the desk says what was wrong, and goes back when the first answers.
func TestSecondAddress(t *testing.T) {
	const bound = 4 * time.Second // slowAfter, and a little for the machine
	for _, test := range []struct {
		name string
		ill  func(*testing.T, *cable)
		why  string
	}{
		{"cut", func(_ *testing.T, l *cable) { l.lead(func() string { return "127.0.0.1:1" }) }, ""},
		{"silent", func(_ *testing.T, l *cable) { l.hush() }, ""},
		{"another TLS key", func(t *testing.T, l *cable) {
			address := stranger(t)
			l.lead(func() string { return address })
		}, client.ErrTLSKey.Error()},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, first, second, home := newLines(t)
			d := w.desks["alder"]
			d.hubs.use(d.hubs.routes[0])
			w.receipt("alder", w.say("alder/watch/amal"))
			test.ill(t, first)
			d.hubs.use(d.hubs.routes[0])
			start := time.Now()
			w.receipt("alder", w.send("alder/watch/amal", Saying{Format: "J14", Precedence: "FLASH", Fields: notice}))
			if took := time.Since(start); took > bound {
				t.Errorf("FLASH had its receipt after %s, want at most %s", took, bound)
			}
			w.until("the second address is in use, and it is known why", func() bool {
				routes := w.routes("alder")
				if !strings.Contains(routes[0].Why, test.why) { // it failed as it was cut, and was not asked since
					d.hubs.use(d.hubs.routes[0])
				}
				return !routes[0].InUse && routes[1].InUse && !routes[0].Failed.IsZero() && routes[0].Why != "" && strings.Contains(routes[0].Why, test.why)
			})
			w.reached("alder")
			first.lead(home)
			w.until("the first address answers again and is in use", func() bool {
				d.goBack(t.Context(), d.hubs.inUse(d.Charter()))
				return w.routes("alder")[0].InUse
			})
			second.hush() // nobody needs it now
			w.receipt("alder", w.say("alder/watch/amal"))
		})
	}
}

// A refusal is an answer: no other address is asked for another one.
func TestRefusalIsAnAnswer(t *testing.T) {
	w, _, _, _ := newLines(t)
	d := w.desks["alder"]
	var asked []string
	_, err := ask(t.Context(), d.hubs, d.Charter(), func(_ context.Context, r *route) (int, error) {
		asked = append(asked, r.url)
		return 0, &client.StatusError{Problem: client.Problem{Status: 422, Rule: "some.rule", Detail: "no"}}
	})
	if ruleOf(err) != "some.rule" || len(asked) != 1 {
		t.Errorf("asked %q and got %v; want one address asked, and its refusal", asked, err)
	}
	asked = nil
	_, err = ask(t.Context(), d.hubs, d.Charter(), func(_ context.Context, r *route) (int, error) {
		asked = append(asked, r.url)
		return 0, &client.StatusError{Problem: client.Problem{Status: 503, Rule: "hub.storage", Detail: "not now"}}
	})
	if ruleOf(err) != "hub.storage" || len(asked) != 2 {
		t.Errorf("asked %q and got %v; want both addresses asked", asked, err)
	}
}
