import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"

import { sha256, solve } from "#lib/proof_of_work.js"

const SALT = "00112233445566778899aabb?expires=1900000000&for=0123456789abcdef0123456789abcdef&"
const hash = (text) => createHash("sha256").update(text).digest("hex")
const quickly = { now: () => performance.now(), pause: async () => {} }

test("the hash is SHA-256, for texts of every length around its blocks", () => {
  for (let length = 0; length <= 200; length++) {
    const text = "abcdefghij".repeat(20).slice(0, length)

    assert.equal(sha256(text), hash(text), `${length} characters`)
  }
})

test("the number of a challenge is found, the first and the last of them too", async () => {
  for (const salt of [SALT, SALT.slice(0, 20), SALT.repeat(3), "x".repeat(63), "x".repeat(64), ""]) {
    for (const number of [0, 7, 99, 100, 1_234, 5_000]) {
      const challenge = { challenge: hash(`${salt}${number}`), salt, maxnumber: 5_000 }

      assert.equal(await solve(challenge, quickly), number)
    }
  }
})

test("a challenge without a number ends with none", async () => {
  assert.equal(await solve({ challenge: hash("something else"), salt: SALT, maxnumber: 700 }, quickly), null)
})

test("the page breathes between slices and hears how far it is", async () => {
  let time = 0
  const heard = []
  let pauses = 0
  const world = { now: () => (time += 50), pause: async () => void pauses++, progress: (part) => heard.push(part) }

  await solve({ challenge: hash("something else"), salt: SALT, maxnumber: 2_000 }, world)

  assert.equal(pauses, heard.length)
  assert.ok(pauses >= 4)
  assert.deepEqual(heard, [...heard].sort((one, other) => one - other))
  assert.equal(heard.at(-1), 1)
})
