package sealed

// A Verdict is what a released opening was found to be.
type Verdict string

// The verdicts. Mismatched and Unopenable accuse the side that sealed it, and prove
// it to whoever checks the same.
const (
	Kept       Verdict = "kept"       // the text is the one that was deposited
	Mismatched Verdict = "mismatched" // the text is another than was deposited
	Unopenable Verdict = "unopenable" // what was sealed is no text, or not sealed to the key deposited
	Unproven   Verdict = "unproven"   // the identity is another than that of the key deposited: it proves nothing
)

// An Evidence is what shows whether a side has opened what it had deposited.
type Evidence struct {
	Context           // of that side
	Commitment string // of that side's deposit
	Sealed     string // of its opening
	Key        string // of the other side's deposit
	Identity   string // of the other side, which alone can read it
}

// Check finds what was sealed, and its text where it can be opened. It needs no
// server, no state and no clock, and everybody who has the same evidence finds the
// same.
func Check(e Evidence) (Verdict, Text, error) {
	key, err := Recipient(e.Identity)
	if err != nil || key != e.Key {
		return Unproven, Text{}, err
	}
	t, err := Unseal(e.Sealed, e.Identity)
	switch {
	case err != nil:
		return Unopenable, Text{}, err
	case t.Commit(e.Context) != e.Commitment:
		return Mismatched, t, nil
	}
	return Kept, t, nil
}
