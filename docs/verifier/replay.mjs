// What is judged of each statement where it stands: its key, its signature, its
// place among its author's own, its times, what it has seen, its second officer.
// Formats, the gate and matters are not replayed here; parley does that.
import { refuse, Refusal } from './bytes.mjs'
import { rootKeys } from './charter.mjs'
import { checkRequest, verify, verifySecond, readSecond } from './statement.mjs'
import { thumbprint } from './keys.mjs'

// Whatever a file leaves out, these stand: they rest on the statement, on others
// that are there, or on the entries.
const FINAL = new Set(['statement.signature', 'key.revoked', 'key.other-author', 'statement.id-taken', 'entry.twice', 'seen.future', 'seen.other-root', 'chain.prev',
  'chain.serial', 'key.already-revoked', 'second.key-revoked', 'second.other-party', 'second.same-officer', 'second.signature'])

export class Replay {
  charters = [] // { index, charter }
  keys = new Map() // thumbprint to { key, author, areas, endorsed, revoked }
  ids = new Map() // identifier to { index, hash }
  indexes = new Map() // hash of an entry, hex, to its index
  times = new Map() // index to the hub's time in ms
  heads = new Map() // author to the index of their newest statement
  statements = [] // { index, s }, as decided
  rootAt = () => undefined // root of the tree at a size; undefined where it is not known
  whole = true // false: a bundle, where an entry that is not shown may be there all the same

  charterAt(index) {
    return this.charters.findLast((c) => c.index < index || c.index === 0)?.charter
  }

  findKey(kid, index) {
    if (this.keys.has(kid)) return this.keys.get(kid)
    const root = rootKeys(this.charterAt(index)).find((r) => thumbprint(r.key) === kid)
    return root && { key: root.key, author: `${root.party}/registrar/root`, root: true, areas: [], endorsed: -1, revoked: Infinity }
  }

  // decide judges s at index, as of the hub's time there, and takes it in.
  decide(s, index, leftOut = false) {
    try {
      this.#judge(s, s.claims, index, this.times.get(index))
    } catch (e) {
      if (e instanceof Refusal) e.accused = FINAL.has(e.reason) || !leftOut ? 'hub' : 'hub or bearer'
      throw e
    }
    this.ids.set(s.claims.id, { index, hash: s.hash })
    if (!(this.heads.get(s.claims.author) > index)) this.heads.set(s.claims.author, index)
    this.statements.push({ index, s })
  }

