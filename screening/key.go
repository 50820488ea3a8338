package screening

import "slices"

// class is the letter of a sound in keys: near sounds have one, and what is often
// not written has none.
func class(s sound) byte {
	switch s {
	case bb, pp, peh, ff, bet:
		return 'b'
	case mm:
		return 'm'
	case nn:
		return 'n'
	case rr:
		return 'r'
	case ll:
		return 'l'
	case tt, theta:
		return 't'
	case dd, dhal, daad, zaa:
		return 'd'
	case ss, sheen, shin, tsade, zz:
		return 's'
	case jeem, gg, ghayn, kk, qaf, kaf:
		return 'k'
	case khaa, hh, het:
		return 'h'
	case chay:
		return 's'
	}
	if s >= digit0 {
		return '0' + byte(s-digit0)
	}
	return 0
}

// others are the classes of a sound's other readings; 0 is "not written".
func others(s sound) []byte {
	switch s {
	case vv:
		return []byte{'b'}
	case theta, dhal, daad, zaa:
		return []byte{'s'}
	case jeem:
		return []byte{'s', 0}
	case chay, kaf:
		return []byte{'h'}
	case khaa:
		return []byte{'k'}
	case hh, bet, ff:
		return []byte{0} // bet and Arabic fa are heard v, as vav is
	case ghayn:
		return []byte{'r'}
	case tsade:
		return []byte{'d'}
	}
	return nil
}

// maxKeys bounds the keys of one part.
const maxKeys = 8

// keysOf gives the consonants of a part, in classes, in each of its readings.
func keysOf(p *part) []string {
	keys := keysOfSounds(p.sounds)
	if p.other != nil {
		for _, key := range keysOfSounds(p.other) {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

func keysOfSounds(heard []sound) []string {
	keys := [][]byte{{}}
	for _, s := range heard {
		before := len(keys)
		readings := []byte{class(s)}
		for _, other := range others(s) {
			if before*(len(readings)+1) <= maxKeys {
				readings = append(readings, other)
			}
		}
		for _, reading := range readings[1:] {
			for _, k := range keys[:before] {
				keys = append(keys, extend(slices.Clone(k), reading))
			}
		}
		for i, k := range keys[:before] {
			keys[i] = extend(k, readings[0])
		}
	}
	texts := make([]string, 0, len(keys))
	for _, k := range keys {
		if !slices.Contains(texts, string(k)) {
			texts = append(texts, string(k))
		}
	}
	return texts
}

func extend(key []byte, class byte) []byte {
	if class == 0 {
		return key
	}
	return append(key, class)
}

// blur gives a key and, where that leaves enough to tell, it with each of its
// letters left out.
func blur(key string) []string {
	if len(key) < 2 {
		return nil
	}
	all := []string{key}
	if len(key) < 3 {
		return all
	}
	for i := range key {
		if i > 0 && key[i] == key[i-1] {
			continue
		}
		all = append(all, key[:i]+key[i+1:])
	}
	return all
}
