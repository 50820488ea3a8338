// Charters: a signed note over one exact JSON text. Whether a charter makes
// sense is not judged here; all its parties signed it.
import { base64url, refuse, sha256, utf8 } from './bytes.mjs'
import { LOG, parseKey, verifyEd25519, keyHash } from './keys.mjs'
import { readLine } from './note.mjs'

// openCharter checks that every root key of every party has signed.
export function openCharter(note) {
  const end = note.indexOf('\n\n')
  if (end < 0) refuse('charter.form', 'a charter has signatures after an empty line')
  const text = note.slice(0, end + 1)
  const charter = read(text)
  const lines = note.slice(end + 2).split('\n')
  if (lines.pop() !== '') refuse('charter.form', 'its signature lines are damaged')
  const signatures = lines.map((line) => {
    try { return readLine(line) } catch { return refuse('charter.form', 'its signature lines are damaged') }
  })
  const signed = { ...charter, note, text, hash: sha256(utf8(text)), signatures }
  for (const party of charter.parties) {
    if (signers(signed, party).length < party.roots.length) refuse('charter.unsigned', `not signed by every root of ${party.id}`)
  }
  return signed
}

function read(text) {
  let c
  try {
    c = JSON.parse(text)
  } catch {
    refuse('charter.form', 'a charter is JSON')
  }
  // As Go's encoding/json writes it: two spaces, and < > & escaped.
  const exact = `${JSON.stringify(c, null, 2).replace(/[<>&\u2028\u2029]/g, (ch) => `\\u${ch.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
  const formed = exact === text && c && typeof c.mechanism === 'string' && Number.isSafeInteger(c.edition) && typeof c.hub?.key === 'string' && typeof c.limits === 'object' &&
    Array.isArray(c.parties) && c.parties.length > 0 && c.parties.every((p) => typeof p.id === 'string' && Array.isArray(p.roots) && p.roots.length > 0) && Array.isArray(c.roles)
  if (!formed) refuse('charter.form', 'not in the one spelling that a charter has')
  return c
}

// signers gives the roots of a party that have signed. A line that names a root
// and does not verify is an error: the text was changed.
export function signers(signed, party) {
  return party.roots.filter((root) => {
    const key = parseKey(root)
    const hash = keyHash(party.id, Buffer.concat([Uint8Array.of(LOG), key]))
    const line = signed.signatures.find((l) => l.name === party.id && l.hash === hash)
    if (line && !verifyEd25519(key, utf8(signed.text), line.signature)) refuse('charter.signature', `the signature of ${party.id} does not fit this text`)
    return line
  })
}

// checkSuccession: next may follow prev.
export function checkSuccession(next, prev, accused) {
  const bad = (why) => refuse('charter.succession', why, accused)
  if (next.mechanism !== prev.mechanism || next.edition !== prev.edition + 1 || next.exercise !== prev.exercise) bad('not the next edition of the same mechanism')
  if (next.previous !== base64url(prev.hash)) bad('it follows another text')
  if (next.hub.origin !== prev.hub.origin) bad('a ledger keeps its name')
  for (const party of prev.parties) if (signers(next, party).length === 0) bad(`not signed by a root that ${party.id} had before`)
}

export const rootKeys = (charter) => charter.parties.flatMap((p) => p.roots.map((root) => ({ party: p.id, key: parseKey(root) })))
export const witnessKeys = (charter) => charter.parties.flatMap((p) => [p.witness, p.witnessMLDSA].filter(Boolean))
