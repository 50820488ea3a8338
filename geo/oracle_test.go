package geo

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// oracle feeds lines to another implementation and returns its answers. Where
// the tool is missing the test is skipped, or fails if PARLEY_REQUIRE_TOOLS=1.
func oracle(t *testing.T, lines []string, tool string, arguments ...string) []string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		if os.Getenv("PARLEY_REQUIRE_TOOLS") == "1" {
			t.Fatalf("%s is missing: apt install geographiclib-tools gdal-bin proj-data", tool)
		}
		t.Skipf("%s is missing; not compared with it", tool)
	}
	command := exec.Command(path, arguments...)
	command.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	var complaints bytes.Buffer
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil && len(out) == 0 {
		t.Fatalf("%s: %v: %s", tool, err, complaints.String())
	}
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(answers) != len(lines) {
		t.Fatalf("%s answered %d of %d lines: %s", tool, len(answers), len(lines), complaints.String())
	}
	return answers
}

// somePoints returns n points: uniform over the globe, then about zone edges,
// the exceptions of the UTM grid, the antimeridian and the poles.
func somePoints(n int) []Point {
	random := rand.New(rand.NewPCG(1, 2))
	points := make([]Point, 0, n)
	within := func(south, north, west, east float64) Point {
		p, _ := pointOf(south+(north-south)*random.Float64(), west+(east-west)*random.Float64())
		return p
	}
	for len(points) < n {
		switch len(points) % 10 {
		case 0: // the region's zone edge
			points = append(points, within(29, 38, 35.8, 36.3))
		case 1:
			points = append(points, within(55, 65, 0, 14)) // 32V
		case 2:
			points = append(points, within(71, 85, -2, 44)) // Svalbard
		case 3:
			points = append(points, within(83, 90, -180, 180))
		case 4:
			points = append(points, within(-90, -79, -180, 180))
		case 5:
			points = append(points, within(-80, 84, 179.99, 180.01))
		case 6: // exactly on an edge
			points = append(points, newPoint(int64(random.IntN(21)-10)*8*Unit, int64(random.IntN(60)-30)*6*Unit))
		case 7:
			points = append(points, within(-0.001, 0.001, -180, 180))
		default:
			z := 2*random.Float64() - 1
			p, _ := pointOf(math.Asin(z)/radian, 360*random.Float64()-180)
			points = append(points, p)
		}
	}
	return points
}

func degreesOf(points []Point) []string {
	lines := make([]string, len(points))
	for i, p := range points {
		lines[i] = strings.Replace(p.String(), ",", " ", 1)
	}
	return lines
}

func parseAnswer(t *testing.T, answer string) Point {
	t.Helper()
	var lat, lon float64
	if _, err := fmt.Sscan(answer, &lat, &lon); err != nil {
		t.Fatalf("answer %q: %v", answer, err)
	}
	p, ok := pointOf(lat, lon)
	if !ok {
		t.Fatalf("answer %q is no place", answer)
	}
	return p
}

const oraclePoints = 100_000

// What GeographicLib writes is read here within 1 m, and what is written here
// it reads within 1 m, in each grid that it has.
func TestGeoConvert(t *testing.T) {
	t.Parallel() // the tools take most of the time
	points := somePoints(oraclePoints)
	lines := degreesOf(points)
	worst := map[string]float64{}
	note := func(what string, p, q Point, text string) {
		d := Distance(p, q)
		worst[what] = max(worst[what], d)
		if d > 1 {
			t.Errorf("%s: %v and %v are %.2f m apart: %s", what, p, q, d, text)
		}
	}
	read := func(what, format string, p Point, text string) {
		got, _, err := readCoordinates(must(parseFormat(format)), text)
		if err != nil {
			t.Errorf("%s: %v of %v: %v", what, text, p, err)
			return
		}
		note(what, p, got, text)
	}
	for i, answer := range oracle(t, lines, "GeoConvert", "-m", "-p", "0") { // 1 m squares
		read("MGRS read", "MGRS", points[i], answer)
		own, err := Format(points[i], "MGRS", 1)
		if err != nil {
			t.Fatal(err)
		}
		lines[i] = strings.ReplaceAll(own, " ", "")
	}
	for i, answer := range oracle(t, lines, "GeoConvert", "-g", "-p", "4") {
		note("MGRS written", points[i], parseAnswer(t, answer), lines[i])
	}
	for i, answer := range oracle(t, degreesOf(points), "GeoConvert", "-u", "-p", "2") {
		hemisphere := map[byte]string{'n': " north ", 's': " south "}
		zone, metres, _ := strings.Cut(answer, " ")
		letter := zone[len(zone)-1]
		if zone := zone[:len(zone)-1]; zone != "" {
			read("UTM read", "UTM", points[i], zone+hemisphere[letter]+metres)
		} else if letter == 'n' {
			read("UPS read", "UTM", points[i], "Z "+metres)
		} else {
			read("UPS read", "UTM", points[i], "B "+metres)
		}
		own, err := Format(points[i], "UTM", 1)
		if err != nil {
			t.Fatal(err)
		}
		lines[i] = forGeoConvert(own)
	}
	for i, answer := range oracle(t, lines, "GeoConvert", "-g", "-p", "4") {
		note("UTM written", points[i], parseAnswer(t, answer), lines[i])
	}
	for i, answer := range oracle(t, degreesOf(points), "GeoConvert", "-d", "-:", "-p", "1") {
		read("DMS read", "DMS", points[i], strings.ReplaceAll(answer, ":", " "))
		own, err := Format(points[i], "DMS", 1)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Fields(own)
		lines[i] = strings.Join(parts[:3], ":") + " " + strings.Join(parts[3:], ":")
	}
	for i, answer := range oracle(t, lines, "GeoConvert", "-g", "-p", "4") {
		note("DMS written", points[i], parseAnswer(t, answer), lines[i])
	}
	t.Logf("worst of %d points, metres: %v", len(points), worst)
}

