package console

import (
	"net/http"
	"slices"
	"time"
)

// Policy is the content security policy of every answer: nothing inline, nothing
// evaluated, nothing from elsewhere, and no string becomes markup or the address of a
// script but through web/static/trust.js.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types default"

// A guard keeps pages of other origins, and names that were made to point here, from the
// console. The names that it answers to are exact.
type guard struct {
	hosts []string
	cross *http.CrossOriginProtection
}

func newGuard(hosts ...string) *guard { return &guard{hosts, http.NewCrossOriginProtection()} }

const maxBody = 4 << 20 // of a request

func (g *guard) wrap(next http.Handler) http.Handler {
	next = g.cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy":      Policy,
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Embedder-Policy": "require-corp",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Permissions-Policy":           "camera=(), microphone=(), geolocation=()",
			"Cache-Control":                "no-store",
		} {
			w.Header().Set(name, value)
		}
		if !slices.Contains(g.hosts, r.Host) {
			http.Error(w, "this console does not answer to that name; open the address that `parley console` prints", http.StatusMisdirectedRequest)
			return
		}
		// What another origin may not send it may not read or embed either; it may link here.
		if from := r.Header.Get("Sec-Fetch-Site"); from == "cross-site" || from == "same-site" {
			if r.Method != http.MethodGet || r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document" {
				http.Error(w, "a page of another origin may neither read nor act here", http.StatusForbidden)
				return
			}
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(patient{w}, r)
	})
}

// taking is how long a browser may take for a part of an answer. Whoever never reads is
// let go; a long file, or a page that was long in the making, is not cut off.
const taking = time.Minute

type patient struct{ http.ResponseWriter }

func (p patient) Write(text []byte) (int, error) {
	http.NewResponseController(p.ResponseWriter).SetWriteDeadline(time.Now().Add(taking)) //nolint:errcheck // a connection that is gone says so below
	return p.ResponseWriter.Write(text)
}

// Unwrap is for [http.NewResponseController].
func (p patient) Unwrap() http.ResponseWriter { return p.ResponseWriter }
