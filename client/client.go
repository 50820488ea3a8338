// Package client calls a hub's API for the holder of an endorsed key: a desk, a
// registrar, a benchmark.
//
// It trusts the network with nothing: the hub is who holds the TLS key that the
// charter pins, each request carries a token that the caller signs itself, and
// whatever comes back is for the caller to verify.
package client

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/carry"
	"parley/charter"
	"parley/identity"
	"parley/ledger"
	"parley/rule"
)

var errSilent = fmt.Errorf("the hub has said nothing for %s", feedSilence)

// ErrTLSKey says that whoever answered does not hold the hub's TLS key.
var ErrTLSKey = errors.New("the hub's TLS key is not the one that the charter pins; this is not the hub, or its key was changed without a new charter")

// Bounds of what a hub may answer.
const (
	maxAnswer = 8 << 20
	MaxLine   = 48 << 20 // one line of the feed
)

const dialTimeout = 5 * time.Second

// feedSilence is how long a feed may say nothing: four of the hub's keep-alives.
const feedSilence = 8 * time.Second

// A Client calls one hub. It is safe for concurrent use.
type Client struct {
	mechanism string
	url       string
	author    identity.Author
	key       identity.Signer
	clock     func() time.Time
	http      *http.Client

	mu     sync.Mutex
	token  string
	signed time.Time // when the token was, by the clock
}

// A Dial opens a connection to an address, as [net.Dialer.DialContext] does. It
// ends with ctx. nil stands for a net.Dialer.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// New makes a client for the hub at url, one of the charter's, in the name of
// author, whose key is endorsed in the ledger.
func New(c *charter.Charter, url string, author identity.Author, key identity.Signer, clock func() time.Time) *Client {
	return NewDialing(c, url, author, key, clock, nil)
}

// NewDialing is New for a network that is reached with dial. Whatever dial
// connects to must still prove to be the hub.
func NewDialing(c *charter.Charter, url string, author identity.Author, key identity.Signer, clock func() time.Time, dial Dial) *Client {
	pins := c.Hub.TLSPins()
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, dialTimeout)
			defer cancel()
			return dial(ctx, network, address)
		},
		TLSHandshakeTimeout: 5 * time.Second,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     time.Minute,
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS13,
			ServerName:         ServerName(pins[0]),
			InsecureSkipVerify: true, // the charter's pins are checked instead of a certificate authority
			VerifyConnection: func(state tls.ConnectionState) error {
				if !slices.Contains(pins, charter.Pin(state.PeerCertificates[0].RawSubjectPublicKeyInfo)) {
					return ErrTLSKey
				}
				return nil
			},
		},
	}
	return &Client{mechanism: c.Mechanism, url: strings.TrimSuffix(url, "/"), author: author, key: key, clock: clock, http: &http.Client{Transport: transport}}
}

// ServerName is by which name a client asks for the TLS key that it knows by its
// pin, so that a hub which has two shows the one.
func ServerName(pin string) string {
	sum := sha256.Sum256([]byte(pin))
	return "pin-" + hex.EncodeToString(sum[:16]) + ".parley.invalid"
}

// bearer gives a token with at least half of its minute left, and none from
// before the clock was set back.
func (c *Client) bearer(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock()
	if c.token == "" || now.Before(c.signed) || now.Sub(c.signed) >= 30*time.Second {
		token, err := identity.NewToken(ctx, c.key, c.author, c.mechanism, now, rand.Text())
		if err != nil {
			return "", fmt.Errorf("sign token: %w", err)
		}
		c.token, c.signed = token, now
	}
	return c.token, nil
}

func (c *Client) do(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	token, err := c.bearer(ctx)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("call hub: %w", err)
	}
	if answer.StatusCode >= 300 {
		defer answer.Body.Close()
		return nil, c.refusal(answer)
	}
	return answer, nil
}

// A Problem is a problem document (RFC 9457) of the hub.
type Problem struct {
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Rule   string `json:"rule"`
	Remedy string `json:"remedy,omitempty"`
}

// Err gives the problem as the refusal it is.
func (p *Problem) Err() error {
	return &rule.Refusal{Rule: p.Rule, Sentence: p.Detail, Remedy: p.Remedy}
}

// Final reports whether sending the same again is of no use.
func (p *Problem) Final() bool {
	return p.Status >= 400 && p.Status < 500 && p.Status != http.StatusTooManyRequests && p.Status != http.StatusUnauthorized
}

// A StatusError is an answer of the hub that is not the one hoped for.
type StatusError struct{ Problem Problem }

func (e *StatusError) Error() string { return "the hub refused: " + e.Problem.Err().Error() }

// Unwrap gives the [rule.Refusal].
func (e *StatusError) Unwrap() error { return e.Problem.Err() }

func (c *Client) refusal(answer *http.Response) error {
	p := Problem{Status: answer.StatusCode}
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil || json.Unmarshal(text, &p) != nil || p.Detail == "" {
		p.Detail, p.Rule = "the hub answered "+answer.Status, "api.status"
	}
	return &StatusError{p}
}

