// Proofs of misbehaviour: one file that shows, to whoever holds a charter, that
// the hub signed what an honest hub cannot. See ../misbehaviour.md.
import { base64, base64url, hash32, refuse, Unreadable, Refusal } from './bytes.mjs'
import { checkSuccession, openCharter, rootKeys, witnessKeys } from './charter.mjs'
import { parseKey, thumbprint } from './keys.mjs'
import { openCheckpoint, openReceipt } from './note.mjs'
import { readBlock, readExact } from './record.mjs'
import { seenOf } from './replay.mjs'
import * as statement from './statement.mjs'
import { checkConsistency, checkInclusion, contentHash, emptyRoot, leafHash, parseEntry } from './tree.mjs'

const MEMBERS = ['misbehaviour', 'kind', 'charters', 'checkpoints', 'prefix', 'consistency', 'receipt', 'items', 'key', 'answer', 'line', 'claim']
const MAX_AHEAD = 3600 // seconds: no charter allows more

// judge returns { proven, kind, accused }; proven false: the accused or the
// accuser lies. A Refusal says that the file does not prove it.
export function judge(text, trusted) {
  const f = readExact(text.replace(/\n$/, ''), 1, 'the file')
  const formed = f && f.misbehaviour === 'parley.misbehaviour.v1' && Object.keys(f).every((m) => MEMBERS.includes(m))
  if (!formed || !Object.hasOwn(kinds, f.kind)) throw new Unreadable('no proof of misbehaviour of a known kind')
  const lists = [f.charters, f.checkpoints, f.items ?? [], f.consistency ?? []]
  const isItem = (i) => Number.isSafeInteger(i?.index) && Array.isArray(i.proof) && (i.entry === undefined) !== (i.leaf === undefined)
  if (!lists.every(Array.isArray) || !(f.items ?? []).every(isItem) || (f.kind !== 'line' && f.checkpoints.length !== (f.kind === 'fork' ? 2 : 1))) throw new Unreadable('not the members of its kind')
  const editions = f.charters.map(openCharter)
  if (editions[0]?.edition !== 1) refuse('charter.first', 'the charters do not begin with edition 1')
  editions.slice(1).forEach((c, i) => checkSuccession(c, editions[i]))
  if (!trusted) throw new Unreadable('anybody can write a charter: give the one you agreed to')
  const yours = openCharter(trusted)
  if (!editions.some((e) => e.hash.equals(yours.hash)) && yours.previous !== base64url(editions.at(-1).hash)) refuse('charter.other', 'it is of another channel than yours')
  const heads = f.checkpoints.map((note) => open(note, editions))
  const last = heads.at(-1)
  const items = (f.items ?? []).map((item) => openItem(item, last))
  const j = { f, editions, heads, last, items, charter: editions.at(-1), accused: ['hub'] }
  const proven = kinds[f.kind](j)
  return { kind: f.kind, proven, accused: j.accused, mechanism: j.charter.mechanism, exercise: j.charter.exercise }
}

// open tries the hub's keys of all editions, and finds who cosigned.
function open(note, editions) {
  let fault
  for (const e of editions.toReversed()) {
    try {
      const head = openCheckpoint(note, e.hub.key)
      const keys = [...new Set(editions.flatMap(witnessKeys))]
      const cosigned = keys.filter((key) => {
        try { return openCheckpoint(note, e.hub.key, [key]).cosigned.length === 1 } catch { return false }
      })
      return { ...head, cosigned }
    } catch (e) {
      fault ??= e
    }
  }
  throw fault
}

function openItem({ index, entry, leaf, proof, content }, head) {
  const item = { index }
  if (leaf) item.leaf = hash32(leaf, 'base64', 'entry.form', 'leaf')
  else Object.assign(item, { entry: parseEntry(entry), leaf: leafHash(entry) })
  checkInclusion(proof.map((h) => hash32(h, 'base64', 'inclusion.proof', 'proof')), BigInt(index), head.size, item.leaf, head.root)
  if (content) {
    if (!item.entry || !contentHash(content).equals(item.entry.hash)) refuse('content.other-text', `entry ${index} has another text`)
    item.s = statement.parse(content)
    item.c = item.s.claims
    item.hash = item.s.hash.toString('base64url')
  }
  return item
}

const not = (why) => refuse('misbehaviour.not', why)
const need = (j, n, texts) => { if (j.items.length !== n || !j.items.every((i) => i.entry && (!texts || i.s))) not(`it needs ${n} entries`) }
const when = (c) => Date.parse(c.time)

// prefix is the root that the last tree has over its first entries, as proved.
function prefix({ f, last }, size) {
  if (size === 0n) return emptyRoot
  if (size === last.size) return last.root
  if (size > last.size || !f.prefix) not(`it does not show the tree of ${size} entries`)
  const root = hash32(f.prefix, 'base64', 'misbehaviour.not', 'prefix')
  checkConsistency({ size, root }, last, (f.consistency ?? []).map((h) => hash32(h, 'base64', 'consistency.proof', 'proof')))
  return root
}

