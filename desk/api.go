package desk

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/base64url"
	"parley/carry"
	"parley/format"
	"parley/identity"
	"parley/rule"
)

// An Access is what the desk writes to api.json in its data folder, for the
// programs of whoever may read that folder.
type Access struct {
	URL   string `json:"url"`
	Token string `json:"token"` // bearer token; a new one at every start

	Exercise bool `json:"exercise"` // nothing at this desk is real
}

// AccessFile is the name of the file, mode 0600, that holds the [Access].
const AccessFile = "api.json"

// ExerciseHeader of every answer says true where nothing at this desk is real.
const ExerciseHeader = "Parley-Exercise"

// An api is the desk's own API on the loopback interface.
type api struct {
	url   string
	host  string // the one accepted Host
	token string
	file  string

	server *http.Server
	ended  chan struct{}
}

// serve starts the API and tells where it is in the data folder.
func (d *Desk) serve() error {
	host, _, err := net.SplitHostPort(d.config.Listen)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("listen on %q: want a loopback address such as 127.0.0.1:0; a desk serves nobody else", d.config.Listen)
	}
	var secret [32]byte
	if _, err := io.ReadFull(d.config.Rand, secret[:]); err != nil {
		return fmt.Errorf("make the API's token: %w", err)
	}
	listener, err := net.Listen("tcp", d.config.Listen)
	if err != nil {
		return err
	}
	a := &api{host: listener.Addr().String(), url: "http://" + listener.Addr().String(), token: base64url.Encode(secret[:]), file: filepath.Join(d.config.Dir, AccessFile), ended: make(chan struct{})}
	text, err := json.Marshal(Access{a.url, a.token, d.Charter().Exercise})
	if err == nil {
		err = writePrivate(a.file, append(text, '\n'))
	}
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	protect := http.NewCrossOriginProtection()
	a.server = &http.Server{Handler: protect.Handler(d.handler(a)), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	d.api = a
	go func() {
		defer close(a.ended)
		if err := a.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			d.log.Error("API ended", "error", err)
		}
	}()
	return nil
}

// writePrivate replaces a file by one that only its owner may read.
func writePrivate(file string, text []byte) error {
	fresh := file + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(fresh, text, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, file)
}

// close ends the API; calls that wait for the hub are cut off.
func (a *api) close() error {
	err := os.Remove(a.file)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if a.server.Shutdown(ctx) != nil {
		a.server.Close()
	}
	<-a.ended
	return err
}

const (
	maxRequest = 4 << 20
	maxWait    = 60 // seconds that a call may wait for the hub
	maxList    = 1000
)

// handler serves the API's routes to whoever has the token.
func (d *Desk) handler(a *api) http.Handler {
	mux := &routes{}
	d.register(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := []byte(r.Header.Get("Authorization"))
		own := subtle.ConstantTimeCompare(given, []byte("Bearer "+a.token)) == 1
		var officer identity.Author
		known := own
		if token, bearer := strings.CutPrefix(string(given), "Bearer "); !own && bearer {
			officer, known = d.officerOf(r.Context(), token)
		}
		w.Header().Set(ExerciseHeader, strconv.FormatBool(d.Charter().Exercise)) // of refusals too
		switch {
		case r.Host != a.host:
			fail(w, rule.Refuse(BadRequest, "call "+a.url, "this desk is not %q", r.Host))
		case !known:
			fail(w, rule.Refuse(Unauthorized, "read the token in "+AccessFile+" of the desk's folder; it changes at every start", "the request's token is not this desk's"))
		default:
			limit := int64(maxRequest)
			switch r.URL.Path {
			case "/v1/carry/in":
				limit = carry.MaxAnswer
			case "/v1/lists":
				limit = maxImport
			}
			r.Body = http.MaxBytesReader(w, r.Body, limit)
			r, err := d.inName(r, officer)
			if err != nil {
				fail(w, err)
				return
			}
			mux.ServeHTTP(w, r)
		}
	})
}

