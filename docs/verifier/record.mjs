// Whole records and bundles. Each ends as a result, a Refusal (it is refuted) or
// an Unreadable (it could not be checked).
import { base64, base64url, hash32, isTime, refuse, Unreadable } from './bytes.mjs'
import { checkSuccession, openCharter, witnessKeys } from './charter.mjs'
import { claimedSize, openCheckpoint } from './note.mjs'
import { checkChains, Replay } from './replay.mjs'
import * as statement from './statement.mjs'
import { checkInclusion, contentHash, entryText, leafHash, parseEntry, Tree } from './tree.mjs'

// goJSON is a string as Go's encoding/json writes it, whose spelling files have.
const escapes = (text) => text.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
export function readExact(text, indent, what) {
  let value
  try {
    value = JSON.parse(text)
  } catch {
    throw new Unreadable(`${what} is not JSON`)
  }
  if (escapes(JSON.stringify(value, null, indent)) !== text) throw new Unreadable(`${what} is not in the one spelling that it has`)
  return value
}

// readBlock reads a line of a record or feed.
export function readBlock(line, what) {
  const b = readExact(line, undefined, what)
  const bad = () => { throw new Unreadable(`${what} is no block`) }
  const purged = b?.purged ?? []
  if (Object.keys(b ?? {}).join() !== `height,first,entries,contents,disclosed,${purged.length ? 'purged,' : ''}checkpoint`) bad()
  const size = (n) => Number.isSafeInteger(n) && n >= 0
  const ok = size(b.height) && size(b.first) && Array.isArray(b.entries) && b.entries.length > 0 && b.entries.length <= 1024 && Array.isArray(b.contents) &&
    b.contents.length === b.entries.length && Array.isArray(b.disclosed) && typeof b.checkpoint === 'string'
  if (!ok || !b.contents.every((c) => c === null || (typeof c === 'string' && c !== ''))) bad()
  if (!b.disclosed.every((d) => Object.keys(d ?? {}).join() === 'index,content' && size(d.index) && typeof d.content === 'string' && d.content !== '')) bad()
  const bare = (index) => [b.contents[index - b.first], ...b.disclosed.filter((d) => d.index === index).map((d) => d.content)].filter((c) => typeof c === 'string')
  const isStone = (t, i) => Object.keys(t ?? {}).join() === 'index,by' && size(t.index) && size(t.by) && t.by > t.index && (i === 0 || t.index > purged[i - 1].index) &&
    bare(t.index).length > 0 && bare(t.index).every((c) => /^[^{~][^~]*~$/.test(c))
  if (!Array.isArray(purged) || !purged.every(isStone)) bad()
  b.purged = new Map(purged.map((t) => [t.index, t.by]))
  b.entries = b.entries.map((e) => {
    const [time, hash, ...more] = typeof e === 'string' ? e.split(' ') : []
    if (more.length || !isTime(time)) bad()
    try { return { time, hash: hash32(hash, 'base64', '', '') } } catch { return bad() }
  })
  return b
}

// verifyRecord judges a record: a line that names the ledger, then blocks.
export function verifyRecord(text) {
  const { replay, tree, texts, charter, awaited } = replayRecord(text)
  const [unsaid] = awaited.values()
  if (unsaid) refuse('purge.unsaid', `the text of entry ${unsaid[0]} is missing, and nothing here says that it was purged`, 'hub or bearer')
  checkChains(replay.statements, false)
  return { kind: 'record', mechanism: charter.mechanism, exercise: charter.exercise, size: tree.size, root: base64(tree.root), statements: replay.statements.length, charters: replay.charters.length, withheld: tree.size - texts.size, editions: editionsOf(replay.charters) }
}

export function replayRecord(text) {
  const lines = text.split('\n')
  if (lines.pop() !== '') throw new Unreadable('the file ends within a line')
  const head = readExact(lines.shift() ?? '', undefined, 'line 1')
  if (Object.keys(head ?? {}).join() !== 'record,origin' || head.record !== 'parley.record.v1') throw new Unreadable('not a record')
  if (lines.length === 0) throw new Unreadable('it holds no blocks')
  const replay = new Replay()
  const tree = new Tree()
  const texts = new Map() // index to its text, as far as it is there
  replay.rootAt = (size) => tree.roots[size]
  const hashes = []
  const awaited = new Map() // entry that is said to destroy the texts at these
  lines.forEach((line, height) => foldBlock(readBlock(line, `line ${height + 2}`), height, { replay, tree, texts, hashes, awaited }))
  const charter = replay.charters.at(-1).charter
  if (charter.hub.origin !== head.origin) refuse('checkpoint.origin', `it is presented as ledger ${head.origin}`)
  return { replay, tree, texts, charter, awaited }
}

const editionsOf = (charters) => charters.map((c) => base64url(c.charter.hash))

function foldBlock(b, height, { replay, tree, texts, hashes, awaited }) {
  if (b.height !== height || b.first !== tree.size) refuse('block.order', `block ${b.height} with entry ${b.first} stands where block ${height} with entry ${tree.size} must`)
  b.entries.forEach((e) => hashes.push(e.hash))
  const parsed = new Map()
  b.contents.forEach((text, i) => { if (text !== null) parsed.set(b.first + i, readText(text, b.first + i, hashes)) })
  const log = replay.charterAt(b.first)?.hub.key ?? charterKey(parsed.get(b.first))
  b.entries.forEach((e, i) => { tree.add(leafHash(entryText(e.time, e.hash))); replay.times.set(b.first + i, Date.parse(e.time)) })
  const head = openCheckpoint(b.checkpoint, log)
  if (head.size !== BigInt(tree.size) || !head.root.equals(tree.root)) refuse('checkpoint.other-tree', `the hub did not sign block ${height} as it stands here`)
  const opened = b.disclosed.map((d) => [d.index, readText(d.content, d.index, hashes)])
  for (const [index, t] of opened) {
    if (texts.has(index)) refuse('disclosed.again', `block ${height} discloses the text of entry ${index}, which was there before`)
    take(t, index, b.first)
  }
  b.entries.forEach((e, i) => {
    const index = b.first + i
    if (index > 0 && replay.times.get(index) < replay.times.get(index - 1)) refuse('time.hub', `entry ${index} has a time before that of the entry before it`, 'hub')
    if (!replay.indexes.has(e.hash.toString('hex'))) replay.indexes.set(e.hash.toString('hex'), index)
    if (parsed.has(index)) take(parsed.get(index), index, index)
  })
  const here = [...parsed].map(([index, t]) => [index, t.statement]).filter(([, s]) => s)
  for (const [index, s] of [...here, ...opened.map(([i, t]) => [i, t.statement])]) if (s?.withheld && !b.purged.has(index)) checkWithheld(s, index, here)
  checkPurged(b, tree.size, awaited, replay)
  const [begun, ended] = [replay.charterAt(b.first), replay.charterAt(tree.size - 1)]
  if (begun.hub.key !== ended.hub.key) refuse('charter.mid-block', `block ${height}: an edition that changes the log's key must end its block`, 'hub')

  function take(t, index, upTo) {
    if (t.charter) {
      if (index > 0) checkSuccession(t.charter, replay.charterAt(index), 'hub')
      replay.charters.push({ index, charter: t.charter })
    } else {
      replay.decide(t.statement, index, texts.size < upTo || t.statement.withheld > 0) // all texts so far are of entries before upTo
    }
    texts.set(index, true)
  }
}

// checkPurged: of a text that is said to be destroyed by an entry, that entry says so.
function checkPurged(b, size, awaited, replay) {
  for (const [index, by] of b.purged) awaited.set(by, [...(awaited.get(by) ?? []), index])
  for (const [by, indexes] of awaited) {
    if (by >= size) continue
    const note = replay.statements.find((s) => s.index === by)?.s
    for (const index of indexes) {
      const text = replay.statements.find((s) => s.index === index)?.s
      const said = by >= b.first && note && text && note.claims.refs.some((r) => r.rel === 'purges' && r.id === text.claims.id && r.hash === base64url(text.hash))
      if (!said) refuse('purge.unsaid', `the text of entry ${index} is missing, and entry ${by}, which should say that it is purged, does not`, 'hub or bearer')
    }
    awaited.delete(by)
  }
}

// checkWithheld: of a text that is here in part, just that is missing which a
// release in the same block lists.
function checkWithheld(s, index, here) {
  const release = here.find(([, r]) => r.claims.format.startsWith('gate.release/') && r.claims.refs.some((ref) => ref.rel === 'releases' && ref.id === s.claims.id))?.[1]
  const lines = release?.fields.withheld
  const listed = (Array.isArray(lines) ? lines : []).map(String).map((line) => line.split(' ')[0])
  if (listed.length !== s.missing.size || !listed.every((d) => s.missing.has(d))) {
    refuse('statement.redaction', `entry ${index}: the text given lacks other parts than a release that came with it withholds`, 'hub or bearer')
  }
}

const charterKey = (t) => t?.charter ? t.charter.hub.key : refuse('charter.first', 'the ledger does not begin with a charter')

// readText reads a text that must be the one ordered at index.
function readText(content, index, hashes) {
  if (!hashes[index] || !contentHash(content).equals(hashes[index])) refuse('content.other-text', `the text given for entry ${index} is not the one that was ordered there`)
  return content.startsWith('{') ? { charter: openCharter(content) } : { statement: statement.parse(content) }
}

// verifyBundle judges a bundle: some entries, each proved in one tree.
export function verifyBundle(text) {
  const b = readExact(text.replace(/\n$/, ''), 1, 'the bundle')
  const bad = () => { throw new Unreadable('not a bundle') }
  const string = (v) => typeof v === 'string'
  const formed = text.endsWith('\n') && Object.keys(b ?? {}).join() === 'bundle,checkpoint,items,subjects' && b.bundle === 'parley.bundle.v1' && Array.isArray(b.items) && b.items.length > 0 &&
    Array.isArray(b.subjects) && b.subjects.length > 0 && b.subjects.every((s, i) => string(s) && statement.UUID7.test(s) && (i === 0 || b.subjects[i - 1] < s)) && string(b.checkpoint)
  if (!formed || !b.items.every((i) => Object.keys(i ?? {}).join() === 'index,entry,proof,content' && string(i.content) && i.content && string(i.entry) && Array.isArray(i.proof) && i.proof.length < 64)) bad()
  const items = b.items.map((item, i) => {
    if (!Number.isSafeInteger(item.index) || (i > 0 && item.index <= b.items[i - 1].index)) bad()
    try {
      return { ...item, entry: parseEntry(item.entry), text: item.entry, proof: item.proof.map((h) => hash32(h, 'base64', '', '')) }
    } catch { return bad() }
  })
  const replay = new Replay()
  replay.whole = false
  replay.rootAt = (size) => size === 0 ? new Tree().root : undefined
  const all = openBundleCharters(items, replay)
  const charter = replay.charters.at(-1).charter
  // The log's key is that of the edition under which the last entry was ordered.
  const last = claimedSize(b.checkpoint) - 1n
  const signer = replay.charters.findLast((c) => BigInt(c.index) < last || c.index === 0).charter
  const head = openCheckpoint(b.checkpoint, signer.hub.key, witnessKeys(charter))
  if (head.origin !== charter.hub.origin) refuse('checkpoint.origin', `it is of ledger ${head.origin}`)
  items.forEach((item, i) => {
    checkInclusion(item.proof, BigInt(item.index), head.size, leafHash(item.text), head.root)
    if (i > 0 && item.entry.time < items[i - 1].entry.time) refuse('time.hub', `entry ${item.index} has a time before that of entry ${items[i - 1].index}`, 'hub')
  })
  for (const item of items) {
    const hex = item.entry.hash.toString('hex')
    if (replay.indexes.has(hex)) refuse('entry.twice', `one text is entries ${replay.indexes.get(hex)} and ${item.index}`, 'hub')
    replay.indexes.set(hex, item.index)
    replay.times.set(item.index, Date.parse(item.entry.time))
    if (!all.has(item.index)) item.statement = statement.parse(item.content)
  }
  const editions = replay.charters
  replay.charters = []
  for (const item of items) {
    if (item.statement) replay.decide(item.statement, item.index, true)
    else replay.charters.push(editions.find((e) => e.index === item.index))
  }
  checkChains(replay.statements, true)
  for (const id of b.subjects) if (!replay.ids.has(id)) refuse('bundle.subject', `it says to be about ${id}, and does not show it`)
  return { kind: 'bundle', mechanism: charter.mechanism, exercise: charter.exercise, size: Number(head.size), root: base64(head.root), statements: replay.statements.length, charters: editions.length, editions: editionsOf(editions), cosigned: head.cosigned.map((c) => `${c.name} ${c.algorithm}`) }
}

function openBundleCharters(items, replay) {
  const all = new Set()
  for (const item of items) {
    if (!contentHash(item.content).equals(item.entry.hash)) refuse('content.other-text', `the text given for entry ${item.index} is not the one that was ordered there`)
    if (!item.content.startsWith('{')) continue
    const charter = openCharter(item.content)
    if (replay.charters.length) checkSuccession(charter, replay.charters.at(-1).charter)
    replay.charters.push({ index: item.index, charter })
    all.add(item.index)
  }
  if (replay.charters[0]?.index !== 0) throw new Unreadable('the charter, entry 0, is not in it')
  return all
}
