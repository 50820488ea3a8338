package trade

import (
	"slices"
	"strings"

	"parley/identity"
	"parley/rule"
)

// ReadersOf gives who alone may read a project between parties, as "party/officer",
// sorted: of each party those whom the proposal names, as authors' names, or else
// those whom the charter names. A party without any reads it as its keys let it.
func ReadersOf(named, agreed, parties []string) ([]string, error) {
	var all []string
	said := map[string]bool{}
	for _, text := range named {
		a, err := identity.ParseAuthor(text)
		switch {
		case err != nil:
			return nil, rule.Refuse(BadReader, "write party/role/officer, as officers sign", "readers: %q names no officer", text)
		case !slices.Contains(parties, a.Party):
			return nil, rule.Refuse(BadReader, "leave it out, or name the party in to", "readers: %q is of %s, which is no party to this project", text, a.Party)
		}
		said[a.Party] = true
		all = append(all, a.Party+"/"+a.Officer)
	}
	for _, reader := range agreed {
		if party, _, _ := strings.Cut(reader, "/"); !said[party] && slices.Contains(parties, party) {
			all = append(all, reader)
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) > maxReaders {
		return nil, rule.Refuse(BadReader, "name fewer", "a project has at most %d named readers, and this one %d", maxReaders, len(all))
	}
	return all, nil
}

// Limited reports whether readers names any of party.
func Limited(readers []string, party string) bool {
	return slices.ContainsFunc(readers, func(reader string) bool { return strings.HasPrefix(reader, party+"/") })
}

// Reads reports whether what readers are named for is for the eyes of that officer.
// One name of a party is one person, in whichever role.
func Reads(readers []string, a identity.Author) bool {
	return !Limited(readers, a.Party) || slices.Contains(readers, a.Party+"/"+a.Officer)
}
