// Entries and the Merkle tree over them (RFC 9162 section 2.1, SHA-256).
import { base64, hash32, isTime, refuse, sha256, utf8 } from './bytes.mjs'

export const leafHash = (entry) => sha256(Uint8Array.of(0), utf8(entry))
export const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right)
export const emptyRoot = sha256()

// An entry is three lines: entry.v1, the hub's time, the hash of the text.
export const entryText = (time, hash) => `entry.v1\n${time}\n${base64(hash)}\n`
export function parseEntry(text) {
  const m = /^entry\.v1\n([^\n]{24})\n([^\n]{44})\n$/.exec(text)
  if (!m || !isTime(m[1]) || Date.parse(m[1]) < 0) refuse('entry.form', 'not an entry: entry.v1, a time, a hash')
  return { time: m[1], hash: hash32(m[2], 'base64', 'entry.form', 'hash of an entry') }
}

// contentHash is the hash that an entry carries for a text: of a charter, which
// begins with "{", over the note's text; of a statement over the issuer-jwt.
export function contentHash(content) {
  if (!content.startsWith('{')) return sha256(utf8(content.split('~', 1)[0]))
  const end = content.lastIndexOf('\n\n')
  return sha256(utf8(end < 0 ? content : content.slice(0, end + 1)))
}

// A Tree grows by leaves and knows the root at every size it has had.
export class Tree {
  #edge = [] // [height, root] of the complete subtrees, largest first
  roots = [emptyRoot]
  add(leaf) {
    let top = [0, leaf]
    while (this.#edge.at(-1)?.[0] === top[0]) top = [top[0] + 1, nodeHash(this.#edge.pop()[1], top[1])]
    this.#edge.push(top)
    this.roots.push(this.#edge.map((e) => e[1]).reduceRight((right, left) => nodeHash(left, right)))
    return this.root
  }
  get root() { return this.roots.at(-1) }
  get size() { return this.roots.length - 1 }
}

// checkInclusion is RFC 9162 section 2.1.3.2. Sizes are BigInt.
export function checkInclusion(proof, index, size, leaf, root) {
  let [fn, sn, r] = [index, size - 1n, leaf]
  const fail = () => refuse('inclusion.proof', `the proof does not lead from entry ${index} to the root of ${size} entries`)
  if (index >= size) fail()
  for (const p of proof) {
    if (sn === 0n) fail()
    if (fn & 1n || fn === sn) {
      r = nodeHash(p, r)
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n]
    } else {
      r = nodeHash(r, p)
    }
    [fn, sn] = [fn >> 1n, sn >> 1n]
  }
  if (sn !== 0n || !r.equals(root)) fail()
}

// checkConsistency: the tree of old.size entries is the beginning of that of
// new.size (RFC 9162 section 2.1.4.2). The proof is empty where nothing is to be
// proved: from the empty tree, or to the same.
export function checkConsistency(old, new_, proof) {
  const fail = (why) => refuse('consistency.proof', why)
  if (old.size === new_.size && !old.root.equals(new_.root)) refuse('fork', 'two roots for one size')
  if (new_.size < old.size) refuse('rollback', 'the newer tree is the smaller')
  if (old.size === 0n && !old.root.equals(emptyRoot)) fail('the older root is not that of the empty tree')
  if (old.size === 0n || old.size === new_.size) return proof.length ? fail('nothing is to be proved') : undefined
  const path = [...proof]
  if ((old.size & (old.size - 1n)) === 0n) path.unshift(old.root)
  let [fn, sn] = [old.size - 1n, new_.size - 1n]
  while (fn & 1n) [fn, sn] = [fn >> 1n, sn >> 1n]
  let fr = path.shift()
  let sr = fr
  if (!fr) fail('the proof is empty')
  for (const c of path) {
    if (sn === 0n) fail('the proof is too long')
    if (fn & 1n || fn === sn) {
      [fr, sr] = [nodeHash(c, fr), nodeHash(c, sr)]
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n]
    } else {
      sr = nodeHash(sr, c)
    }
    [fn, sn] = [fn >> 1n, sn >> 1n]
  }
  if (sn !== 0n || !fr.equals(old.root) || !sr.equals(new_.root)) fail('the proof does not lead from the older root to the newer')
}