const kinds = {
  // Two trees that the hub signed, of which the larger does not begin with the smaller.
  fork(j) {
    const [a, b] = j.heads
    if (a.size > b.size || prefix(j, a.size).equals(a.root)) not('the two are one ledger')
    for (const party of new Map(j.editions.flatMap((e) => e.parties.map((p) => [p.id, p]))).values()) {
      if (j.editions.some((e) => e.parties.some((p) => p.id === party.id && [p.witness, p.witnessMLDSA].some((k) => k && a.cosigned.includes(k) && b.cosigned.includes(k))))) j.accused.push(`witness ${party.id}`)
    }
    return true
  },
  // A receipt for an entry that is another in the tree.
  dropped(j) {
    const receipt = openReceiptAny(j)
    if (j.items.length !== 1 || receipt.index !== j.items[0].index || receipt.leaf.equals(j.items[0].leaf)) not('the entry is where the receipt says')
    return true
  },
  twice(j) {
    need(j, 2)
    return j.items[0].entry.hash.equals(j.items[1].entry.hash) || not('two texts')
  },
  identifier(j) {
    need(j, 2, true)
    return (j.items[0].c.id === j.items[1].c.id && !j.items[0].entry.hash.equals(j.items[1].entry.hash)) || not('two identifiers')
  },
  // Statements of one author that cannot follow each other as they were ordered.
  chain(j) {
    need(j, j.items.length, true)
    const [a, b, c] = j.items
    if (!j.items.every((i) => i.c.author === a.c.author)) not('of two authors')
    if (j.items.length === 1) return a.c.serial.slice(0, 10) !== a.c.time.slice(0, 10) || not('nothing wrong')
    if (j.items.length === 3) return c.c.prev === a.hash || not('nothing wrong')
    return j.items.length === 2 && broken(a, b) || not('nothing wrong')
  },
  seen(j) {
    need(j, 1, true)
    const [size, root] = seenOf(j.items[0].c)
    return size > BigInt(j.items[0].index) || base64(prefix(j, size)) !== root || not('it has seen this ledger')
  },
  // The author's clock and the hub's. What a charter could allow is shown at most.
  clock(j) {
    const it = j.items.at(-1)
    if (!it?.s || j.items.length > 2 || !j.items.every((i) => i.entry)) not('it needs the statement')
    const [size] = seenOf(it.c)
    if (j.items.length === 2 && (size === 0n || BigInt(j.items[0].index) !== size - 1n)) not('not the entry that it has seen')
    const late = j.items.length === 2 ? Date.parse(j.items[0].entry.time) - when(it.c) : when(it.c) - Date.parse(it.entry.time)
    if (late <= j.charter.limits.aheadSeconds * 1000) not('the charter allows as much')
    return late > MAX_AHEAD * 1000
  },
  'hub-time'(j) {
    need(j, 2)
    return j.items[1].entry.time < j.items[0].entry.time || not('the later entry is the later')
  },
  signature(j) {
    need(j, 1, true)
    const key = parseKey(j.f.key)
    if (thumbprint(key) !== j.items[0].s.kid) not('it names another key')
    try { statement.verify(j.items[0].s, key) } catch (e) { if (e instanceof Refusal) return true }
    return not('the key has signed it')
  },
  mechanism(j) {
    need(j, 1, true)
    const { c } = j.items[0]
    return c.mechanism !== j.charter.mechanism || c.exercise !== j.charter.exercise || not('it is of this channel')
  },
  'revoked-key'(j) {
    need(j, 2, true)
    const [revocation, { s, c }] = j.items
    const root = j.editions.flatMap(rootKeys).some((r) => thumbprint(r.key) === s.kid)
    return (revocation.c.format.startsWith('key.revoke/') && revocation.s.fields.kid === s.kid && c.author.split('/')[1] !== 'registrar' && !root) || not('no revocation of its key')
  },
  beginning(j) {
    need(j, 1)
    return (j.items[0].index === 0 && !j.items[0].entry.hash.equals(j.editions[0].hash)) || not('it begins with its charter')
  },
  // What the hub is said to have sent. It signed the checkpoint in it alone.
  line(j) {
    try {
      open(readBlock(j.f.line, 'the line').checkpoint, j.editions)
    } catch (e) {
      not(e.message)
    }
    return false
  },
}

function openReceiptAny(j) {
  let fault
  for (const e of j.editions) {
    try { return openReceipt(j.f.receipt ?? '', e.hub.key) } catch (e) { fault = e }
  }
  throw fault
}

// broken: b cannot be ordered after a, of the same author, others between or not.
function broken(a, b) {
  const [dayA, nA, dayB, nB] = [a.c.serial.slice(0, 10), Number(a.c.serial.slice(11)), b.c.serial.slice(0, 10), Number(b.c.serial.slice(11))]
  const wanted = dayA === dayB ? nA + 1 : 1
  const next = b.c.prev === a.hash
  return a.c.prev === b.hash || b.c.prev === '' || a.c.prev === b.c.prev || dayB < dayA || (dayB === dayA && nB <= nA) ||
    (next && nB !== wanted) || (!next && dayA === dayB && nB === wanted) || seenOf(b.c)[0] < seenOf(a.c)[0]
}
