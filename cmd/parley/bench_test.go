package main

import (
	"bytes"
	"encoding/json"
	"testing"
)

// The benchmark's own statements are ones that the hub takes: a rule that
// refuses them is noticed here. What it measured is not judged.
func TestBenchIsAccepted(t *testing.T) {
	t.Setenv("PARLEY_CHILD", "1")
	var stdout, stderr bytes.Buffer
	if code := benchCommand(t.Context(), []string{"-seconds", "0.2", "-json"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	values := map[string]float64{}
	if err := json.Unmarshal(stdout.Bytes(), &values); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"receipts_per_s", "receipts_per_s_batched", "shown_p99_ms", "flash_p99_loaded_ms"} {
		if values[key] <= 0 {
			t.Errorf("%s is %v", key, values[key])
		}
	}
}

// The record made to be measured is one that verifies; how fast is not judged.
func TestBenchVerify(t *testing.T) {
	t.Setenv("PARLEY_CHILD", "1")
	var stdout, stderr bytes.Buffer
	if code := benchCommand(t.Context(), []string{"-verify", "-n", "500", "-json"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	values := map[string]float64{}
	if err := json.Unmarshal(stdout.Bytes(), &values); err != nil {
		t.Fatal(err)
	}
	if values["record_statements"] < 500 || values["verify_record_us"] <= 0 || values["verify_alone_us"] <= 0 {
		t.Errorf("measured %v", values)
	}
}
