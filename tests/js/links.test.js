import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { pieces } from "#chat/links.js"

const EXAMPLES = JSON.parse(readFileSync(new URL("links.json", import.meta.url)))

for (const { text, links } of EXAMPLES) {
  test(`addresses are found, and nothing is lost of: ${text}`, () => {
    const found = pieces(text)

    assert.deepEqual(found.filter((one) => one.isLink).map((one) => one.text), links)
    assert.equal(found.map((one) => one.text).join(""), text)
  })
}
