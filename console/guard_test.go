package console

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// What took longer to make than a connection has time is written all the same: only who
// does not read is let go.
func TestPatient(t *testing.T) {
	const part = 1 << 16
	g := newGuard("")
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.hosts = []string{r.Host}
		g.wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for range 8 {
				io.WriteString(w, strings.Repeat("x", part)) //nolint:errcheck // the client sees it
			}
		})).ServeHTTP(w, r)
	}))
	server.Config.WriteTimeout = time.Nanosecond
	server.Start()
	defer server.Close()
	for range 3 { // over one connection
		a, err := server.Client().Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(a.Body)
		a.Body.Close()
		if err != nil || len(text) != 8*part {
			t.Errorf("%d bytes come, want %d: %v", len(text), 8*part, err)
		}
	}
}
