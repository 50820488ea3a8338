package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"parley/client"
	"parley/mechanism"
)

// Bounds of the sender.
const (
	lanes      = 3    // batches that the hub is asked about at once; one urgent one besides
	settlers   = 8    // batches in all whose answers are being awaited or stored
	maxWindow  = 1024 // statements read ahead
	maxUrgent  = 512  // of authors with FLASH, wherever in the outbox they stand
	lowWindow  = 512  // below this more are read
	urgentLane = lanes
)

// A sender empties the outbox: each author's statements in order, FLASH first,
// the same bytes until the hub has given a definite answer. Several batches are
// on their way at once, never two of one author; while the answers to one are
// verified and stored, the next is already at the hub. What was answered and not
// yet stored when a desk dies is sent again, and gets the same receipt.
type sender struct {
	desk   *Desk
	window []*row          // queued, by seq; of each author the first that are
	known  map[int64]bool  // seq of those in the window, and of those in a batch
	low    int64           // up to here the outbox was read
	news   bool            // there may be more in the outbox than was read, or FLASH
	short  bool            // the outbox was read to its end
	asked  map[int64]bool  // seq of those in a batch that was not answered
	busy   map[string]bool // authors in such a batch
	used   [lanes + 1]bool
	going  int // batches not yet stored
	redos  int // how often the outbox was read anew for what another way has changed
	events chan sendEvent
}

// A sendEvent tells that a batch was answered in full, or is done with.
type sendEvent struct {
	batch []*row
	lane  int
	redos int // of the sender, as the batch was chosen
	done  bool
	early bool // done after it was answered in full
	err   error
}

// redo has the sender read the outbox anew: something in it was changed that it may
// have read ahead.
func (d *Desk) redo() {
	d.redone.Store(true)
	d.queued.raise()
}

