import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { commitTo, isRight, split } from "#angpao/split.js"

const vectors = JSON.parse(readFileSync(new URL("./angpao_splits.json", import.meta.url)))

for (const vector of vectors) {
  test(`the browser repeats the ${vector.mode} split of ${vector.total} into ${vector.slots}`, async () => {
    assert.deepEqual(await split(vector), vector.amounts)
    assert.equal(await commitTo(vector.seed, vector.amounts), vector.commitment)
    assert.equal(await isRight(vector), true)
  })
}

test("amounts that were exchanged are noticed", async () => {
  const [first, second, ...others] = vectors[0].amounts

  assert.equal(await isRight({ ...vectors[0], amounts: [second, first, ...others] }), false)
})

test("amounts that were changed together with the seal are noticed", async () => {
  const [first, second, ...others] = vectors[0].amounts
  const amounts = [first + 1, second - 1, ...others]

  assert.equal(await isRight({ ...vectors[0], amounts, commitment: await commitTo(vectors[0].seed, amounts) }), false)
})

test("another seal is noticed", async () => {
  assert.equal(await isRight({ ...vectors[0], commitment: vectors[1].commitment }), false)
})
