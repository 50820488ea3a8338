package paper

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The characters that a value is made of, by script, as Normal leaves them.
var scripts = map[string]string{
	"latin":  "0123456789abcdefghijklmnopqrstuvwxyz",
	"marks":  "0123456789+-.,:/",
	"symbol": "+<=>|~$°±",
	"arabic": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي",
	"hebrew": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
}

// The published example of ISO/IEC 7064 MOD 97-10 in IBAN: 3214282912345698765432161182.
func TestMod97(t *testing.T) {
	var m mod97
	for _, five := range []int{3, 21428, 29123, 45698, 76543, 21611} {
		m.number(five)
	}
	if got := m.check(); got != "82" {
		t.Errorf("the example's check digits are %s, want 82", got)
	}
}

func TestNormal(t *testing.T) {
	for _, test := range []struct {
		kind     Kind
		in, want string
	}{
		{Coded, "DMM 00 33.600N 017 57.000W ±50m", "dmm0033.600n01757.000w±50m"},
		{Coded, "٢٠٢٦-١١-٢٧T٠٧:٠٠Z", "2026-11-27t07:00z"},
		{Coded, "۱۲٫۵", "12.5"},
		{Coded, "−17.95", "-17.95"},
		{Coded, "AMBER+STRICT", "amber+strict"},
		{Coded, "\u2066a\u2069\u200f b\t\n", "ab"},
		{Text, "The valley, north end: 1.5 km (about 3 persons).", "thevalleynorthend1.5kmabout3persons"},
		{Text, "It is -5 °C - cold. See 12:30, 4/5.", "itis-5°ccoldsee12:304/5"},
		{Text, "مُحَمَّد ـــ ٣٫٥ كم، شمالاً", "محمد3.5كمشمالا"},
		{Text, "שָׁלוֹם", "שלום"},
		{Text, "e\u0301tat", "état"},
		{Coded, "\xff", "\ufffd"},
	} {
		if got := Normal(test.kind, test.in); got != test.want {
			t.Errorf("Normal(%d, %q) = %q, want %q", test.kind, test.in, got, test.want)
		}
	}
}

// These are published: a change of the rule changes them, and no form in use
// could be keyed in any more.
func TestCheckVectors(t *testing.T) {
	for _, test := range []struct {
		at    Number
		kind  Kind
		value string
		want  string
	}{
		{Number{Line: 1}, Coded, "survey", "72"},
		{Number{1, 1}, Coded, "Survey", "72"},
		{Number{Line: 2}, Coded, "survey", "14"},
		{Number{Line: 3}, Coded, "2026-11-27T07:00Z/2026-11-27T09:00Z", "21"},
		{Number{Line: 3}, Coded, "٢٠٢٦-١١-٢٧T٠٧:٠٠Z/٢٠٢٦-١١-٢٧T٠٩:٠٠Z", "21"},
		{Number{8, 2}, Text, "رصدت الدورية ٣ أشخاص، على بعد ١٫٥ كم.", "56"},
		{Number{}, Coded, "J14/1 EXERCISE", "96"},
	} {
		if got := Check(test.at, test.kind, test.value); got != test.want {
			t.Errorf("Check(%v, %d, %q) = %s, want %s", test.at, test.kind, test.value, got, test.want)
		}
	}
}

// Every character of every script replaced by every other one of its script, at
// every place of a value of 130 characters.
func TestEverySubstitution(t *testing.T) {
	caught := 0
	for name, alphabet := range scripts {
		letters := []rune(alphabet)
		value := make([]rune, 130)
		for i := range value {
			value[i] = letters[i*7%len(letters)]
		}
		want := Check(Number{Line: 5}, Coded, string(value))
		for i, was := range value {
			for _, r := range letters {
				if r == was {
					continue
				}
				value[i] = r
				if Check(Number{Line: 5}, Coded, string(value)) == want {
					t.Fatalf("%s: %c for %c at %d is not caught", name, r, was, i)
				}
				caught++
			}
			value[i] = was
		}
	}
	t.Logf("%d substitutions, all caught", caught)
}

// Every two different characters in each other's place, up to 95 apart.
func TestEverySwap(t *testing.T) {
	caught := 0
	for name, alphabet := range scripts {
		letters := []rune(alphabet)
		value := make([]rune, 130)
		for i := range value {
			value[i] = letters[(i*7+i/len(letters))%len(letters)]
		}
		want := Check(Number{Line: 5}, Coded, string(value))
		for i := range value {
			for j := i + 1; j < min(i+96, len(value)); j++ {
				if value[i] == value[j] {
					continue
				}
				value[i], value[j] = value[j], value[i]
				if Check(Number{Line: 5}, Coded, string(value)) == want {
					t.Fatalf("%s: characters %d and %d in each other's place are not caught", name, i, j)
				}
				value[i], value[j] = value[j], value[i]
				caught++
			}
		}
	}
	t.Logf("%d swaps, all caught", caught)
}

