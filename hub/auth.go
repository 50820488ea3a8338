package hub

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"parley/identity"
	"parley/mechanism"
	"parley/rule"
)

// tokens remembers the tokens whose signatures were verified, until they expire.
type tokens struct {
	mu    sync.Mutex
	known map[string]identity.Token
	order []string
}

const maxTokens = 4096

func newTokens() *tokens { return &tokens{known: map[string]identity.Token{}} }

func (t *tokens) get(text string) (identity.Token, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	token, ok := t.known[text]
	return token, ok
}

func (t *tokens) put(text string, token identity.Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.known[text]; ok {
		return
	}
	if len(t.order) == maxTokens {
		delete(t.known, t.order[0])
		t.order = t.order[1:]
	}
	t.known[text] = token
	t.order = append(t.order, text)
}

// Reader gives the reader that a key stands for now; false for a key that is
// unknown or revoked.
func (h *Hub) Reader(kid string) (mechanism.Reader, bool) {
	size := h.work.Size()
	key, ok := mechanism.FindKey(h.work, kid, size)
	if !ok || !key.ValidAt(size) {
		return mechanism.Reader{}, false
	}
	return mechanism.Reader{Party: key.Author.Party, Supervisor: key.Author.Party == h.Charter().Supervisor().ID, Key: key}, true
}

// identify finds out who calls: the holder of an endorsed key, by a short-lived
// token that it signed itself. Every refusal has the same words, so that a
// stranger learns nothing of which keys exist.
func (h *Hub) identify(r *http.Request) (mechanism.Reader, error) {
	refuse := func(why string) error {
		return rule.Refuse(Unauthorized, "sign a token of at most 60 s with an endorsed key; check the desk's clock", "the request's token is %s", why)
	}
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || len(text) > 4096 {
		return mechanism.Reader{}, refuse("missing")
	}
	token, known := h.tokens.get(text)
	if !known {
		var err error
		if token, err = identity.ParseToken(text); err != nil {
			return mechanism.Reader{}, refuse("malformed")
		}
	}
	reader, ok := h.Reader(token.KID)
	if !ok {
		return mechanism.Reader{}, refuse("not valid here")
	}
	now := h.clock()
	if known {
		if now.After(token.Expires.Add(30 * time.Second)) {
			return mechanism.Reader{}, refuse("not valid here")
		}
		return reader, nil
	}
	if token.Author != reader.Key.Author && (reader.Key.Endorsed != 0 || token.Author.Role != mechanism.Registrar || token.Author.Party != reader.Party) {
		return mechanism.Reader{}, refuse("not valid here")
	}
	if err := token.Verify(reader.Key.Public, h.Charter().Mechanism, now); err != nil {
		return mechanism.Reader{}, refuse("not valid here")
	}
	h.tokens.put(text, token)
	return reader, nil
}