// A Result answers one statement: a receipt, not yet verified, or a problem.
type Result struct {
	ID      string   `json:"id"`
	Receipt string   `json:"receipt"`
	Problem *Problem `json:"problem"`
}

// Submit sends statements, at most 64 and all of the caller's party, and gives
// an answer for each. An error says nothing of their fate: send them again.
func (c *Client) Submit(ctx context.Context, statements ...[]byte) ([]Result, error) {
	answer, err := c.do(ctx, "POST", "/v1/statements", append(bytes.Join(statements, []byte("\n")), '\n'))
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var results struct{ Results []Result }
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(&results); err != nil {
		return nil, fmt.Errorf("read the hub's receipts: %w", err)
	}
	if len(results.Results) != len(statements) {
		return nil, fmt.Errorf("read the hub's receipts: %d statements sent, %d answered", len(statements), len(results.Results))
	}
	return results.Results, nil
}

// Checkpoint gets the newest checkpoint, not yet verified.
func (c *Client) Checkpoint(ctx context.Context) ([]byte, error) {
	return c.text(ctx, "GET", "/checkpoint", nil)
}

// Tile gets a tile of the hub's tree by its path, "tile/0/000", not yet verified.
func (c *Client) Tile(ctx context.Context, path string) ([]byte, error) {
	return c.text(ctx, "GET", "/"+path, nil)
}

// Amend sends the next edition of the charter, signed by every party, and gives
// the receipt of its entry, not yet verified.
func (c *Client) Amend(ctx context.Context, note []byte) ([]byte, error) {
	text, err := c.text(ctx, "POST", "/v1/charter", note)
	if err != nil {
		return nil, err
	}
	var result Result
	if err := json.Unmarshal(text, &result); err != nil {
		return nil, fmt.Errorf("read the hub's receipt: %w", err)
	}
	return []byte(result.Receipt), nil
}

// Carried sends a request that another desk made and somebody carried, and gives
// the file that answers it; with after, the answer with the blocks from there on.
func (c *Client) Carried(ctx context.Context, request []byte, after uint64) ([]byte, error) {
	path := "/v1/carried"
	if after > 0 {
		path += fmt.Sprintf("?after=%d", after)
	}
	answer, err := c.do(ctx, "POST", path, request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(io.LimitReader(answer.Body, carry.MaxAnswer+1))
}

// Cosign sends a checkpoint with the caller's cosignature.
func (c *Client) Cosign(ctx context.Context, note []byte) error {
	_, err := c.text(ctx, "POST", "/v1/cosignatures", note)
	return err
}

// Held tells the hub the largest checkpoint of its ledger that the caller holds,
// empty for none. The error is why the hub signs nothing.
func (c *Client) Held(ctx context.Context, note []byte) error {
	_, err := c.text(ctx, "POST", "/v1/held", note)
	return err
}

func (c *Client) text(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	answer, err := c.do(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
}

// An Item of the feed: a block with the texts that the caller may read, or a
// checkpoint that is being cosigned. Line is the text it came in.
type Item struct {
	Block      *ledger.Block
	Checkpoint []byte
	Line       []byte
}

// Feed follows the ledger from block height after on until ctx ends, the line
// breaks or is silent for longer than a hub that lives ever is; that error is
// the last thing it gives.
func (c *Client) Feed(ctx context.Context, after uint64) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		silence := time.AfterFunc(feedSilence, func() { cancel(errSilent) })
		defer silence.Stop()
		answer, err := c.do(ctx, "GET", fmt.Sprintf("/v1/feed?after=%d", after), nil)
		if err != nil {
			yield(Item{}, err)
			return
		}
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(make([]byte, 64<<10), MaxLine)
		for lines.Scan() {
			line := lines.Bytes()
			silence.Reset(feedSilence)
			if len(line) == 0 {
				continue // keep-alive
			}
			item, err := parseItem(line)
			if !yield(item, err) || err != nil {
				return
			}
		}
		err = lines.Err()
		switch {
		case context.Cause(ctx) == errSilent:
			err = errSilent
		case err == nil:
			err = io.ErrUnexpectedEOF
		}
		yield(Item{}, fmt.Errorf("follow hub: %w", err))
	}
}

func parseItem(line []byte) (Item, error) {
	item := Item{Line: bytes.Clone(line)}
	if bytes.HasPrefix(line, []byte(`{"checkpoint":`)) {
		var note struct{ Checkpoint string }
		if err := json.Unmarshal(line, &note); err != nil {
			return item, fmt.Errorf("follow hub: %w", err)
		}
		item.Checkpoint = []byte(note.Checkpoint)
		return item, nil
	}
	item.Block = &ledger.Block{}
	if err := item.Block.UnmarshalJSON(line); err != nil {
		return item, fmt.Errorf("follow hub: %w", err)
	}
	return item, nil
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }
