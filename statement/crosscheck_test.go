package statement

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"parley/base64url"
	"parley/identity"
)

// What check.mjs answers.
type crossAnswer struct {
	Thumbprint string
	Results    []struct {
		SDJWT, Jose, Second struct {
			Payload map[string]any
			Error   string
		}
		JSON bool
	}
}

// crossCheck lets the stock libraries read statements.
func crossCheck(t *testing.T, statements []string) crossAnswer {
	t.Helper()
	missing := t.Skip
	if os.Getenv("PARLEY_REQUIRE_NODE") == "1" {
		missing = t.Fatal
	}
	if _, err := os.Stat("crosscheck/node_modules"); err != nil {
		missing("the stock libraries are not installed; run `npm ci --prefix statement/crosscheck` in the top folder")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		missing("node is not installed; install Node.js 20 or newer")
	}
	input, err := json.Marshal(map[string]any{"key": identity.EncodeKey(amalPublic()), "second": identity.EncodeKey(adamPublic()), "statements": statements})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "check.mjs")
	cmd.Dir = "crosscheck"
	cmd.Stdin = bytes.NewReader(input)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("check.mjs: %v\n%s", err, stderr.String())
	}
	var answer crossAnswer
	if err := json.Unmarshal(output, &answer); err != nil {
		t.Fatalf("check.mjs answers %q: %v", output, err)
	}
	if len(answer.Results) != len(statements) {
		t.Fatalf("check.mjs gives %d results for %d statements", len(answer.Results), len(statements))
	}
	return answer
}

// @sd-jwt/core 0.15.0 and jose 6.2.18 must read out of full and redacted
// statements what we read, and refuse a changed byte where we do.
func TestCrossCheck(t *testing.T) {
	full := sign(t, testClaims(), testFields())
	bare := sign(t, Claims{Mechanism: "m", ID: full.Claims().ID, Author: full.Claims().Author, Format: "desk.displayed/1", Area: "service",
		Precedence: "ROUTINE", Exercise: true, Serial: Serial{"2026-11-24", 1}, Time: full.Claims().Time}, nil)
	late := testClaims()
	late.Late = passed
	signedTwice := seconded(t, late)
	good := []*Statement{full, bare, signedTwice}
	for _, names := range [][]string{{"text/2"}, {"text/1", "text/2", "text/3"}, {"text"}, {"kind", "units", "text/1"}, {"confirmed", "kind", "persons", "place", "text", "units"}} {
		redacted, err := full.Redact(names...)
		if err != nil {
			t.Fatal(err)
		}
		good = append(good, redacted)
	}
	var texts []string
	for _, s := range good {
		texts = append(texts, string(s.Bytes()))
	}
	// One byte of the issuer-jwt changed: in the payload, in the signature.
	text := string(full.Bytes())
	for _, at := range []int{strings.Index(text, ".") + 400, strings.Index(text, "~") - 40} {
		texts = append(texts, text[:at]+string(text[at]^1)+text[at+1:])
	}
	// A second signature over another statement: jose must miss it where we do.
	swapped := signedTwice.Claims()
	swapped.Precedence = "FLASH"
	edited := sign(t, swapped, testFields())
	texts = append(texts, string(edited.Bytes()))
	answer := crossCheck(t, texts)
	last := len(texts) - 1
	if got := answer.Results[last]; got.Jose.Error != "" || got.Second.Error == "" || edited.VerifySecond(adamPublic()) == nil {
		t.Errorf("a second signature on an edited statement: jose says %q of it", got.Second.Error)
	}
	texts = texts[:last]

	if answer.Thumbprint != full.KID() {
		t.Errorf("jose: thumbprint %s, we say %s", answer.Thumbprint, full.KID())
	}
	for i, s := range good {
		got := answer.Results[i]
		if !got.JSON {
			t.Errorf("statement %d: JSON.stringify writes another text", i)
		}
		if want := payloadOf(t, s); !reflect.DeepEqual(got.Jose.Payload, want) {
			t.Errorf("statement %d: jose reads %v %s\nwant %v", i, got.Jose.Payload, got.Jose.Error, want)
		}
		if want := opened(t, s); !reflect.DeepEqual(got.SDJWT.Payload, want) {
			t.Errorf("statement %d: @sd-jwt/core reads %v %s\nwant %v", i, got.SDJWT.Payload, got.SDJWT.Error, want)
		}
		if err := s.Verify(amalPublic()); err != nil {
			t.Errorf("statement %d: %v", i, err)
		}
		if has := s.Claims().Second != ""; has != (got.Second.Error == "" && got.Second.Payload != nil) {
			t.Errorf("statement %d: jose reads the second signature as %v %s", i, got.Second.Payload, got.Second.Error)
		}
	}
	for i, text := range texts[len(good):] {
		got := answer.Results[len(good)+i]
		if got.Jose.Error == "" || got.SDJWT.Error == "" {
			t.Errorf("changed byte %d: jose: %q, @sd-jwt/core: %q; want both to refuse it", i, got.Jose.Error, got.SDJWT.Error)
		}
		if s, err := Parse([]byte(text)); err == nil && s.Verify(amalPublic()) == nil {
			t.Errorf("changed byte %d: we accept it", i)
		}
	}
}

// payloadOf is the payload as encoding/json reads it.
func payloadOf(t *testing.T, s *Statement) map[string]any {
	t.Helper()
	text, err := base64url.Decode(strings.Split(s.jwt, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var payload map[string]any
	if err := json.Unmarshal(text, &payload); err != nil {
		t.Fatal(err)
	}
	return payload
}

// opened is what RFC 9901 section 7.1 makes of the payload: digests replaced by
// what they open to, or dropped. The fields are those that we read.
func opened(t *testing.T, s *Statement) map[string]any {
	t.Helper()
	payload := payloadOf(t, s)
	delete(payload, "_sd")
	delete(payload, "_sd_alg")
	for _, f := range s.Fields() {
		switch v := f.Value.(type) {
		case int64:
			payload[f.Name] = float64(v)
		case []string:
			list := []any{}
			for _, item := range v {
				list = append(list, item)
			}
			payload[f.Name] = list
		case Text:
			list := []any{}
			for _, p := range v {
				if !p.Withheld {
					list = append(list, p.Text)
				}
			}
			payload[f.Name] = list
		default:
			payload[f.Name] = v
		}
	}
	return payload
}
