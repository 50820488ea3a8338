package hub

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"time"

	"parley/mechanism"
)

// A route is one row of the API: the handlers and their description are made
// from the same table.
type route struct {
	method, path string
	summary      string
	request      string // media type of the body, empty for none
	response     string
	serve        func(http.ResponseWriter, *http.Request, mechanism.Reader) error
}

func (h *Hub) routes() []route {
	return []route{
		{"POST", "/v1/statements", "Order signed statements, one a line; each is answered with its receipt or the reason for its refusal.", "text/plain", "application/json", h.submit},
		{"GET", "/v1/feed", "The ledger from block height `after` on, one JSON line a block, for as long as the caller stays.", "", "application/x-ndjson", h.follow},
		{"GET", "/checkpoint", "The newest checkpoint (C2SP tlog-checkpoint) with its cosignatures.", "", "text/plain", h.checkpoint},
		{"GET", "/tile/", "Tiles of the Merkle tree and of its entries (C2SP tlog-tiles).", "", "application/octet-stream", h.tile},
		{"POST", "/v1/cosignatures", "A checkpoint of this ledger with the caller's cosignature line.", "text/plain", "", h.cosign},
		{"POST", "/v1/held", "The largest checkpoint of this ledger that the caller's desk holds, empty for none; refused with the reason where the hub signs nothing.", "text/plain", "", h.held},
		{"POST", "/v1/carried", "A request that a desk without a line made and somebody carried; answered with a file for that desk.", "text/plain", "text/plain", h.carried},
		{"POST", "/v1/charter", "The next edition of the charter, signed by every party.", "text/plain", "application/json", h.amend},
	}
}

// Handler serves the API. Every call carries a token that the caller signed
// with an endorsed key.
func (h *Hub) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range h.routes() {
		mux.Handle(r.method+" "+r.path, h.endpoint(r))
	}
	mux.HandleFunc("GET /openapi.json", h.openAPI)
	return http.MaxBytesHandler(mux, maxBody+1)
}

// endpoint alone identifies the caller and maps errors to answers.
func (h *Hub) endpoint(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := h.identify(r)
		if err != nil && route.path == "/v1/held" {
			h.heldByStranger(r)
		}
		if err == nil {
			h.limits.hear(caller.Party, h.clock())
			err = route.serve(w, r, caller)
		}
		if err != nil {
			h.log.Info("refused", "path", route.path, "party", caller.Party, "error", err)
			fail(w, err)
		}
	})
}

func reply(w http.ResponseWriter, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(text)
	return err
}

// Server gives the HTTPS server for the hub's API: TLS 1.3 alone, HTTP/1.1, with
// bounds on every wait but that of a feed. The caller listens and serves.
func (h *Hub) Server() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:           h.Handler(),
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: h.certificate},
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       20 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		Protocols:         protocols,
		ErrorLog:          slogError(h.log),
	}
}