// routes are the API: what is served, and under which patterns.
type routes struct {
	http.ServeMux
	patterns []string
}

// Handle serves a pattern, and remembers it.
func (m *routes) Handle(pattern string, h http.Handler) {
	m.patterns = append(m.patterns, pattern)
	m.ServeMux.Handle(pattern, h)
}

// endpoint alone encodes answers and maps errors.
func endpoint(serve func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := serve(r)
		if err != nil {
			fail(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(answer) //nolint:errcheck // the caller is gone, or has it
	})
}

// A SendRequest is the body of POST /v1/send.
type SendRequest struct {
	As         string   `json:"as"` // party/role/officer
	Format     string   `json:"format"`
	Precedence string   `json:"precedence"` // empty: the format's
	To         []string `json:"to"`         // empty: all other sides
	Fields     []string `json:"fields"`     // "name=value"
	About      string   `json:"about"`      // statement that it replies to; empty: none
	Lang       string   `json:"lang"`       // of refusals that concern the fields; empty: English
	Keep       []string `json:"keep"`       // contested terms to keep, by identifier
	Late       string   `json:"late"`       // when it was passed outside the channel; empty: it was not
	Route      string   `json:"route"`      // and by which way
	Draft      int64    `json:"draft"`      // kept draft to take up again; 0: a new statement
	Preview    bool     `json:"preview"`    // show the page, in lang, and sign nothing
	Wait       int      `json:"wait"`       // seconds to wait for the hub's answer, at most 60
}

// An ActRequest is the body of POST /v1/acts.
type ActRequest struct {
	As     string   `json:"as"`
	Act    string   `json:"act"` // one of [Verbs]
	ID     string   `json:"id"`  // or its beginning, or the entry's number
	Fields []string `json:"fields"`
	Lang   string   `json:"lang"`
	Keep   []string `json:"keep"`
	Late   string   `json:"late"`
	Route  string   `json:"route"`
	Wait   int      `json:"wait"`
	// Of a release: the parts that the addressees do not get, "field=reason" or, for a
	// paragraph, "text/2=reason"; and whether only to show, in lang, what they will read.
	Withhold []string `json:"withhold"`
	Preview  bool     `json:"preview"`
}

func (d *Desk) apiSend(r *http.Request) (any, error) {
	var q SendRequest
	by, err := read(r, &q, func() string { return q.As })
	if err != nil {
		return nil, err
	}
	saying := Saying{By: by, Format: q.Format, Precedence: q.Precedence, To: q.To, Fields: q.Fields, About: q.About, Lang: q.Lang, Keep: q.Keep, Late: q.Late, Route: q.Route}
	if q.Preview {
		page, err := d.Preview(r.Context(), saying)
		return Sent{State: Previewed, Page: page, Exercise: d.Charter().Exercise, Overlaps: d.PreviewOverlaps(saying)}, err
	}
	say := func() (string, error) { return d.Say(r.Context(), saying) }
	if q.Draft != 0 {
		say = func() (string, error) { return d.Resume(r.Context(), q.Draft, saying) }
	}
	id, err := say()
	if err != nil {
		return nil, err
	}
	return d.answer(r.Context(), id, q.Lang, q.Wait)
}

func (d *Desk) apiAct(r *http.Request) (any, error) {
	var q ActRequest
	by, err := read(r, &q, func() string { return q.As })
	if err != nil {
		return nil, err
	}
	saying := Saying{By: by, Fields: q.Fields, About: q.ID, Lang: q.Lang, Keep: q.Keep, Late: q.Late, Route: q.Route, Withhold: q.Withhold}
	if q.Preview {
		if err := mayPreview(q.Act, by); err != nil {
			return nil, err
		}
		page, err := d.PreviewRelease(r.Context(), saying)
		return Sent{State: Previewed, Page: page, Exercise: d.Charter().Exercise}, err
	}
	id, err := d.Act(r.Context(), q.Act, saying)
	if err != nil {
		return nil, err
	}
	return d.answer(r.Context(), id, q.Lang, q.Wait)
}

