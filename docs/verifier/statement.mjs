// Statements: a strict profile of SD-JWT (RFC 9901). See ../protocol.md, section 4.
import { base64url, decodeText, fromBase64url, hash32, isDay, isSize, isTime, refuse, sha256, utf8 } from './bytes.mjs'
import { checkKey, parseKey, thumbprint, verifyEd25519 } from './keys.mjs'

const MAX = 16384 // bytes of the issuer-jwt, and of one disclosure
const MAX_DISCLOSURES = 64

export const ID = /^[a-z0-9][a-z0-9-]{0,31}$/
export const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const FORMAT = /^[A-Za-z][A-Za-z0-9.-]{0,31}\/[1-9]\d{0,3}$/
const HEADER = /^\{"alg":"EdDSA","kid":"([A-Za-z0-9_-]{43})","typ":"statement\.v1\+sd-jwt"\}$/
const SECOND = /^\{"alg":"EdDSA","kid":"([A-Za-z0-9_-]{43})","typ":"second\.v1\+jws"\}$/
const CLAIMS = ['area', 'author', 'exercise', 'format', 'id', 'late', 'mechanism', 'precedence', 'prev', 'refs', 'second', 'seen', 'serial', 'time', 'to',
  'aud', 'cnf', 'exp', 'iat', 'iss', 'jti', 'nbf', 'sub']

const is = (grammar, v) => typeof v === 'string' && grammar.test(v)
export const isAuthor = (s) => typeof s === 'string' && s.split('/').length === 3 && s.split('/').every((part) => ID.test(part))

