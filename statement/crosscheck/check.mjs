// Reads statements with @sd-jwt/core and jose, and says what they read.
//
// stdin:  {"key": "<Ed25519 public key, base64url>", "second": "<another>", "statements": ["..."]}
// stdout: {"thumbprint": "...", "results": [{"sdjwt": R, "jose": R, "second": R, "json": bool}]}
//
// R is {"payload": ...} or {"error": "..."}. sdjwt is the payload with what is
// disclosed put in; jose is that of the issuer-jwt alone; json says whether
// every JSON text in the statement is the one that JSON.stringify writes; second
// is what the second officer's detached signature is over, if it is.
import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { SDJwtInstance } from '@sd-jwt/core'
import * as jose from 'jose'

const input = JSON.parse(await text(process.stdin))
const jwk = { kty: 'OKP', crv: 'Ed25519', x: input.key }
const key = await jose.importJWK(jwk, 'EdDSA')
const secondKey = await jose.importJWK({ kty: 'OKP', crv: 'Ed25519', x: input.second }, 'EdDSA')

const sdjwt = new SDJwtInstance({
  hasher: (data) => createHash('sha256').update(data).digest(),
  hashAlg: 'sha-256',
  // The library hands over signing input and signature; jose judges them.
  verifier: async (signed, signature) => {
    try {
      await jose.compactVerify(`${signed}.${signature}`, key)
      return true
    } catch {
      return false
    }
  },
})

async function attempt(read) {
  try {
    return { payload: await read() }
  } catch (error) {
    return { error: String(error) }
  }
}

function ownJSON(statement) {
  const [jwt, ...disclosures] = statement.split('~')
  const parts = [...jwt.split('.').slice(0, 2), ...disclosures.filter((d) => d !== '')]
  return parts.every((part) => {
    const json = Buffer.from(part, 'base64url').toString('utf8')
    try {
      return JSON.stringify(JSON.parse(json)) === json
    } catch {
      return false
    }
  })
}

// The content is the payload without the claims of its place.
async function second(statement) {
  const payload = JSON.parse(Buffer.from(statement.split('.')[1], 'base64url').toString('utf8'))
  const { prev, second, seen, serial, time, ...content } = payload
  const detached = Buffer.from(JSON.stringify(content)).toString('base64url')
  await jose.compactVerify(second.replace('..', `.${detached}.`), secondKey)
  return content
}

const results = []
for (const statement of input.statements) {
  results.push({
    sdjwt: await attempt(async () => (await sdjwt.verify(statement)).payload),
    jose: await attempt(async () => {
      const { payload } = await jose.compactVerify(statement.split('~')[0], key)
      return JSON.parse(new TextDecoder().decode(payload))
    }),
    second: await attempt(() => second(statement)),
    json: ownJSON(statement),
  })
}
console.log(JSON.stringify({ thumbprint: await jose.calculateJwkThumbprint(jwk), results }))
