package mirror

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"parley/ledger"
)

const (
	askTimeout = 20 * time.Second
	maxAnswer  = 64 << 10 // bytes
)

// A Witness is one outside the mechanism that cosigns on request, as
// c2sp.org/tlog-witness has it. It is asked by one caller at a time.
type Witness struct {
	url  string
	vkey string
	keys *ledger.Witnesses
	http *http.Client
	size uint64 // that it has last cosigned, as far as is known
}

// NewWitness reads "URL VKEY": where it is asked, and its verifier key of
// c2sp.org/tlog-cosignature.
func NewWitness(word string) (*Witness, error) {
	address, vkey, ok := strings.Cut(word, " ")
	u, err := url.Parse(address)
	if !ok || err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("read witness %q: want its address and its verifier key, such as \"https://witness.example witness.example+1c2f…\"", clip(word))
	}
	keys, err := ledger.NewWitnesses([]string{vkey})
	if err != nil {
		return nil, fmt.Errorf("read witness %s: %w", address, err)
	}
	return &Witness{url: strings.TrimSuffix(address, "/"), vkey: vkey, keys: keys, http: &http.Client{Timeout: askTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// URL is where it is asked.
func (w *Witness) URL() string { return w.url }

// VerifierKey is its key.
func (w *Witness) VerifierKey() string { return w.vkey }

// Ask has the witness cosign a checkpoint of the ledger and gives that with its
// line, verified. hashes reads those of the ledger's tree, which has at least the
// checkpoint's entries.
func (w *Witness) Ask(ctx context.Context, v *ledger.Verifier, checkpoint []byte, hashes tlog.HashReader) ([]byte, error) {
	cosigned, err := w.ask(ctx, v, checkpoint, hashes)
	if err != nil {
		return nil, fmt.Errorf("ask witness %s: %w", w.url, err)
	}
	return cosigned, nil
}

func (w *Witness) ask(ctx context.Context, v *ledger.Verifier, checkpoint []byte, hashes tlog.HashReader) ([]byte, error) {
	head, err := v.Open(checkpoint)
	if err != nil {
		return nil, err
	}
	bare, err := v.Bare(checkpoint)
	if err != nil {
		return nil, err
	}
	for range 2 {
		if w.size > head.Size {
			return nil, fmt.Errorf("it has cosigned %d entries of this ledger, which are more than the %d that were put to it", w.size, head.Size)
		}
		body, err := request(w.size, head, bare, hashes)
		if err != nil {
			return nil, err
		}
		status, kind, answer, err := w.post(ctx, body)
		if err != nil {
			return nil, err
		}
		switch status {
		case http.StatusOK:
			cosigned, err := w.merge(v, bare, answer)
			if err == nil {
				w.size = head.Size
			}
			return cosigned, err
		case http.StatusConflict: // it has another size than we thought
			size, err := strconv.ParseUint(strings.TrimSuffix(string(answer), "\n"), 10, 63)
			if err != nil || !strings.HasPrefix(kind, "text/x.tlog.size") || size == w.size {
				return nil, fmt.Errorf("it refuses the size %d and says %q", w.size, clip(string(answer)))
			}
			w.size = size
		default:
			return nil, fmt.Errorf("it answers %d: %q", status, clip(string(answer)))
		}
	}
	return nil, errors.New("it has changed its size twice")
}

// request is the body of add-checkpoint: the size that it has cosigned, the proof
// from there, and the checkpoint.
func request(old uint64, head ledger.Head, bare []byte, hashes tlog.HashReader) ([]byte, error) {
	body := fmt.Appendf(nil, "old %d\n", old)
	if old > 0 && old < head.Size {
		proof, err := tlog.ProveTree(int64(head.Size), int64(old), hashes)
		if err != nil {
			return nil, fmt.Errorf("prove that %d entries extend %d: %w", head.Size, old, err)
		}
		for _, h := range proof {
			body = append(base64.StdEncoding.AppendEncode(body, h[:]), '\n')
		}
	}
	return append(append(body, '\n'), bare...), nil
}

func (w *Witness) post(ctx context.Context, body []byte) (status int, kind string, answer []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, "POST", w.url+"/add-checkpoint", bytes.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	r.Header.Set("User-Agent", "parley")
	response, err := w.http.Do(r)
	if err != nil {
		return 0, "", nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err == nil && len(answer) > maxAnswer {
		err = fmt.Errorf("its answer has more than %d bytes", maxAnswer)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), answer, err
}

// merge verifies the lines that the witness answered with and adds its own to the
// checkpoint.
func (w *Witness) merge(v *ledger.Verifier, bare, lines []byte) ([]byte, error) {
	cosigned, err := w.keys.Merge(v, bare, append(bytes.Clone(bare), lines...))
	if err != nil {
		return nil, err
	}
	if bytes.Equal(cosigned, bare) {
		return nil, errors.New("its answer has no cosignature by its key")
	}
	return cosigned, nil
}

// Merge adds the witness's word on one checkpoint to another of the same head.
func (w *Witness) Merge(v *ledger.Verifier, checkpoint, cosigned []byte) ([]byte, error) {
	return w.keys.Merge(v, checkpoint, cosigned)
}

func clip(s string) string { return s[:min(len(s), 200)] }