  #judge(s, c, index, now) {
    const ch = this.charterAt(index)
    if (!ch || c.mechanism !== ch.mechanism) refuse('statement.mechanism', `entry ${index} is of mechanism ${c.mechanism}`)
    if (c.exercise !== ch.exercise) refuse('statement.exercise', `entry ${index} says exercise ${c.exercise}, and the charter ${ch.exercise}`)
    const known = this.ids.get(c.id)
    if (known) refuse(known.hash.equals(s.hash) ? 'entry.twice' : 'statement.id-taken', `entry ${index}: identifier ${c.id} is that of entry ${known.index}`)
    const key = this.#signer(s, c, index)
    this.#mayAuthor(ch, c, key)
    this.#times(ch, c, index, now)
    this.#chain(c, index)
    if (c.second) this.#second(s, ch, c, index)
    if (c.format.startsWith('key.')) this.#keyStatement(s, ch, c, index)
  }

  // The key was endorsed before this entry and not revoked before it; it is the
  // author's; and it has signed this.
  #signer(s, c, index) {
    const key = this.findKey(s.kid, index)
    if (!key || key.endorsed >= index) refuse('key.unknown', `entry ${index}: key ${s.kid} is not endorsed before it`)
    if (index > key.revoked) refuse('key.revoked', `entry ${index}: key ${s.kid} was revoked at entry ${key.revoked}`)
    const [party, role] = c.author.split('/')
    const theirs = key.root ? `${party}/${role}` === `${key.author.split('/')[0]}/registrar` : key.author === c.author
    if (!theirs) refuse('key.other-author', `entry ${index}: key ${s.kid} is ${key.author}'s, not ${c.author}'s`)
    verify(s, key.key)
    return key
  }

  // What the charter alone decides: roles, formats in force, compartments, parties.
  #mayAuthor(ch, c, key) {
    const format = c.format.split('/')[0]
    const [party, roleName] = c.author.split('/')
    const kind = ch.parties.find((p) => p.id === party)?.kind
    const role = ch.roles.find((r) => r.id === roleName)
    if (!ch.formats.some((f) => f.format === c.format)) refuse('format.not-in-force', `format ${c.format} is not in force`)
    if (!role || !role.may.includes(format) || !(role.of === 'any' || role.of === kind)) refuse('role.no-right', `role ${roleName} of ${party} has no right to send ${format}`)
    if (!sees(key, c.area)) refuse('statement.area', `key of ${key.author} is not endorsed for area ${c.area}`)
    if (!ch.precedences.some((p) => p.id === c.precedence)) refuse('statement.precedence', `there is no precedence ${c.precedence}`)
    for (const to of c.to) if (to === party || !ch.parties.some((p) => p.id === to)) refuse('statement.to', `${to} cannot be an addressee`)
  }

  // The two clocks, and what the author had seen of the ledger.
  #times(ch, c, index, now) {
    const at = Date.parse(c.time)
    const ahead = ch.limits.aheadSeconds * 1000
    if (at > now + ahead) refuse('time.ahead', `entry ${index}: the author's clock is ahead of the hub's`)
    if (at < now - ch.limits.lateHours * 3600e3) refuse('time.late', `entry ${index} was signed too long before`)
    const [size, root] = seenOf(c)
    if (size > BigInt(index)) refuse('seen.future', `entry ${index} has seen ${size} entries`)
    const real = this.rootAt(Number(size))
    if (real && !real.equals(Buffer.from(root, 'base64'))) refuse('seen.other-root', `entry ${index} has seen another ledger of ${size} entries`)
    const before = this.times.get(Number(size) - 1)
    if (size > 0n && before !== undefined && at < before - ahead) refuse('time.behind', `entry ${index} has seen what came after it`)
  }

  #chain(c, index) {
    if (c.serial.slice(0, 10) !== c.time.slice(0, 10)) refuse('chain.serial', `entry ${index}: serial ${c.serial} is of another day than ${c.time}`)
    if (!c.prev) return
    const at = this.indexes.get(Buffer.from(c.prev, 'base64url').toString('hex'))
    if (at === undefined ? this.whole : at >= index) refuse('chain.prev', `entry ${index} follows a statement that is not in the ledger before it`)
  }

  #second(s, ch, c, index) {
    const { kid } = readSecond(c.second)
    const key = this.findKey(kid, index)
    if (!key || key.endorsed >= index) refuse('second.key', `entry ${index}: the second officer's key ${kid} is not endorsed before it`)
    if (index > key.revoked) refuse('second.key-revoked', `entry ${index}: the second officer's key was revoked at entry ${key.revoked}`)
    const [party, roleName, officer] = key.author.split('/')
    const role = ch.roles.find((r) => r.id === roleName)
    const [own, , author] = c.author.split('/')
    if (party !== own) refuse('second.other-party', `entry ${index}: the second officer is of ${party}`)
    if (kid === s.kid || officer === author) refuse('second.same-officer', `entry ${index}: both officers are ${officer}`)
    if (!role || role.machine) refuse('second.machine', `entry ${index}: the second officer is a machine`)
    if (!role.may.includes(c.format.split('/')[0])) refuse('second.no-right', `entry ${index}: role ${roleName} may not send it`)
    if (!sees(key, c.area)) refuse('second.area', `entry ${index}: the second officer's key is not for area ${c.area}`)
    verifySecond(s, key.key)
  }

  // Endorsements and revocations are themselves statements.
  #keyStatement(s, ch, c, index) {
    const [party, role] = c.author.split('/')
    for (const p of ch.parties) if (p.id !== party && !c.to.includes(p.id)) refuse('statement.to', `entry ${index}: a key statement goes to every party`)
    if (c.format.startsWith('key.revoke/')) {
      const key = this.keys.get(s.fields.kid)
      if (!key || key.author.split('/')[0] !== party) refuse('key.unknown-target', `entry ${index} revokes a key that ${party} has not endorsed`)
      if (role !== 'registrar' && c.author !== key.author) refuse('key.not-registrar', `entry ${index}: ${c.author} can revoke keys of its own alone`)
      if (key.revoked !== Infinity) refuse('key.already-revoked', `entry ${index} revokes a key again`)
      key.revoked = index
      return
    }
    const { holder, key, areas, proof } = s.fields
    if (role !== 'registrar') refuse('key.not-registrar', `entry ${index}: ${c.author} is no registrar`)
    let public_
    try {
      public_ = checkRequest({ mechanism: c.mechanism, author: holder, key, areas, exercise: c.exercise, proof })
    } catch (e) {
      refuse('key.enrolment', `entry ${index}: ${e.message}`)
    }
    const [hisParty, hisRole] = holder.split('/')
    if (hisParty !== party) refuse('key.other-party', `entry ${index}: ${party} endorses a key of ${hisParty}`)
    const known = ch.roles.find((r) => r.id === hisRole)
    const areasOf = ch.areas.map((a) => a.id)
    if (!known || hisRole === 'registrar' || !areas.every((a) => areasOf.includes(a))) refuse('key.enrolment', `entry ${index}: no such role or area`)
    const kid = thumbprint(public_)
    if (this.findKey(kid, index)) refuse('key.taken', `entry ${index}: key ${kid} was endorsed before`)
    this.keys.set(kid, { key: public_, author: holder, areas, endorsed: index, revoked: Infinity })
  }
}

