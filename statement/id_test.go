package statement

import (
	"testing"
	"time"
)

// RFC 9562 appendix A.6.
func TestNewID(t *testing.T) {
	at := time.Date(2022, 2, 22, 14, 22, 22, 0, time.FixedZone("", -5*3600))
	got := NewID(at, [10]byte{0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f})
	if want := "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"; got != want {
		t.Errorf("NewID = %s, want %s", got, want)
	}
	if err := CheckID(got); err != nil {
		t.Error(err)
	}
	all := [10]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	if err := CheckID(NewID(at, all)); err != nil {
		t.Error(err)
	}
}

func TestHashText(t *testing.T) {
	h := [32]byte{1, 2, 3}
	if DecodeHash(EncodeHash(h)) != h {
		t.Error("DecodeHash is not the inverse of EncodeHash")
	}
	for _, s := range []string{"", "AAAA", EncodeHash(h) + "A", EncodeHash(h)[:42] + "B"} {
		if got := DecodeHash(s); got != ([32]byte{}) {
			t.Errorf("DecodeHash(%q) = %x, want zero", s, got)
		}
	}
}