// forGeoConvert writes UTM's hemisphere as GeographicLib has it.
func forGeoConvert(text string) string {
	text = strings.Replace(text, " north", "", 1)
	zone, metres, _ := strings.Cut(text, " ")
	letter := zone[len(zone)-1]
	number := zone[:len(zone)-1]
	hemisphere := "s"
	if number == "" && letter >= 'Y' || number != "" && letter >= 'N' {
		hemisphere = "n"
	}
	return number + hemisphere + " " + metres
}

func must(f format, fault *Fault) format {
	if fault != nil {
		panic(fault)
	}
	return f
}

// GeodSolve is Karney's solution, right to nanometres.
func TestGeodSolve(t *testing.T) {
	t.Parallel()
	points := somePoints(20_000)
	random := rand.New(rand.NewPCG(3, 4))
	var lines []string
	var pairs [][2]Point
	for i, p := range points {
		q := points[random.IntN(len(points))]
		switch i % 4 {
		case 0: // nearly antipodal
			q = newPoint(-int64(p.Lat)/Unit*Unit+int64(random.IntN(Unit)), int64(p.Lon)+maxLon-int64(random.IntN(Unit)))
		case 1: // near
			q = newPoint(min(int64(p.Lat)+int64(random.IntN(10000)), maxLat), int64(p.Lon)+int64(random.IntN(10000)))
		}
		pairs = append(pairs, [2]Point{p, q})
		lines = append(lines, strings.Join(degreesOf([]Point{p, q}), " "))
	}
	for _, pair := range [][2]Point{{{0, 0}, {0, maxLon}}, {{0, 0}, {0, maxLon - Unit/10}}, {{0, 0}, {1, maxLon}}, {{maxLat, 0}, {-maxLat, 0}}, {{300000000, 0}, {-300000000, maxLon}}, {{-300000000, 0}, {299000000, 1797000000}}, {{5000000, 0}, {5000000, 1797000000}}} {
		pairs = append(pairs, pair)
		lines = append(lines, strings.Join(degreesOf(pair[:]), " "))
	}
	worst := 0.0
	worstCross := 0.0
	for i, answer := range oracle(t, lines, "GeodSolve", "-i", "-p", "6") {
		fields := strings.Fields(answer)
		want, _ := strconv.ParseFloat(fields[2], 64)
		got, bearing := inverse(pairs[i][0], pairs[i][1])
		worst = max(worst, math.Abs(got-want))
		if math.Abs(got-want) > 0.002 {
			t.Errorf("%s: %.4f m, want %.4f", lines[i], got, want)
		}
		back, _ := inverse(pairs[i][1], pairs[i][0])
		if math.Abs(back-got) > 1e-6 {
			t.Errorf("%s: %.7f m one way, %.7f the other", lines[i], got, back)
		}
		// The bearing is right if it leads there, at a distance where it does.
		cross := Distance(destination(pairs[i][0], bearing, got), pairs[i][1])
		worstCross = max(worstCross, cross)
		if cross > 0.05 {
			t.Errorf("%s: bearing %.7f, %.4f m leads %.3f m off (want %s)", lines[i], bearing, got, cross, answer)
		}
	}
	t.Logf("worst of %d geodesics: %.6f m long, %.4f m off the end", len(lines), worst, worstCross)
}
