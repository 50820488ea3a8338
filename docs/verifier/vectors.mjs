#!/usr/bin/env node
// usage: node vectors.mjs FOLDER
//
// Judges every vector in the folder, and says where it comes to another verdict
// than the vectors say. Exit status: 0 all alike, 1 some differ, 2 no vectors.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { base64, base64url, fromBase64, fromBase64url, Refusal, Unreadable } from './bytes.mjs'
import { parseKey, thumbprint } from './keys.mjs'
import { openCheckpoint, openReceipt } from './note.mjs'
import * as statement from './statement.mjs'
import { checkConsistency, checkInclusion, leafHash, parseEntry } from './tree.mjs'
import { verifyFile } from './verify.mjs'
import { replayRecord } from './record.mjs'

const key = (text) => fromBase64url(text)
const hashes = (list) => list.map((h) => fromBase64(h, '', ''))
const head = (h) => ({ size: BigInt(h.size), root: fromBase64(h.root, '', '') })

// judges has, for each file of vectors, what gives the output or throws.
const judges = {
  keys: ({ key }) => ({ thumbprint: thumbprint(parseKey(key)) }),
  requests: (request) => { statement.checkRequest(request) },
  statements({ text, key: by, second }) {
    const s = statement.parse(text)
    statement.verify(s, key(by))
    if (second) statement.verifySecond(s, key(second))
    return { hash: base64url(s.hash), id: s.claims.id, withheld: s.withheld }
  },
  redactions({ text, key: by, withhold }) {
    const s = statement.parse(statement.redact(statement.parse(text), withhold))
    statement.verify(s, key(by))
    return { text: s.text, withheld: s.withheld }
  },
  tokens: ({ token, key: by, mechanism, now }) => { statement.readToken(token, { key: key(by), mechanism, now }) },
  entries: ({ entry }) => ({ leaf: base64(leafHash(entry)), time: parseEntry(entry).time }),
  inclusion: (v) => checkInclusion(hashes(v.proof), BigInt(v.index), BigInt(v.size), ...hashes([v.leaf, v.root])),
  consistency: (v) => checkConsistency(head(v.old), head(v.new), hashes(v.proof)),
  checkpoints({ checkpoint, key, witnesses }) {
    const h = openCheckpoint(checkpoint, key, witnesses)
    return { origin: h.origin, size: Number(h.size), root: base64(h.root), cosigned: h.cosigned.map((c) => ({ name: c.name, algorithm: c.algorithm, time: c.time })) }
  },
  receipts: ({ receipt, key, hash }) => ({ index: openReceipt(receipt, key, fromBase64url(hash)).index }),
  refusals({ record, index, time, statement: text }, folder) {
    const replay = replayRecord(readFileSync(join(folder, record), 'utf8')).replay
    replay.times.set(index, Date.parse(time))
    replay.decide(statement.parse(text), index)
  },
  files: (v) => { verifyFile(v.bytes, v.charter) },
  misbehaviour: (v) => verifyFile(v.bytes, v.charter),
}

// fileOf puts a changed file together: [from, to] are lines of the file, texts
// are lines.
function fileOf(folder, { file, parts }) {
  const bytes = readFileSync(join(folder, file))
  if (!parts) return bytes
  const lines = bytes.toString('utf8').split(/(?<=\n)/)
  return Buffer.from(parts.flatMap((p) => typeof p[0] === 'number' ? lines.slice(...p) : p).join(''), 'utf8')
}

function run(folder) {
  let [count, wrong, unjudged] = [0, 0, 0]
  for (const name of readdirSync(folder).filter((f) => f.endsWith('.json')).sort()) {
    const file = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    const judge = judges[name.replace('.json', '')]
    for (const v of file.cases ?? []) {
      if (!judge || v.needs === 'rules') {
        unjudged++
        continue
      }
      count++
      const got = outcome(judge, folder, v.input.file ? { bytes: fileOf(folder, v.input), charter: v.input.charter && readFileSync(join(folder, v.input.charter), 'utf8') } : v.input)
      const want = { verdict: v.verdict, reason: v.reason, accused: v.accused, output: v.output }
      const differs = Object.keys(want).some((k) => want[k] !== undefined && !isDeepStrictEqual(want[k], got[k]))
      if (!differs) continue
      wrong++
      console.log(`${name}: ${v.name}\n  want ${JSON.stringify(want)}\n  got  ${JSON.stringify(got)}`)
    }
  }
  if (count === 0) {
    console.error(`no vectors in ${folder}`)
    return 2
  }
  console.log(`${count} vectors judged, ${wrong} differently; ${unjudged} need parley's rules and are not judged here`)
  return wrong === 0 ? 0 : 1
}

function outcome(judge, folder, input) {
  const file = input.bytes !== undefined
  try {
    const output = judge(input, folder)
    if (judge !== judges.misbehaviour) return { verdict: file ? 'proven' : 'accept', output }
    return { verdict: output.proven ? 'proven' : 'shown', output: { accused: output.accused.join(', ') } }
  } catch (e) {
    if (e instanceof Refusal) return { verdict: file ? 'refuted' : 'refuse', reason: e.reason, accused: file ? e.accused : undefined, sentence: e.message }
    if (e instanceof Unreadable) return { verdict: 'unchecked', sentence: e.message }
    throw e
  }
}

process.exitCode = run(process.argv[2] ?? '../vectors')