// send runs the sender until ctx ends.
func (d *Desk) send(ctx context.Context) {
	s := &sender{desk: d, news: true, known: map[int64]bool{}, asked: map[int64]bool{}, busy: map[string]bool{}, events: make(chan sendEvent, 2*settlers)}
	pause := backoff{chance: d.config.Rand}
	queued := d.queued.wait()
	for ctx.Err() == nil {
		if d.redone.Swap(false) {
			s.redos++
			s.forget()
		}
		err := s.read(ctx)
		if err != nil && ctx.Err() == nil {
			d.log.Error("outbox not read", "error", err)
		}
		for err == nil && s.start(ctx) {
		}
		if err == nil {
			select {
			case e := <-s.events:
				if err = s.handle(e); err == nil {
					pause.reset()
				}
			case <-queued:
				s.news, queued = true, d.queued.wait()
			case <-ctx.Done():
			}
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		d.log.Debug("statements not sent; trying on", "error", err)
		for s.going > 0 { // what is on its way is answered or fails within its time
			if s.handle(<-s.events) == nil {
				pause.reset()
			}
		}
		pause.rest(ctx, queued)
		s.news, queued = true, d.queued.wait()
	}
	for s.going > 0 {
		s.handle(<-s.events) //nolint:errcheck // the desk is closing; the outbox keeps what was not answered
	}
}

// forget drops what was read ahead and is not on its way.
func (s *sender) forget() {
	for _, r := range s.window {
		delete(s.known, r.seq)
	}
	s.window, s.low, s.news = nil, 0, true
}

// read fills the window.
func (s *sender) read(ctx context.Context) error {
	if s.news {
		rows, err := s.desk.outbox.urgent(ctx, maxUrgent)
		if err != nil {
			return err
		}
		s.add(rows)
	}
	if !s.news && s.short || len(s.window) >= lowWindow {
		return nil
	}
	rows, err := s.desk.outbox.queued(ctx, s.low, maxWindow)
	if err != nil {
		return err
	}
	s.news, s.short = false, len(rows) < maxWindow
	if len(rows) > 0 {
		s.low = rows[len(rows)-1].seq
	}
	s.add(rows)
	return nil
}

func (s *sender) add(rows []*row) {
	fresh := false
	for _, r := range rows {
		if !s.known[r.seq] {
			s.known[r.seq], fresh = true, true
			s.window = append(s.window, r)
		}
	}
	if fresh {
		sortRows(s.window)
	}
}

func sortRows(rows []*row) {
	slices.SortFunc(rows, func(a, b *row) int { return cmp.Compare(a.seq, b.seq) })
}

// An unanswered batch is one of which the hub has said nothing.
type unanswered struct{ error }

func (u *unanswered) Unwrap() error { return u.error }

// start sends one more batch, an urgent one first. It reports whether there was
// one to send and room for it.
func (s *sender) start(ctx context.Context) bool {
	if s.going == settlers {
		return false
	}
	if !s.used[urgentLane] && hasFlash(s.window) {
		batch := pick(s.window, true, s.asked, func(author string) bool { return s.busy[author] })
		if len(batch) > 0 {
			s.launch(ctx, batch, urgentLane)
			return true
		}
	}
	lane := slices.Index(s.used[:lanes], false)
	if lane < 0 || s.used[urgentLane] { // FLASH is first at the hub too
		return false
	}
	batch := pick(s.window, false, s.asked, s.share())
	if len(batch) > 0 {
		s.launch(ctx, batch, lane)
	}
	return len(batch) > 0
}

// share gives each free lane as many of the authors who are not busy; it says of
// all others that they are.
func (s *sender) share() (busy func(author string) bool) {
	idle, chosen, free := map[string]bool{}, map[string]bool{}, 0
	for _, r := range s.window {
		if !s.busy[r.author] {
			idle[r.author] = true
		}
	}
	for _, used := range s.used[:lanes] {
		if !used {
			free++
		}
	}
	most := (len(idle) + free - 1) / free
	return func(author string) bool {
		if s.busy[author] || !chosen[author] && len(chosen) == most {
			return true
		}
		chosen[author] = true
		return false
	}
}

func (s *sender) launch(ctx context.Context, batch []*row, lane int) {
	for _, r := range batch {
		s.busy[r.author], s.asked[r.seq] = true, true
	}
	s.used[lane] = true
	s.going++
	s.window = slices.DeleteFunc(s.window, func(r *row) bool { return slices.Contains(batch, r) })
	redos := s.redos
	s.desk.workers.Go(func() {
		early := false
		err := s.desk.submit(ctx, batch, func() {
			early = true
			s.events <- sendEvent{batch: batch, lane: lane, redos: redos}
		})
		s.events <- sendEvent{batch: batch, lane: lane, redos: redos, done: true, early: early, err: err}
	})
}

// handle takes note of what became of a batch.
func (s *sender) handle(e sendEvent) error {
	if !e.early {
		s.used[e.lane] = false
		for _, r := range e.batch {
			delete(s.busy, r.author)
			delete(s.asked, r.seq)
		}
	}
	if !e.done {
		return nil
	}
	s.going--
	var silent *unanswered
	if errors.As(e.err, &silent) && e.redos == s.redos && !s.desk.redone.Load() { // it goes out as it is once more
		s.window = append(s.window, e.batch...)
		sortRows(s.window)
		return e.err
	}
	for _, r := range e.batch {
		delete(s.known, r.seq)
	}
	// What follows a refused one may be signed anew; and what was read anew while the
	// batch was on its way left the batch out.
	if !e.early || e.err != nil || e.redos != s.redos {
		s.forget()
	}
	return e.err
}

// submit sends a batch and settles what the hub answers; all is called as soon as
// every statement is accepted, before that is stored. An error means that
// something was not answered for good.
func (d *Desk) submit(ctx context.Context, batch []*row, all func()) error {
	texts := make([][]byte, len(batch))
	for i, r := range batch {
		texts[i] = r.bytes
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	results, err := ask(call, d.hubs, d.Charter(), func(ctx context.Context, r *route) ([]client.Result, error) { return r.Submit(ctx, texts...) })
	if err != nil {
		return &unanswered{err}
	}
	if !slices.ContainsFunc(results, func(r client.Result) bool { return r.Problem != nil }) {
		all()
	}
	return d.settleAll(context.WithoutCancel(ctx), batch, results)
}

// settleAll settles each statement of a batch as the hub has answered it: the
// receipts in one transaction, then the refusals.
func (d *Desk) settleAll(ctx context.Context, batch []*row, results []client.Result) error {
	defer d.sent.raise()
	stopped := map[string]bool{} // authors of whom an earlier statement was not accepted
	var (
		accepted, refused []*row
		unsettled         error
	)
	for i, r := range batch {
		switch {
		case results[i].Problem == nil:
			if err := d.receive(ctx, r, results[i].Receipt); err != nil {
				unsettled, stopped[r.author] = err, true
				continue
			}
			accepted = append(accepted, r)
		case stopped[r.author]:
			// Refused for what became of the one before; it is sent again.
		case !results[i].Problem.Final():
			unsettled, stopped[r.author] = results[i].Problem.Err(), true
		default:
			stopped[r.author] = true
			r.problem = results[i].Problem
			refused = append(refused, r)
		}
	}
	if err := d.outbox.accept(ctx, accepted...); err != nil {
		return err
	}
	if len(accepted)+len(refused) > 0 {
		d.mu.Lock()
		d.state.settled = d.config.Clock()
		d.mu.Unlock()
	}
	for _, r := range refused {
		if err := d.refused(ctx, r, r.problem); err != nil {
			unsettled = err
		}
	}
	return unsettled
}

// receive verifies the receipt of a statement. One that is of another ledger than the
// replica is kept all the same: it is the evidence.
func (d *Desk) receive(ctx context.Context, r *row, text string) error {
	receipt, beyond, err := d.work.OpenReceipt([]byte(text), r.statement.Hash())
	if err != nil && beyond {
		return fmt.Errorf("the hub's receipt for statement %s is by a key that comes with blocks which the replica does not have yet: %w", r.id, err)
	}
	if err != nil {
		err = fmt.Errorf("the hub's receipt for statement %s does not verify: %w", r.id, err)
		d.found(ctx, &accusation{name: "receipt", text: []byte(text), err: err})
		return err
	}
	if err := d.meet(ctx, shownCheckpoint{head: receipt.Head, note: receipt.Checkpoint, receipt: []byte(text), at: d.config.Clock()}); err != nil {
		d.log.Error("a receipt does not agree with the replica", "error", err)
	}
	r.index, r.receipt = receipt.Index, []byte(text)
	return nil
}

// refused settles a statement that the hub refuses for good and signs anew what
// its author signed after it. Where the refusal is only about its place among
// the author's own, as when the author also signs elsewhere, it is signed anew
// itself.
func (d *Desk) refused(ctx context.Context, r *row, p *client.Problem) error {
	author := r.statement.Claims().Author
	if strings.HasPrefix(p.Rule, "chain.") || p.Rule == mechanism.SeenBack {
		d.refresh(ctx)
		changed, err := d.resign(ctx, author)
		if changed > 0 || err != nil {
			return err
		}
		if !d.current() { // where its place is cannot be known before the replica has followed
			return p.Err()
		}
	}
	if err := d.refuse(ctx, r, p); err != nil {
		return err
	}
	d.log.Warn("the hub refused a statement", "id", r.id, "author", r.author, "rule", p.Rule, "reason", p.Detail)
	_, err := d.resign(ctx, author)
	return err
}

// unsettled gives the statements that are queued or were refused, newest first:
// 256 of people's, and 64 of the machine's, which does not crowd those out.
func (d *Desk) unsettled(ctx context.Context) ([]*row, error) {
	machine := d.config.Author.String()
	rows, err := d.outbox.rows(ctx, "WHERE state <> 'accepted' AND author <> ? ORDER BY seq DESC LIMIT 256", machine)
	if err != nil {
		return nil, err
	}
	own, err := d.outbox.rows(ctx, "WHERE state <> 'accepted' AND author = ? ORDER BY seq DESC LIMIT 64", machine)
	rows = append(rows, own...)
	slices.SortFunc(rows, func(a, b *row) int { return cmp.Compare(b.seq, a.seq) })
	return rows, err
}