// strictJSON reads JSON that has one text for each value: it must be what
// JSON.stringify writes, escape nothing but \" \\ \n, and hold no control
// characters, line separators, fractions or numbers beyond 2^53-1.
export function strictJSON(text, reason, what) {
  let value
  try {
    value = JSON.parse(text)
  } catch {
    refuse(reason, `${what} is not JSON`)
  }
  const odd = /(?<!\\)(?:\\\\)*\\[^"\\n]|[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.exec(text)
  if (odd || JSON.stringify(value) !== text || !exact(value)) refuse(reason, `${what} is not in the one spelling that its JSON has`)
  return value
}

function exact(v) {
  if (typeof v === 'number') return Number.isSafeInteger(v)
  return v === null || typeof v !== 'object' || Object.values(v).every(exact)
}

// parse reads a statement, whole or with fields withheld. It checks no signature.
export function parse(text) {
  const [jwt, ...rest] = text.split('~')
  if (rest.length === 0 || rest.at(-1) !== '') refuse('statement.form', 'no "~" at the end')
  if (jwt.length > MAX || rest.length - 1 > MAX_DISCLOSURES || rest.some((d) => d.length > MAX)) refuse('statement.limit', 'larger than a statement may be')
  const parts = jwt.split('.')
  if (parts.length !== 3) refuse('statement.form', 'the issuer-jwt is not header.payload.signature')
  const header = HEADER.exec(fromBase64url(parts[0]).toString('latin1'))
  if (!header) refuse('statement.header', 'the header is not the one that statements have')
  hash32(header[1], 'base64url', 'statement.header', 'kid')
  const payload = decodeText(fromBase64url(parts[1]), 'statement.payload', 'the payload')
  const claims = readPayload(payload)
  const signature = fromBase64url(parts[2])
  if (signature.length !== 64) refuse('statement.signature-length', `a signature of ${signature.length} bytes`)
  const s = { text, jwt, kid: header[1], claims, signature, signed: utf8(`${parts[0]}.${parts[1]}`), hash: sha256(utf8(jwt)) }
  Object.assign(s, open(claims._sd, rest.slice(0, -1)))
  return s
}

// readPayload checks each claim, and that there is none besides.
function readPayload(text) {
  const p = strictJSON(text, 'statement.payload', 'the payload')
  const bad = (name) => refuse('statement.payload', `claim ${name}: ${JSON.stringify(p[name])?.slice(0, 80)}`)
  if (p === null || typeof p !== 'object' || Array.isArray(p)) refuse('statement.payload', 'the payload is no object')
  const order = ['_sd', '_sd_alg', 'area', 'author', 'exercise', 'format', 'id', ...('late' in p ? ['late'] : []), 'mechanism', 'precedence', 'prev', 'refs',
    ...('second' in p ? ['second'] : []), 'seen', 'serial', 'time', 'to']
  if (Object.keys(p).join() !== order.join()) refuse('statement.payload', 'the payload has not exactly the claims of a statement, in their order')
  const string = (name, ok) => (typeof p[name] === 'string' && ok(p[name])) || bad(name)
  const list = (name, most, ok) => (Array.isArray(p[name]) && p[name].length <= most && p[name].every(ok)) || bad(name)
  const ascending = (l) => l.every((v, i) => i === 0 || Buffer.compare(v, l[i - 1]) > 0)
  const hash = (v) => typeof v === 'string' && hash32(v, 'base64url', 'statement.payload', 'hash')
  list('_sd', MAX_DISCLOSURES, hash)
  if (!ascending(p._sd.map((d) => Buffer.from(d, 'base64url')))) bad('_sd')
  string('_sd_alg', (v) => v === 'sha-256')
  for (const name of ['area', 'mechanism']) string(name, (v) => ID.test(v))
  string('author', isAuthor)
  if (typeof p.exercise !== 'boolean') bad('exercise')
  string('format', (v) => FORMAT.test(v))
  string('id', (v) => UUID7.test(v))
  if ('late' in p && !isLate(p.late)) bad('late')
  string('precedence', (v) => /^[A-Z]{1,16}$/.test(v))
  string('prev', (v) => v === '' || hash(v))
  list('refs', Infinity, (r) => r && Object.keys(r).join() === 'hash,id,rel' && hash(r.hash) && is(UUID7, r.id) && is(ID, r.rel))
  if ('second' in p) readSecond(p.second)
  string('seen', (v) => /^\d+:[A-Za-z0-9+/]{43}=$/.test(v) && isSize(v.split(':')[0]) && hash32(v.split(':')[1], 'base64', 'statement.payload', 'seen'))
  string('serial', (v) => /^\d{4}-\d\d-\d\d\/[1-9]\d{0,8}$/.test(v) && isDay(v.slice(0, 10)))
  string('time', isTime)
  list('to', 16, (v) => typeof v === 'string' && ID.test(v))
  if (!ascending(p.to.map(utf8))) bad('to')
  return p
}

const isLate = (l) => l && Object.keys(l).join() === 'at,route' && is(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, l.at) && isTime(l.at.replace('Z', '.000Z')) &&
  ['voice', 'paper', 'radio', 'satellite', 'courier'].includes(l.route)

// open matches each disclosure with the digest it opens: fields in the order of
// their digests in the payload, the paragraphs of a text right behind it.
function open(digests, disclosures) {
  const met = new Set(digests)
  const missing = new Set(digests) // digests that nothing here opens
  const fields = {}
  let next = 0
  let paragraphs = null // of the text read last: its digests and, where open, their texts
  for (const d of disclosures) {
    const value = strictJSON(decodeText(fromBase64url(d), 'statement.disclosure', 'a disclosure'), 'statement.disclosure', 'a disclosure')
    const digest = base64url(sha256(utf8(d)))
    if (!Array.isArray(value) || value.length < 2 || value.length > 3 || !is(/^[A-Za-z0-9_-]{22,64}$/, value[0]) || typeof value[1] !== 'string') {
      refuse('statement.disclosure', 'a disclosure is not [salt, name, value] or [salt, paragraph]')
    }
    if (value.length === 2) {
      const i = paragraphs ? paragraphs.digests.indexOf(digest, paragraphs.next) : -1
      if (i < 0) refuse('statement.unreferenced', 'a paragraph that no digest of the text before it refers to, or out of order')
      paragraphs.texts[i] = value[1]
      paragraphs.next = i + 1
    } else {
      const [, name, content] = value
      if (!/^[a-z][a-z0-9_-]{0,31}$/.test(name) || CLAIMS.includes(name)) refuse('statement.disclosure', `a field cannot be called ${JSON.stringify(name)}`)
      const i = digests.indexOf(digest, next)
      if (i < 0) refuse('statement.unreferenced', `field ${name}: no digest of the payload refers to it, or it is out of order`)
      next = i + 1
      if (Object.hasOwn(fields, name)) refuse('statement.repeated', `two disclosures are field ${name}`)
      paragraphs = readValue(name, content, met)
      fields[name] = paragraphs ? paragraphs.texts : content
      paragraphs?.digests.forEach((p) => missing.add(p))
    }
    missing.delete(digest)
  }
  return { fields, missing, withheld: missing.size }
}

// readValue checks the value of a field; of a text it returns the paragraphs.
function readValue(name, v, met) {
  if (['string', 'number', 'boolean'].includes(typeof v)) return null
  if (Array.isArray(v) && v.every((item) => typeof item === 'string')) return null
  const ok = Array.isArray(v) && v.every((p) => p !== null && typeof p === 'object' && Object.keys(p).join() === '...' && typeof p['...'] === 'string')
  if (!ok || v.length > MAX_DISCLOSURES) refuse('statement.disclosure', `field ${name} has a value that no field has`)
  const digests = v.map((p) => p['...'])
  for (const d of digests) {
    hash32(d, 'base64url', 'statement.disclosure', 'paragraph')
    if (met.has(d)) refuse('statement.repeated', `digest ${d} is met twice`)
    met.add(d)
  }
  if (met.size > MAX_DISCLOSURES) refuse('statement.limit', 'more digests than a statement may have')
  return { digests, texts: digests.map(() => null), next: 0 } // null: withheld
}

// verify checks the author's signature, by the key that the header names.
export function verify(s, key) {
  if (thumbprint(key) !== s.kid) refuse('statement.key', `it names key ${s.kid}`)
  if (!verifyEd25519(key, s.signed, s.signature)) refuse('statement.signature', `the signature is not one of key ${s.kid} over these bytes`)
}

// readSecond reads the second officer's signature: a JWS with detached content
// (RFC 7515 appendix F).
export function readSecond(text) {
  const parts = typeof text === 'string' ? text.split('.') : []
  const header = parts.length === 3 && parts[1] === '' && SECOND.exec(fromBase64url(parts[0], 'statement.payload').toString('latin1'))
  if (!header) refuse('statement.payload', 'claim second: want header..signature')
  hash32(header[1], 'base64url', 'statement.payload', 'second: kid')
  const signature = fromBase64url(parts[2], 'statement.payload', 'second')
  if (signature.length !== 64) refuse('statement.payload', 'claim second: the signature has not 64 bytes')
  return { kid: header[1], header: parts[0], signature }
}

// verifySecond: the content is the payload without prev, second, seen, serial, time.
export function verifySecond(s, key) {
  const second = readSecond(s.claims.second)
  const { prev, second: _, seen, serial, time, ...content } = s.claims
  const signed = utf8(`${second.header}.${base64url(utf8(JSON.stringify(content)))}`)
  if (thumbprint(key) !== second.kid || !verifyEd25519(key, signed, second.signature)) refuse('second.signature', `the second signature is not one of key ${second.kid}`)
}

// redact takes out fields, or paragraphs as "text/2"; with a text go its paragraphs.
export function redact(s, names) {
  let field = ''
  let n = 0
  let digests = []
  const kept = s.text.split('~').slice(1, -1).filter((d) => {
    const v = JSON.parse(Buffer.from(d, 'base64url'))
    let name
    if (v.length === 3) {
      field = name = v[1]
      digests = Array.isArray(v[2]) ? v[2].map((p) => p['...']) : []
    } else {
      n = digests.indexOf(base64url(sha256(utf8(d)))) + 1
      name = `${field}/${n}`
    }
    return !names.includes(name) && !names.includes(field)
  })
  return [s.jwt, ...kept, ''].join('~')
}

// checkRequest checks a request to endorse a key: whoever asks holds it, and
// wants it for exactly this.
export function checkRequest({ mechanism, author, key, areas, exercise, proof }) {
  const sorted = areas.every((a, i) => ID.test(a) && (i === 0 || areas[i - 1] < a))
  if (!ID.test(mechanism) || !isAuthor(author) || !sorted) refuse('enrolment.form', 'the request is not well formed')
  const text = `parley enrolment request v1\nmechanism ${mechanism}\nauthor ${author}\nkey ${key}\nareas ${areas.join()}\nexercise ${exercise}\n`
  const public_ = parseKey(key)
  if (!verifyEd25519(public_, utf8(text), fromBase64url(proof, 'enrolment.form', 'proof'))) refuse('enrolment.proof', 'the proof is not a signature by that key of this request')
  return checkKey(public_)
}

// readToken checks a token: a JWT (RFC 7519) that a desk signs itself, for one
// hub and one minute.
export function readToken(text, { key, mechanism, now }) {
  const parts = text.split('.')
  if (parts.length !== 3 || text.length > 1024) refuse('token.form', 'not header.payload.signature')
  const header = /^\{"alg":"EdDSA","kid":"([A-Za-z0-9_-]{43})","typ":"token\+jwt"\}$/.exec(fromBase64url(parts[0], 'token.form').toString('latin1'))
  if (!header) refuse('token.form', 'not the header of a token')
  const p = strictJSON(fromBase64url(parts[1], 'token.form').toString('utf8'), 'token.form', 'the payload')
  const formed = p && Object.keys(p).join() === 'aud,exp,iat,iss,jti' && is(ID, p.aud) && isAuthor(p.iss) && Number.isSafeInteger(p.iat) && p.iat >= 0 &&
    p.exp === p.iat + 60 && is(/^[A-Za-z0-9_-]{16,64}$/, p.jti)
  if (!formed) refuse('token.form', 'not the claims of a token')
  const signature = fromBase64url(parts[2], 'token.form')
  if (signature.length !== 64) refuse('token.form', 'the signature has not 64 bytes')
  if (p.aud !== mechanism) refuse('token.mechanism', `for ${p.aud}`)
  const at = Date.parse(now) / 1000
  if (at < p.iat - 30 || at > p.exp + 30) refuse('token.time', 'not in force at that time')
  if (thumbprint(key) !== header[1]) refuse('token.key', 'it names another key')
  if (!verifyEd25519(key, utf8(`${parts[0]}.${parts[1]}`), signature)) refuse('token.signature', 'not signed by that key')
  return p
}