func TestEveryWrongLine(t *testing.T) {
	for _, value := range []string{"", "2026-11-27T07:00Z", strings.Repeat("א", 200)} {
		lines, parts := map[string]int{}, map[string]int{}
		for n := 1; n <= maxLines; n++ {
			line, part := Check(Number{Line: n}, Coded, value), Check(Number{3, n}, Text, value)
			if lines[line] > 0 || parts[part] > 0 {
				t.Errorf("line or part %d keyed as %d or %d is not caught", n, lines[line], parts[part])
			}
			lines[line], parts[part] = n, n
		}
	}
}

// A letter for a look-alike of another script, or a letter for a digit, may
// escape; the document says how often.
func TestCrossScriptSubstitution(t *testing.T) {
	names := []string{"latin", "marks", "symbol", "arabic", "hebrew"}
	pairs, escaped := 0, 0
	for i, a := range names {
		for _, b := range names[i+1:] {
			missed, of := 0, 0
			for _, x := range scripts[a] {
				for _, y := range scripts[b] {
					if x == y {
						continue
					}
					of++
					if Check(Number{Line: 1}, Coded, string(x)) == Check(Number{Line: 1}, Coded, string(y)) {
						missed++
					}
				}
			}
			t.Logf("%s for %s: %d of %d pairs escape", a, b, missed, of)
			pairs, escaped = pairs+of, escaped+missed
		}
	}
	t.Logf("across scripts: %d of %d pairs escape (%.2f%%)", escaped, pairs, 100*float64(escaped)/float64(pairs))
	if share := float64(escaped) / float64(pairs); share > 2.0/97 {
		t.Errorf("%.2f%% of substitutions across scripts escape, want about 1 in 97", 100*share)
	}
}

// Prose: letter for letter and digit for digit are caught for certain, other
// slips but for about 1 in 97.
func TestTextSlips(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const text = "Patrol saw 3 persons at 07:15, 1.5 km north of mark 12; no harm. رصدت الدورية ٣ أشخاص."
	want := Check(Number{Line: 9}, Text, text)
	kept, keptMissed, other, otherMissed := 0, 0, 0, 0
	for range 10_000 {
		runes := []rune(text)
		i := random.IntN(len(runes))
		was, alphabet := runes[i], []rune(scripts["latin"][:10])
		same := was >= '0' && was <= '9'
		if !same || random.IntN(4) == 0 {
			alphabet = []rune(scripts["latin"][10:])
			same = was >= 'a' && was <= 'z'
		}
		runes[i] = alphabet[random.IntN(len(alphabet))]
		if Normal(Text, string(runes)) == Normal(Text, text) {
			continue
		}
		missed := Check(Number{Line: 9}, Text, string(runes)) == want
		if same {
			kept++
			if missed {
				keptMissed++
			}
		} else {
			other++
			if missed {
				otherMissed++
			}
		}
	}
	t.Logf("of its class: %d of %d escape; of another: %d of %d", keptMissed, kept, otherMissed, other)
	if keptMissed > 0 || otherMissed*97 > 3*other {
		t.Errorf("of its class %d escape, want 0; of another %d of %d, want about 1 in 97", keptMissed, otherMissed, other)
	}
}

// How the characters are composed, and spaces, change no check digits.
func FuzzNormal(f *testing.F) {
	f.Add("DMM 00 33.600N ±50m")
	f.Add("مُحَمَّد ٣٫٥")
	f.Add("\u1e9e\u0130\u00c5\u212b\u2126 a-\u0301")
	f.Fuzz(func(t *testing.T, value string) {
		for _, kind := range []Kind{Coded, Text} {
			once := Normal(kind, value)
			if apart := Normal(kind, norm.NFD.String(value)); apart != once && utf8.ValidString(value) {
				t.Errorf("Normal(%q) = %q, and of its form D %q", value, once, apart)
			}
			if check := Check(Number{3, 2}, kind, value); len(check) != 2 || check < "02" || check > "98" {
				t.Errorf("Check(%q) = %q", value, check)
			}
			if Check(Number{3, 2}, kind, value) != Check(Number{3, 2}, kind, fmt.Sprintf(" %s ", value)) {
				t.Errorf("spaces around %q change its check digits", value)
			}
		}
	})
}
