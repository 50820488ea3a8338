package console

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"parley/identity"
)

// invitation makes an invitation for whoever can read [AccessFile].
func (k *Console) invitation(w http.ResponseWriter, r *http.Request) {
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+k.access.Token)) != 1 {
		http.Error(w, "read the token in "+AccessFile+" of the desk's folder; it changes at every start", http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(struct { //nolint:errcheck // the caller is gone, or has it
		URL string `json:"url"`
	}{k.Invite()})
}

// enter begins a session.
func (k *Console) enter(w http.ResponseWriter, r *http.Request) {
	if !k.doors.enter(w, r, r.URL.Query().Get("ticket")) {
		if k.doors.of(r) != nil { // it is in already: the address was opened twice
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		k.visit(w, r, nil).render(http.StatusUnauthorized, "outside", nil) //nolint:errcheck // it is written
		return
	}
	http.Redirect(w, r, "/unlock", http.StatusSeeOther)
}

// A way is the page that unlocks.
type way struct {
	Officers []string
	Chosen   string
	Next     string
}

func (k *Console) unlockPage(w http.ResponseWriter, r *http.Request) {
	v := k.visit(w, r, k.doors.of(r))
	if v.session == nil {
		v.render(http.StatusUnauthorized, "outside", nil) //nolint:errcheck // it is written
		return
	}
	if _, ok := v.session.who(k.config.Clock(), k.config.AutoLock, false); ok {
		http.Redirect(w, r, back(r.URL.Query().Get("next")), http.StatusSeeOther)
		return
	}
	v.show("unlock", k.way(v, "", r.URL.Query().Get("next"))) //nolint:errcheck // it is written
}

func (k *Console) way(v *visit, chosen, next string) way {
	w := way{Chosen: chosen, Next: back(next)}
	for _, o := range k.config.Officers() {
		w.Officers = append(w.Officers, o.String())
	}
	slices.Sort(w.Officers)
	if c, err := v.r.Cookie(officerCookie); err == nil && chosen == "" {
		w.Chosen = c.Value
	}
	return w
}

// back is where a session goes on: a path of this console, or the watch floor.
func back(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n") {
		return "/"
	}
	return next
}

func (k *Console) unlock(w http.ResponseWriter, r *http.Request) {
	v := k.visit(w, r, k.doors.of(r))
	if v.session == nil {
		v.render(http.StatusUnauthorized, "outside", nil) //nolint:errcheck // it is written
		return
	}
	chosen := r.PostFormValue("officer")
	officer, err := identity.ParseAuthor(chosen)
	if err == nil {
		err = k.doors.unlock(r.Context(), v.session, officer, r.PostFormValue("passphrase"))
	}
	if err != nil {
		v.at = "/unlock"
		v.showRefused("unlock", k.way(v, chosen, r.PostFormValue("next")), err) //nolint:errcheck // it is written
		return
	}
	setCookie(w, officerCookie, chosen)
	http.Redirect(w, r, back(r.PostFormValue("next")), http.StatusSeeOther)
}

func (k *Console) lock(w http.ResponseWriter, r *http.Request) {
	if s := k.doors.of(r); s != nil {
		s.relock()
	}
	http.Redirect(w, r, "/unlock", http.StatusSeeOther)
}

// Cookies of how a browser shows things. They say nothing of who is there.
const (
	langCookie    = "parley-lang"
	themeCookie   = "parley-theme"
	keysCookie    = "parley-keys"
	officerCookie = "parley-officer"
)

func setCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: 365 * 24 * 3600})
}

// setting reads one of them, if it is one of the values.
func (v *visit) setting(cookie string, values ...string) string {
	if c, err := v.r.Cookie(cookie); err == nil && slices.Contains(values, c.Value) {
		return c.Value
	}
	return ""
}

// settings changes how this browser shows things.
func (k *Console) settings(w http.ResponseWriter, r *http.Request) {
	if lang := r.PostFormValue("lang"); spoken(lang) {
		setCookie(w, langCookie, lang)
	}
	if theme := r.PostFormValue("theme"); slices.Contains([]string{"dark", "light", "auto"}, theme) {
		setCookie(w, themeCookie, theme)
	}
	if keys := r.PostFormValue("keys"); keys == "on" || keys == "off" {
		setCookie(w, keysCookie, keys)
	}
	http.Redirect(w, r, back(r.PostFormValue("next")), http.StatusSeeOther)
}
