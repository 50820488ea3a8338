// Hashes, encodings and the two ways in which a check can end badly.
import { createHash } from 'node:crypto'

// A Refusal says that something is not what it is shown as. The reason is one
// of those in ../protocol.md; accused says who answers for it: the hub, which
// signed it, or the bearer, who shows it.
export class Refusal extends Error {
  constructor(reason, sentence, accused = 'bearer') {
    super(sentence)
    this.reason = reason
    this.accused = accused
  }
}

// An Unreadable file is no file of ours, or a damaged one. It proves nothing,
// for nobody.
export class Unreadable extends Error {}

export function refuse(reason, sentence, accused) { throw new Refusal(reason, sentence, accused) }

export const utf8 = (text) => Buffer.from(text, 'utf8')
export const sha256 = (...parts) => {
  const h = createHash('sha256')
  for (const part of parts) h.update(part)
  return h.digest()
}

// base64 and base64url in the one spelling that each value has (RFC 4648
// section 3.5). Node's decoder takes many more.
export const base64 = (bytes) => Buffer.from(bytes).toString('base64')
export const base64url = (bytes) => Buffer.from(bytes).toString('base64url')
export function fromBase64(text, reason, what) { return decode(text, 'base64', reason, what) }
export function fromBase64url(text, reason = 'base64url', what = 'base64url') { return decode(text, 'base64url', reason, what) }

function decode(text, encoding, reason, what) {
  const bytes = Buffer.from(text, encoding)
  if (bytes.toString(encoding) !== text) refuse(reason, `${what}: ${JSON.stringify(text.slice(0, 80))} is not ${encoding} in its one spelling`)
  return bytes
}

export function hash32(text, encoding, reason, what) {
  const bytes = decode(text, encoding, reason, what)
  if (bytes.length !== 32) refuse(reason, `${what}: ${bytes.length} bytes, want 32`)
  return bytes
}

// decodeText is UTF-8 that is really UTF-8.
export function decodeText(bytes, reason, what) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return refuse(reason, `${what} is not UTF-8`)
  }
}

// The kinds of numbers and times that stand in texts. RFC 3339, UTC, and a day
// that there is.
export const isTime = (s) => typeof s === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(s) && !Number.isNaN(Date.parse(s)) && new Date(s).toISOString() === s
export const isDay = (s) => isTime(`${s}T00:00:00.000Z`)
export const isSize = (s) => /^(0|[1-9]\d*)$/.test(s) && BigInt(s) < 1n << 63n
