package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"parley/charter"
	"parley/desk"
	"parley/rule"
)

// errNoDesk says that no desk answers for a data folder.
var errNoDesk = errors.New("no desk is running on this folder")

// A local calls a running desk's own API.
type local struct {
	desk.Access
	http *http.Client
}

// maxLocal bounds what a desk may answer.
const maxLocal = 96 << 20

// openLocal reads in a desk's data folder, or in the access file of one officer, where
// it is served.
func openLocal(dir string) (*local, error) {
	file := dir
	if info, err := os.Stat(dir); err != nil || info.IsDir() {
		file = filepath.Join(dir, desk.AccessFile)
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("call the desk of %s: %w", dir, errNoDesk)
	}
	if err != nil {
		return nil, fmt.Errorf("call the desk of %s: %w", dir, err)
	}
	l := &local{http: &http.Client{Timeout: 150 * time.Second}}
	if err := json.Unmarshal(text, &l.Access); err != nil {
		return nil, fmt.Errorf("call the desk of %s: %s: %w", dir, filepath.Base(file), err)
	}
	return l, nil
}

// call asks the desk and reads its answer. A refusal is a [rule.Refusal].
func (l *local) call(ctx context.Context, method, path string, question, answer any) error {
	var text []byte
	if question != nil {
		var err error
		if text, err = json.Marshal(question); err != nil {
			return err
		}
	}
	return l.send(ctx, method, path, "", bytes.NewReader(text), answer)
}

// post sends bytes as they are and reads the desk's answer.
func (l *local) post(ctx context.Context, path string, text []byte, answer any) error {
	return l.send(ctx, "POST", path, "", bytes.NewReader(text), answer)
}

// send sends a body, of a media type where that matters, and reads the desk's answer.
func (l *local) send(ctx context.Context, method, path, mediaType string, body io.Reader, answer any) error {
	r, err := http.NewRequestWithContext(ctx, method, l.URL+path, body)
	if err != nil {
		return fmt.Errorf("call the desk: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+l.Token)
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	response, err := l.http.Do(r)
	if err != nil {
		var refused *net.OpError
		if errors.As(err, &refused) && refused.Op == "dial" {
			return fmt.Errorf("call the desk at %s: %w", l.URL, errNoDesk)
		}
		return fmt.Errorf("call the desk: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxLocal))
	if err != nil {
		return fmt.Errorf("call the desk: %w", err)
	}
	if response.StatusCode >= 300 {
		var p desk.Problem
		if json.Unmarshal(text, &p) != nil || p.Rule == "" {
			return fmt.Errorf("call the desk: it answered %s", response.Status)
		}
		return p.Err()
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("call the desk: read its answer: %w", err)
	}
	return nil
}

// charter gives the charter in force at the desk, and the desk's party.
func (l *local) charter(ctx context.Context) (*charter.Charter, string, error) {
	var answer desk.CharterView
	if err := l.call(ctx, "GET", "/v1/charter", nil, &answer); err != nil {
		return nil, "", err
	}
	c, err := charter.Parse([]byte(answer.Charter))
	return c, answer.Party, err
}

// failedAt is failed for commands that call a desk: 1 for a refusal, 2 where the
// desk could not be asked.
func failedAt(stderr io.Writer, err error) int {
	var refusal *rule.Refusal
	switch {
	case errors.As(err, &refusal) && refusal.Rule != desk.Internal:
		return failed(stderr, err)
	case errors.Is(err, errNoDesk):
		return misused(stderr, err.Error(), "start it with `parley desk`, and name its folder with -desk")
	}
	failed(stderr, err)
	return 2
}

// deskFlag is the flag that names a desk's data folder.
func deskFlag(flags *flag.FlagSet) *string {
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return flags.String("desk", os.Getenv("PARLEY_DESK"), "")
}

// withDesk opens the desk that the flag names, or says why not. What is said on
// stderr from then on is marked where the desk is one of an exercise.
func withDesk(dir string, stderr io.Writer) (l *local, code int) {
	if dir == "" {
		return nil, misused(stderr, "-desk is missing", "name the desk's data folder with -desk, or set PARLEY_DESK")
	}
	l, err := openLocal(dir)
	if err != nil {
		return nil, failedAt(stderr, err)
	}
	l.mark("en", stderr) // a refusal may quote a statement
	return l, 0
}
