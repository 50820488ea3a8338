package desk

import (
	"net/http"

	"parley/identity"
)

// A WindowRequest is the body of POST /v1/projects/window: a statement of a project,
// or the fields of one that is being written.
type WindowRequest struct {
	As     string   `json:"as"`
	ID     string   `json:"id"`
	Fields []string `json:"fields"`
	Lang   string   `json:"lang"`
}

// projectRoutes serves the pages of projects.
func (d *Desk) projectRoutes(mux *routes) {
	mux.Handle("GET /v1/projects", endpoint(byOfficer(func(r *http.Request, lang string, as identity.Author) (any, error) {
		return d.Projects(r.Context(), lang, as, r.URL.Query().Get("all") == "1")
	})))
	mux.Handle("GET /v1/projects/{id}", endpoint(byOfficer(func(r *http.Request, lang string, as identity.Author) (any, error) {
		return d.Project(r.Context(), r.PathValue("id"), lang, as)
	})))
	mux.Handle("GET /v1/accesses", endpoint(byOfficer(func(r *http.Request, _ string, as identity.Author) (any, error) {
		all, denied, err := d.Accesses(r.Context(), as, maxList)
		return struct {
			Exercise bool          `json:"exercise"`
			Denied   int           `json:"denied"` // in all
			Accesses []AccessEntry `json:"accesses"`
		}{d.Charter().Exercise, denied, all}, err
	})))
	mux.Handle("POST /v1/projects/window", endpoint(func(r *http.Request) (any, error) {
		var q WindowRequest
		by, err := read(r, &q, func() string { return q.As })
		if err != nil {
			return nil, err
		}
		if q.ID == "" {
			return d.PreviewWindow(r.Context(), Saying{By: by, Fields: q.Fields, Lang: q.Lang})
		}
		return d.Window(r.Context(), q.ID, q.Lang, by)
	}))
}

// byOfficer answers what an officer asks in a language.
func byOfficer(serve func(r *http.Request, lang string, as identity.Author) (any, error)) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		lang, as, err := askedBy(r, true)
		if err != nil {
			return nil, err
		}
		return serve(r, lang, as)
	}
}