func read(r *http.Request, into any, as func() string) (identity.Author, error) {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return identity.Author{}, rule.Refuse(BadRequest, "", "the request's body cannot be read: %s", err)
	}
	asks, name := readerOf(r.Context()), as()
	if asks.bound && name == "" {
		return asks.officer, nil
	}
	by, err := identity.ParseAuthor(name)
	switch {
	case err != nil:
		return by, rule.Refuse(BadRequest, "write party/role/officer", "%s", err)
	case asks.bound && by != asks.officer:
		return by, asks.desk.denied(r.Context(), asks.officer, r.Pattern, "", "", otherOfficer(asks.officer, by))
	}
	*r = *r.WithContext(reading(r.Context(), by))
	return by, nil
}

// answer waits for the hub's answer, for a while, and tells whoever has read back
// how that compares, whoever may have told of an accident how to say so, and whoever
// has given notice of something what stands that it overlaps.
func (d *Desk) answer(ctx context.Context, id, lang string, seconds int) (Sent, error) {
	wait, cancel := context.WithTimeout(ctx, time.Duration(max(0, min(seconds, maxWait)))*time.Second)
	defer cancel()
	sent, err := d.Await(wait, id)
	if err != nil {
		return sent, err
	}
	if r, err := d.outbox.get(ctx, id); err == nil && r != nil {
		sent.Exercise, sent.Hint = r.statement.Claims().Exercise, d.accidentHint(r.statement, lang)
		if sent.Overlaps, err = d.overlapsOf(ctx, r.statement, lang); err != nil {
			return sent, err
		}
	}
	sent.Readback, err = d.compareSent(ctx, id, lang)
	return sent, err
}

// A CharterView is the answer to GET /v1/charter.
type CharterView struct {
	Charter string `json:"charter"` // its exact text
	Party   string `json:"party"`   // the desk's
}

func (d *Desk) apiCharter(*http.Request) (any, error) {
	return CharterView{string(d.Charter().Text()), d.party}, nil
}

func (d *Desk) apiDrafts(r *http.Request) (any, error) {
	_, as, err := askedBy(r, false)
	if err != nil {
		return nil, err
	}
	drafts, err := d.Drafts(r.Context(), as)
	return struct {
		Exercise bool        `json:"exercise"`
		Drafts   []KeptDraft `json:"drafts"`
	}{d.Charter().Exercise, drafts}, err
}

func (d *Desk) apiDrop(r *http.Request) (any, error) {
	number, err := strconv.ParseInt(r.PathValue("number"), 10, 63)
	if err != nil {
		return nil, rule.Refuse(BadRequest, "`parley drafts` lists them", "%q is not the number of a draft", r.PathValue("number"))
	}
	return struct{}{}, d.dropFor(r.Context(), number)
}

func (d *Desk) apiList(r *http.Request) (any, error) {
	limit := 50
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxList {
			return nil, rule.Refuse(BadRequest, "", "limit is %q; want a number from 1 to %d", text, maxList)
		}
		limit = n
	}
	items, err := d.List(r.Context(), limit, r.URL.Query().Get("all") == "1")
	return struct {
		Exercise   bool   `json:"exercise"`
		Statements []Item `json:"statements"`
	}{d.Charter().Exercise, items}, err
}

func (d *Desk) apiShow(r *http.Request) (any, error) {
	lang, as, err := askedBy(r, false)
	if err != nil {
		return nil, err
	}
	return d.ShowTo(r.Context(), r.PathValue("id"), lang, as)
}

// languageOf gives the language that a request asks for, English where it names none.
func languageOf(r *http.Request) (string, error) {
	lang := r.URL.Query().Get("lang")
	if lang == "" {
		lang = "en"
	}
	if !slices.Contains(format.Languages(), lang) {
		return "", rule.Refuse(BadRequest, "", "language %q is not one of %q", lang, format.Languages())
	}
	return lang, nil
}
