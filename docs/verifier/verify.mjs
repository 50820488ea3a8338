#!/usr/bin/env node
// usage: node verify.mjs [-charter FILE] FILE
//
// Verifies a record, a bundle or a proof of misbehaviour, without parley and
// without any server. Exit status: 0 it is proven, 1 it is refuted, 2 it could
// not be checked.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { base64url, decodeText, Refusal, refuse, Unreadable } from './bytes.mjs'
import { openCharter } from './charter.mjs'
import { judge } from './misbehaviour.mjs'
import { verifyBundle, verifyRecord } from './record.mjs'

// verifyFile judges the bytes of a file. charter is the text of one that its
// reader trusts; without one, whose channel it is stays open.
export function verifyFile(bytes, charter) {
  let text
  try {
    text = decodeText(bytes, '', 'the file')
  } catch {
    throw new Unreadable('the file is not UTF-8')
  }
  if (text.startsWith('{\n "misbehaviour":')) return judge(text, charter)
  const result = text.startsWith('{"record":') ? verifyRecord(text) : verifyBundle(text)
  if (charter && !result.editions.includes(base64url(openCharter(charter).hash))) refuse('charter.other', 'it is of another charter than the one that was given')
  return result
}

function main(args) {
  const at = args.indexOf('-charter')
  const charter = at < 0 ? undefined : readFileSync(args.splice(at, 2)[1], 'utf8')
  if (args.length !== 1) {
    console.error('usage: node verify.mjs [-charter FILE] FILE')
    return 2
  }
  try {
    const result = verifyFile(readFileSync(args[0]), charter)
    console.log(`${result.proven === false ? 'shown, not proven' : 'proven'}: ${JSON.stringify(result)}`)
    console.log('not judged: formats, fields, the gate, deadlines and matters; parley verify replays those')
    return result.proven === false ? 1 : 0
  } catch (e) {
    if (e instanceof Refusal) {
      console.log(`refuted (${e.reason}; ${e.accused}): ${e.message}`)
      return 1
    }
    console.error(`could not be checked: ${e instanceof Unreadable ? e.message : e.stack}`)
    return 2
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = main(process.argv.slice(2))
