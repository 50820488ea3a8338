package sealed

import (
	"encoding/json"
	"errors"
	"fmt"
)

// TextsFormat says that a file holds texts of exchanges.
const TextsFormat = "sealed-texts/1"

// maxTexts bounds the texts of one file.
const maxTexts = 200

// Texts are what sides show of what they have sealed, to whoever checks it against
// the commitments in the ledger. A text of one's own may be shown at any time, by
// whoever has its salt.
type Texts struct {
	Format string  `json:"format"`
	Texts  []Shown `json:"texts"`
}

// A Shown is one text, with what keeps its commitment from being guessed.
type Shown struct {
	Deposit string `json:"deposit"` // its statement
	Salt    []byte `json:"salt"`
	Text    string `json:"text"`
}

// MaxTexts is how long a file of texts is at most.
const MaxTexts = maxTexts * (6*MaxText + 500)

// ReadTexts reads such a file.
func ReadTexts(text []byte) (*Texts, error) {
	var t Texts
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, fmt.Errorf("read texts of exchanges: %w", err)
	}
	switch {
	case t.Format != TextsFormat:
		return nil, fmt.Errorf("read texts of exchanges: format is %q, not %q", t.Format, TextsFormat)
	case len(t.Texts) > maxTexts:
		return nil, fmt.Errorf("read texts of exchanges: there are %d, at most %d are read", len(t.Texts), maxTexts)
	}
	for _, s := range t.Texts {
		if len(s.Salt) != SaltSize {
			return nil, errors.New("read texts of exchanges: a salt has not 32 bytes")
		}
	}
	return &t, nil
}

// Commitment is that of the text, as a side of an exchange would deposit it.
func (s Shown) Commitment(c Context) string {
	t := Text{Text: s.Text}
	copy(t.Salt[:], s.Salt)
	return t.Commit(c)
}
