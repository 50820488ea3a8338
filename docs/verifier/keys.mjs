// Ed25519 keys and signatures (RFC 8032), ML-DSA-44 (FIPS 204), verifier keys
// (c2sp.org/signed-note).
import { createPublicKey, verify } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { base64url, fromBase64, hash32, refuse, sha256, utf8 } from './bytes.mjs'

// checkKey refuses keys under which one signature fits many texts. Libraries
// that verify signatures do not, or not alike, so it is done at enrolment.
export function checkKey(bytes) {
  if (bytes.length !== 32) refuse('key.length', `a key of ${bytes.length} bytes; Ed25519 has 32`)
  let point
  try {
    point = ed25519.Point.fromBytes(bytes, true) // takes y of 2^255-19 and more, which is looked at below
  } catch {
    refuse('key.point', 'not a point of the curve')
  }
  if (!Buffer.from(point.toBytes()).equals(bytes)) refuse('key.canonical', 'not the canonical encoding of its point')
  if (point.isSmallOrder()) refuse('key.small-order', 'a point of small order')
  return bytes
}

export const parseKey = (text) => checkKey(hash32(text, 'base64url', 'key.encoding', 'key'))

// thumbprint is that of RFC 7638, with RFC 8037 appendix A.3.
export const thumbprint = (key) => base64url(sha256(utf8(`{"crv":"Ed25519","kty":"OKP","x":"${base64url(key)}"}`)))

// verifyEd25519 is RFC 8032 section 5.1.7 without the cofactor, which is what
// OpenSSL does: R is compared byte for byte. Verifiers that multiply by the
// cofactor accept signatures that others refuse; in a dispute that is worse
// than either.
export function verifyEd25519(key, message, signature) {
  if (signature.length !== 64) return false
  try {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64url(key) }
    return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature)
  } catch {
    return false // no key
  }
}

export function verifyMLDSA(key, message, signature) {
  try {
    return signature.length === 2420 && ml_dsa44.verify(signature, message, key)
  } catch {
    return false // malformed within
  }
}

// Signature types of signed notes.
export const LOG = 0x01
export const COSIGNATURE = 0x04
export const MLDSA = 0x06

// parseVerifierKey reads "name+hash+key".
export function parseVerifierKey(vkey, ...types) {
  const [name, hash, encoded] = splitKey(vkey)
  if (!encoded || !isName(name)) refuse('verifier-key', `${vkey.slice(0, 80)} is not name+hash+key`)
  const raw = fromBase64(encoded, 'verifier-key', 'verifier key')
  const type = raw[0]
  if (!types.includes(type) || raw.length !== 1 + (type === MLDSA ? 1312 : 32)) refuse('verifier-key', `${name}: a key of type ${type} and ${raw.length} bytes is not used here`)
  if (hash !== keyHash(name, raw)) refuse('verifier-key', `${name}: the key hash should be ${keyHash(name, raw)}`)
  if (type !== MLDSA) checkKey(raw.subarray(1))
  return { name, hash, type, key: raw.subarray(1), vkey }
}

// splitKey: the base64 at the end may itself have "+" in it.
function splitKey(vkey) {
  const first = vkey.indexOf('+')
  const second = vkey.indexOf('+', first + 1)
  return second < 0 ? [] : [vkey.slice(0, first), vkey.slice(first + 1, second), vkey.slice(second + 1)]
}

export const keyHash = (name, raw) => sha256(utf8(`${name}\n`), raw).subarray(0, 4).toString('hex')
export const isName = (name) => /^[\x21-\x2a\x2c-\x7e]{1,255}$/.test(name)
