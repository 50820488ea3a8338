package format

import "testing"

// A replacement takes over what its author does not write anew; a default that
// filled it in would change what nobody has touched.
func TestDefaultsAreNotBorrowed(t *testing.T) {
	for _, borrower := range []string{"J02/1", "J04/1", "translation/1"} {
		f, _ := Catalogue().Lookup(borrower)
		own, _ := Catalogue().Lookup("J31/1")
		whole, err := f.Whole(Catalogue().Lookup, "J31/1")
		if err != nil {
			t.Fatal(err)
		}
		values, err := whole.Parse(nil, []string{"content=J31/1"})
		if err != nil {
			t.Fatal(err)
		}
		for name := range values {
			if _, borrowed := own.Field(name); borrowed {
				t.Errorf("%s fills in %s of J31", borrower, name)
			}
		}
	}
}
