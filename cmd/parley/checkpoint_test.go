package main

import (
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"parley/desk"
	"parley/ledger"
)

// A checkpoint is printed at one desk, read off its QR code and compared at another;
// one of another ledger convicts the hub in a file that anybody can judge.
func TestCheckpointCommands(t *testing.T) {
	o := newOffice(t)
	id := o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...)
	o.arrives("alder", id, "status     submitted")
	picture := filepath.Join(o.dir, "checkpoint.png")
	text := printed(t, "checkpoint", "-desk", o.desk("alder"), "-qr", "-out", picture)
	if !strings.Contains(text, "entries verified, root ") || !strings.Contains(text, "\x1b[30;107m") {
		t.Errorf("printed:\n%s", text)
	}
	file, err := os.Open(picture)
	o.must(err)
	defer file.Close()
	drawn, err := png.Decode(file)
	o.must(err)
	bitmap, err := gozxing.NewBinaryBitmapFromImage(drawn)
	o.must(err)
	scanned, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	o.must(err)
	o.until("ledger as ours", "checkpoint", "compare", "-desk", o.desk("birch"), o.write("scanned", scanned.GetText()))

	// The whole print, pasted, is not a checkpoint alone: it is refused in words.
	if code, _, errs := parley(t, "checkpoint", "compare", "-desk", o.desk("birch"), o.write("pasted", "x\n"+text)); code != 1 || !strings.Contains(errs, "checkpoint.unsigned") {
		t.Errorf("exit status %d: %s", code, errs)
	}

	var view desk.CheckpointView
	o.must(json.Unmarshal([]byte(printed(t, "checkpoint", "-desk", o.desk("birch"), "-json")), &view))
	log, err := o.world.rings["cedar"].Private("hub/log")
	o.must(err)
	liar, err := ledger.NewSigner(o.world.charter.Hub.Origin, log)
	o.must(err)
	forked, err := liar.Sign(view.Size, ledger.Hash{1})
	o.must(err)
	code, out, errs := parley(t, "checkpoint", "compare", "-desk", o.desk("birch"), "-lang", "he", o.write("forked", string(forked)))
	if code != 1 || !strings.Contains(out, "אין התאמה") || !strings.Contains(out, "מה לעשות עכשיו") {
		t.Fatalf("exit status %d:\n%s%s", code, out, errs)
	}
	var list desk.EvidenceList
	o.must(json.Unmarshal([]byte(printed(t, "evidence", "ls", "-desk", o.desk("birch"), "-json")), &list))
	if len(list.Evidence) != 1 || !list.Evidence[0].Proven {
		t.Fatalf("%+v", list)
	}
	name := list.Evidence[0].Name
	if out := printed(t, "evidence", "show", "-desk", o.desk("birch"), name); !strings.Contains(out, "PROVEN: The hub of") || !strings.Contains(out, "What to do now") {
		t.Errorf("shown:\n%s", out)
	}
	export := filepath.Join(o.dir, "accusation.json")
	printed(t, "evidence", "export", "-desk", o.desk("birch"), "-o", export, name)
	if out := printed(t, "verify", "-charter", o.world.file, export); !strings.Contains(out, "PROVEN: The hub of") || !strings.Contains(out, "accused: the hub, which cedar runs") {
		t.Errorf("judged:\n%s", out)
	}
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"evidence", "export", "-desk", o.desk("birch"), "-o", export, name}, 2, "is there already"},
		{[]string{"evidence", "export", "-desk", o.desk("birch"), "-record", "-o", export + "2", name}, 1, "holds no block"},
		{[]string{"evidence", "export", "-desk", o.desk("birch"), name}, 2, "needs -o"},
		{[]string{"evidence", "show", "-desk", o.desk("birch"), "x"}, 2, "names 0 finds"},
		{[]string{"evidence", "drop"}, 2, "ls, show or export"},
		{[]string{"evidence", "ls", "-desk", o.desk("alder")}, 0, "has found no misbehaviour"},
		{[]string{"checkpoint", "-desk", o.desk("alder"), "-out", "x.gif"}, 2, "neither a PNG nor an SVG"},
		{[]string{"checkpoint", "-desk", o.desk("alder"), "-lang", "fr"}, 2, "not spoken here"},
		{[]string{"checkpoint", "compare", "-desk", o.desk("alder")}, 2, "takes one file"},
		{[]string{"checkpoint", "compare", "-desk", o.desk("alder"), filepath.Join(o.dir, "nothing")}, 2, "no such file"},
	} {
		if code, out, errs := parley(t, test.args...); code != test.code || !strings.Contains(out+errs, test.says) {
			t.Errorf("%v: exit status %d, want %d and %q:\n%s%s", test.args, code, test.code, test.says, out, errs)
		}
	}
}
