// Signed notes: checkpoints, cosignatures and receipts, as c2sp.org has them
// (signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof).
import { fromBase64, hash32, isSize, refuse, utf8 } from './bytes.mjs'
import { COSIGNATURE, isName, LOG, MLDSA, parseVerifierKey, verifyEd25519, verifyMLDSA } from './keys.mjs'
import { checkInclusion, emptyRoot, leafHash, parseEntry } from './tree.mjs'

const MAX_NOTE = 65535
const MAX_TREE = 1n << 62n

// splitNote takes a note apart: the text with its last newline, and lines.
export function splitNote(note) {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n') || utf8(note).length > MAX_NOTE) refuse('note.form', 'not a signed note')
  const lines = note.slice(end + 2).split('\n').slice(0, -1)
  if (lines.length === 0 || lines.length > 16) refuse('note.form', `${lines.length} signature lines`)
  return [note.slice(0, end + 1), lines.map(readLine)]
}

export function readLine(line) {
  const [dash, name, encoded, ...more] = line.split(' ')
  if (dash !== '—' || !encoded || more.length || !isName(name)) refuse('note.form', `signature line ${JSON.stringify(line.slice(0, 80))}`)
  const raw = fromBase64(encoded, 'note.form', 'signature line')
  if (raw.length < 5) refuse('note.form', 'a signature line is too short')
  return { name, hash: raw.subarray(0, 4).toString('hex'), signature: raw.subarray(4) }
}

const by = (line, key) => line.name === key.name && line.hash === key.hash

// openCheckpoint verifies a checkpoint under the log's key and gives the
// cosignatures by the witnesses' keys. Lines by other keys are passed over; one
// that names a known key must verify.
export function openCheckpoint(note, logKey, witnessKeys = []) {
  const log = parseVerifierKey(logKey, LOG)
  const [text, lines] = splitNote(note)
  const cosigned = []
  let signed = false
  const head = () => readHead(text)
  for (const line of dedupe(lines).filter((l) => by(l, log))) {
    if (!verifyEd25519(log.key, utf8(text), line.signature)) refuse('checkpoint.signature', `the signature by ${log.name} is wrong`)
    signed = true
  }
  for (const key of witnessKeys.map((k) => parseVerifierKey(k, COSIGNATURE, MLDSA))) {
    const line = lines.find((l) => by(l, key))
    if (line) cosigned.push(cosignature(key, line, text, head))
  }
  if (!signed) refuse('checkpoint.unsigned', `the key of ${log.name} has not signed it`)
  const h = head()
  if (h.origin !== log.name) refuse('checkpoint.origin', `it is of ledger ${h.origin}`)
  return { ...h, cosigned }
}

// dedupe: of two lines by one key the first counts.
const dedupe = (lines) => lines.filter((l, i) => lines.findIndex((o) => by(o, l)) === i)

// cosignature verifies one line of a witness: Ed25519 over text, or ML-DSA-44
// over the whole tree as a subtree, with the names in it.
function cosignature(key, line, text, head) {
  if (line.signature.length < 8) refuse('cosignature', 'a cosignature is too short')
  const seconds = line.signature.readBigUInt64BE(0)
  const signature = line.signature.subarray(8)
  let ok
  if (key.type === COSIGNATURE) {
    ok = verifyEd25519(key.key, utf8(`cosignature/v1\ntime ${seconds}\n${text}`), signature)
  } else {
    const h = head()
    const message = Buffer.concat([utf8('subtree/v1\n\0'), short(key.name), uint64(seconds), short(h.origin), uint64(0n), uint64(h.size), h.root])
    ok = verifyMLDSA(key.key, message, signature)
  }
  if (!ok || seconds > 253402300799n) refuse('cosignature', `the cosignature by ${key.name} is wrong`)
  return { name: key.name, algorithm: key.type === MLDSA ? 'ML-DSA-44' : 'Ed25519', time: new Date(Number(seconds) * 1000).toISOString(), key: key.vkey }
}

const uint64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64BE(n); return b }
const short = (text) => Buffer.concat([Uint8Array.of(text.length), utf8(text)])

// readHead reads a checkpoint's text: origin, size, root, and no more.
export function readHead(text) {
  const [origin, size, root, ...rest] = text.split('\n')
  if (rest.length !== 1 || rest[0] !== '' || !origin || !isSize(size)) refuse('checkpoint.form', 'not an origin, a size and a root')
  const head = { origin, size: BigInt(size), root: hash32(root, 'base64', 'checkpoint.form', 'root') }
  if (head.size > MAX_TREE || (head.size === 0n && !head.root.equals(emptyRoot))) refuse('checkpoint.form', 'no such tree')
  return head
}

// claimedSize is the size that a checkpoint says, before anything is verified.
export function claimedSize(note) {
  const size = note.split('\n', 2)[1] ?? ''
  return isSize(size) ? BigInt(size) : 0n
}

// openReceipt verifies a receipt for the text that has this hash.
export function openReceipt(receipt, logKey, hash) {
  const m = /^c2sp\.org\/tlog-proof@v1\nextra ([^\n]*)\nindex ([^\n]*)\n((?:[^\n]+\n)*)\n/.exec(receipt)
  if (!m || !isSize(m[2])) refuse('receipt.form', 'not a receipt')
  const entryText = fromBase64(m[1], 'receipt.form', 'extra').toString('latin1')
  const entry = parseEntry(entryText)
  const proof = m[3].split('\n').slice(0, -1).map((h) => hash32(h, 'base64', 'receipt.form', 'proof'))
  if (proof.length > 63) refuse('receipt.form', 'a longer proof than there can be')
  if (hash && !entry.hash.equals(hash)) refuse('receipt.other-text', 'it is for another text')
  const head = openCheckpoint(receipt.slice(m[0].length), logKey)
  checkInclusion(proof, BigInt(m[2]), head.size, leafHash(entryText), head.root)
  return { index: Number(m[2]), entry, leaf: leafHash(entryText), head }
}
