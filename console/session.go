package console

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"parley/identity"
	"parley/rule"
)

// Rules of the way in, and of what a page that stayed open may still do.
const (
	WrongPassphrase = "console.passphrase"
	OtherOfficer    = "console.other-officer"
)

// Bounds of what a console keeps.
const (
	maxInvitations = 16
	maxSessions    = 32
	maxNotices     = 32
	maxOnce        = 256
)

// A session is one browser's. It survives locking, not the console.
type session struct {
	mu      sync.Mutex
	officer identity.Author // who unlocked it; zero: locked
	lock    func()
	gone    bool          // it has ended, and nobody unlocks it again
	turned  chan struct{} // closed when it is locked or unlocked
	machine string        // user of this machine who entered, see [userOf]; empty: not known
	used    time.Time
	order   []string          // of once, the oldest first
	once    map[string]string // form to where it led
	notices map[string]notice
	shown   []string // keys of notices, the oldest first
}

// A notice is what came of a form, for the page that follows.
type notice struct{ Text string }

// doors are how a browser gets in: invitations, and the sessions that they began. Both
// are known by the hash of what the browser has.
type doors struct {
	config Config
	cookie string

	mu      sync.Mutex
	invited map[[32]byte]time.Time // until when
	open    map[[32]byte]*session
}

func newDoors(c Config, cookie string) *doors {
	return &doors{config: c, cookie: cookie, invited: map[[32]byte]time.Time{}, open: map[[32]byte]*session{}}
}

func (d *doors) invite() string {
	ticket := rand.Text()
	now := d.config.Clock()
	d.mu.Lock()
	defer d.mu.Unlock()
	for hash, until := range d.invited {
		if !now.Before(until) || len(d.invited) >= maxInvitations {
			delete(d.invited, hash)
		}
	}
	d.invited[sha256.Sum256([]byte(ticket))] = now.Add(d.config.Invited)
	return ticket
}

// enter begins a session for whoever has an invitation. An old cookie counts for
// nothing: the session has a name that nobody knew before.
func (d *doors) enter(w http.ResponseWriter, r *http.Request, ticket string) bool {
	before := d.of(r)
	user := userOf(r)
	hash := sha256.Sum256([]byte(ticket))
	name := rand.Text()
	now := d.config.Clock()
	d.mu.Lock()
	defer d.mu.Unlock()
	until, ok := d.invited[hash]
	delete(d.invited, hash)
	if !ok || !now.Before(until) {
		return false
	}
	if len(d.open) >= maxSessions {
		var oldest [32]byte
		var at time.Time
		for key, s := range d.open {
			if used := s.last(); at.IsZero() || used.Before(at) {
				oldest, at = key, used
			}
		}
		d.open[oldest].end()
		delete(d.open, oldest)
	}
	if before != nil { // no window of this browser reaches it any more
		before.end()
		maps.DeleteFunc(d.open, func(_ [32]byte, s *session) bool { return s == before })
	}
	d.open[sha256.Sum256([]byte(name))] = &session{used: now, turned: make(chan struct{}), machine: user, once: map[string]string{}, notices: map[string]notice{}}
	http.SetCookie(w, &http.Cookie{Name: d.cookie, Value: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	return true
}

// of finds the session of a request; nil where there is none. Cookies ignore ports: a
// server of another user of this machine may have seen the name of a session, which does
// nothing for him, and may have set others of the name, which are passed over.
func (d *doors) of(r *http.Request) *session {
	for _, c := range r.CookiesNamed(d.cookie) {
		d.mu.Lock()
		s := d.open[sha256.Sum256([]byte(c.Value))]
		d.mu.Unlock()
		if s != nil && (s.machine == "" || s.machine == userOf(r)) {
			return s
		}
	}
	return nil
}

// unlock opens a session for an officer.
func (d *doors) unlock(ctx context.Context, s *session, officer identity.Author, passphrase string) error {
	lock, err := d.config.Unlock(ctx, officer, passphrase)
	if err != nil {
		return rule.Refuse(WrongPassphrase, "choose your name and type the passphrase of your key ring", "%s", err)
	}
	if !d.config.Desk.Signs(officer) {
		lock()
		return rule.Refuse(WrongPassphrase, "ask the registrar for an endorsement", "the key of %s is not in force", officer)
	}
	now := d.config.Clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		lock()
		return rule.Refuse(WrongPassphrase, "open the console again by a new invitation", "this session has ended")
	}
	s.shut() // another may have unlocked it meanwhile
	s.officer, s.lock, s.used = officer, lock, now
	s.turn()
	d.config.Desk.Unlocked()
	return nil
}

func (d *doors) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.open {
		s.end()
	}
	clear(d.open)
}

// autoLock locks what nobody has used for so long, also where the browser is closed and
// asks for nothing any more.
func (d *doors) autoLock() {
	d.mu.Lock()
	open := slices.Collect(maps.Values(d.open))
	d.mu.Unlock()
	for _, s := range open {
		s.who(d.config.Clock(), d.config.AutoLock, false)
	}
}

// end locks it for good.
func (s *session) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
	s.shut()
}

// relock locks it.
func (s *session) relock() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut()
}

// shut is relock for who holds its mutex. All windows are told.
func (s *session) shut() {
	if s.lock != nil {
		s.lock()
	}
	if s.gone || s.officer != (identity.Author{}) {
		s.turn()
	}
	s.officer, s.lock = identity.Author{}, nil
	s.once, s.order, s.notices, s.shown = map[string]string{}, nil, map[string]notice{}, nil
}

// turn tells who waits on state; the caller has s.mu.
func (s *session) turn() {
	close(s.turned)
	s.turned = make(chan struct{})
}

// state reports whether it is unlocked, and gives what is closed when that may have changed.
func (s *session) state() (open bool, turned <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.officer != (identity.Author{}), s.turned
}

func (s *session) last() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

// who gives the officer of a session that is not locked. A person's use puts off the
// hour at which it locks itself; what a window reads again by itself does not.
func (s *session) who(now time.Time, after time.Duration, person bool) (identity.Author, bool) {
	s.mu.Lock()
	officer := s.officer
	late := officer != (identity.Author{}) && now.Sub(s.used) >= after
	if !late && person {
		s.used = now
	}
	s.mu.Unlock()
	if late {
		s.relock()
		return identity.Author{}, false
	}
	return officer, officer != (identity.Author{})
}

// note keeps what a page is to say, and gives the name under which it asks for it.
func (s *session) note(text string) string {
	name := rand.Text()[:10]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notices[name] = notice{text}
	s.shown = append(s.shown, name)
	if len(s.shown) > maxNotices {
		delete(s.notices, s.shown[0])
		s.shown = s.shown[1:]
	}
	return name
}

func (s *session) noticeOf(name string) (notice, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.notices[name]
	return n, ok
}

// ledTo tells where a form led that was sent before; begun where it is being done.
func (s *session) ledTo(form string) (where string, begun bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	where, begun = s.once[form]
	if !begun && form != "" {
		s.once[form] = ""
		s.order = append(s.order, form)
		if len(s.order) > maxOnce {
			delete(s.once, s.order[0])
			s.order = s.order[1:]
		}
	}
	return where, begun
}

// leads notes where a form led; with nowhere it may be sent again.
func (s *session) leads(form, where string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if where == "" {
		delete(s.once, form)
	} else if _, ok := s.once[form]; ok {
		s.once[form] = where
	}
}
