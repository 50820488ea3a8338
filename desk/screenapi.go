package desk

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"parley/identity"
	"parley/rule"
	"parley/screening"
)

// A list comes in at most so many files and bytes.
const (
	maxListFiles = 3
	maxImport    = maxListFiles*screening.MaxFile + 64<<10
)

// screenRoutes serves lists and what they say of names.
func (d *Desk) screenRoutes(mux *routes) {
	mux.Handle("GET /v1/lists", endpoint(byOfficer(func(r *http.Request, lang string, as identity.Author) (any, error) {
		return d.Lists(r.Context(), lang, as)
	})))
	mux.Handle("POST /v1/lists", endpoint(byOfficer(d.apiImport)))
	mux.Handle("POST /v1/screen", endpoint(func(r *http.Request) (any, error) {
		var q ScreenRequest
		as, err := read(r, &q, func() string { return q.As })
		if err != nil {
			return nil, err
		}
		return d.Screen(r.Context(), q, as)
	}))
	mux.Handle("POST /v1/screen/decide", endpoint(func(r *http.Request) (any, error) {
		var q DecideRequest
		as, err := read(r, &q, func() string { return q.As })
		if err != nil {
			return nil, err
		}
		return d.DecideHit(r.Context(), q, as)
	}))
}

// apiImport takes a list in. Its body is multipart/form-data, one part a file; kind,
// list, version and published stand in the query. The files are on disk while they
// are read, so that a large one costs no memory.
func (d *Desk) apiImport(r *http.Request, lang string, as identity.Author) (answer any, err error) {
	stated := screening.Stated{Name: r.URL.Query().Get("list"), Version: r.URL.Query().Get("version")}
	if day := r.URL.Query().Get("published"); day != "" {
		if stated.Published, err = time.Parse(time.DateOnly, day); err != nil {
			return nil, rule.Refuse(BadRequest, "write a day such as 2026-11-24", "published is %q", day)
		}
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil, rule.Refuse(BadRequest, "send multipart/form-data, one part a file", "the body is of type %q", r.Header.Get("Content-Type"))
	}
	var sources []screening.Source
	for parts := multipart.NewReader(r.Body, params["boundary"]); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, rule.Refuse(BadRequest, "", "the request's body cannot be read: %s", err)
		}
		if len(sources) == maxListFiles {
			return nil, rule.Refuse(BadList, "", "a list has at most %d files", maxListFiles)
		}
		file, err := d.spool(part)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		sources = append(sources, screening.Source{Name: part.FileName(), Text: file})
	}
	if len(sources) == 0 {
		return nil, rule.Refuse(BadList, "send one part a file", "there is no file in the request")
	}
	return d.ImportList(r.Context(), lang, r.URL.Query().Get("kind"), stated, sources, as)
}

// spool writes what comes to a file that has no name, and so is gone with the desk.
func (d *Desk) spool(from io.Reader) (file *os.File, err error) {
	if file, err = os.CreateTemp(d.config.Dir, "import-*"); err != nil {
		return nil, err
	}
	err = os.Remove(file.Name())
	if err == nil {
		_, err = io.Copy(file, io.LimitReader(from, screening.MaxFile+1))
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("take a list in: %w", err), file.Close())
	}
	return file, nil
}
