package paper

// An item is what is never parted by the end of a page: a line of text mostly.
// It is drawn with its top at y.
type item struct {
	height float64
	draw   func(p *page, y float64)
}

// A band is one entry of the form: columns of items side by side. Where it has
// to be parted, each column goes on where it stopped.
type band struct {
	columns [][]item
	above   float64 // space above and below the items, within the band
	below   float64
	least   float64 // the height it has at least
	keep    bool    // it stands on the page of the band after it, if both fit on one
	head    *band   // drawn again above it where it is the first of a following page
	// frame draws what belongs to the band as a whole, before its items. again
	// is set for the part on a following page.
	frame func(p *page, y, height float64, again bool)
}

func (b band) height() float64 {
	tallest := 0.0
	for _, column := range b.columns {
		tallest = max(tallest, heightOf(column))
	}
	return max(b.above+tallest+b.below, b.least)
}

func heightOf(items []item) (sum float64) {
	for _, i := range items {
		sum += i.height
	}
	return sum
}

// cut returns the part of a band that fits into height, at least one item of
// each column where anything is to be gained by it, and the rest.
func (b band) cut(height float64) (part, rest band) {
	part, rest = b, b
	part.columns, rest.columns = nil, nil
	for _, column := range b.columns {
		n, sum := 0, b.above+b.below
		for n < len(column) && (n == 0 || sum+column[n].height <= height) {
			sum += column[n].height
			n++
		}
		part.columns, rest.columns = append(part.columns, column[:n]), append(rest.columns, column[n:])
	}
	part.least, rest.least = 0, 0
	return part, rest
}

func (b band) empty() bool {
	for _, column := range b.columns {
		if len(column) > 0 {
			return false
		}
	}
	return true
}

func (b band) draw(p *page, y float64, again bool) float64 {
	height := b.height()
	if b.frame != nil {
		b.frame(p, y, height, again)
	}
	for _, column := range b.columns {
		at := y + b.above
		for _, i := range column {
			i.draw(p, at)
			at += i.height
		}
	}
	return height
}

// flow puts the bands on as many pages as they need. top is where a page's bands
// begin, by its number from 1; bottom where they end. A band that fits on a page
// of its own is not parted.
func flow(bands []band, mirror bool, top func(n int) float64, bottom float64) []*page {
	pages := []*page{{mirror: mirror}}
	y := top(1)
	begun := y // where the page's first band stands
	next := func(head *band) {
		pages = append(pages, &page{mirror: mirror})
		y = top(len(pages))
		if head != nil {
			y += head.draw(pages[len(pages)-1], y, true)
		}
		begun = y
	}
	for i, b := range bands {
		again := false
		room := bottom - top(len(pages)+1) // on a page of its own
		if b.head != nil {
			room -= b.head.height()
		}
		together := b.height()
		for j := i; bands[j].keep && j+1 < len(bands); j++ {
			together += bands[j+1].height()
		}
		if b.keep && y > begun && y+together > bottom && together <= room {
			next(b.head)
		}
		for y+b.height() > bottom {
			if y > begun && (b.height() <= room || bottom-y < (bottom-top(1))/8) {
				next(b.head)
				continue
			}
			part, rest := b.cut(bottom - y)
			part.draw(pages[len(pages)-1], y, again)
			if rest.empty() {
				y, b = bottom, band{}
				break
			}
			b, again = rest, true
			next(b.head)
		}
		if !b.empty() || b.least > 0 {
			y += b.draw(pages[len(pages)-1], y, again)
		}
	}
	return pages
}
