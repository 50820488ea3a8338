package delivery

// A Withheld is one part of a statement that its release keeps from the addressees.
type Withheld struct {
	Digest string `json:"digest"` // as its author signed it, base64url
	Reason string `json:"reason"` // a code of the release's
}

// A Cut is what a release keeps from the addressees. Which parts may be withheld is
// for package mechanism to see to, which knows what a statement says.
type Cut struct {
	Withheld []Withheld // sorted by digest
	Critical bool       // a field that is to be read back is among them
	Terms    Terms      // what is owed of what is left
}

// Uncompared gives t where a critical field is withheld: nobody owes a readback of
// what nobody could compare.
func (t Terms) Uncompared() Terms {
	t.Readback = 0
	return t
}

func (s *State) cut(c *Cut) {
	if c != nil {
		s.Withheld, s.Uncompared, s.Terms = c.Withheld, c.Critical, c.Terms
	}
}