const sees = (key, area) => area === 'service' || key.root || key.author.split('/')[1] === 'registrar' || key.areas.includes(area)
export const seenOf = (c) => [BigInt(c.seen.split(':')[0]), c.seen.split(':')[1]]

// checkChains looks at all statements together, by index: texts that were
// withheld when others were decided may be there now. In a bundle, registrars'
// chains must have no gap: a revocation could be left out.
export function checkChains(statements, registrarsWhole) {
  const seen = new Map()
  const last = new Map()
  for (const { index, s } of [...statements].sort((a, b) => a.index - b.index)) {
    const c = s.claims
    const [size, root] = seenOf(c)
    if (seen.has(size) && seen.get(size) !== root) refuse('chain.seen', `entry ${index} has seen another ledger of ${size} entries than an earlier one`, 'hub or author')
    seen.set(size, root)
    const chain = last.get(c.author) ?? []
    if (chain.length > 0) follows(chain, index, c)
    if (registrarsWhole && c.author.split('/')[1] === 'registrar' && c.prev !== (chain.at(-1)?.hash ?? '')) {
      refuse('chain.registrar', `a statement of ${c.author} before entry ${index} is left out`, 'bearer')
    }
    chain.push({ index, hash: s.hash.toString('base64url'), c })
    last.set(c.author, chain)
  }
}

function follows(chain, index, c) {
  const before = chain.at(-1)
  const bad = (reason, why) => refuse(reason, `entry ${index} of ${c.author}: ${why}`, 'hub or author')
  const [day, n] = [c.serial.slice(0, 10), Number(c.serial.slice(11))]
  const [dayBefore, nBefore] = [before.c.serial.slice(0, 10), Number(before.c.serial.slice(11))]
  if (c.prev === '') bad('chain.first', `it says to be the first, and entry ${before.index} is earlier`)
  if (seenOf(c)[0] < seenOf(before.c)[0]) bad('seen.back', 'it has seen less than the one before')
  if (c.prev !== before.hash) {
    if (chain.some((l) => l.hash === c.prev)) bad('chain.between', `entry ${before.index} stands between it and the one it follows`)
    if (day < dayBefore || (day === dayBefore && n < nBefore + 2)) bad('chain.serial', `serial ${c.serial} after ${before.c.serial} with one between`)
  } else if (day < dayBefore || n !== (day === dayBefore ? nBefore + 1 : 1)) {
    bad('chain.serial', `serial ${c.serial} right after ${before.c.serial}`)
  }
}
