import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { parse, plain } from "#chat/formatting.js"

const EXAMPLES = JSON.parse(readFileSync(new URL("formatting.json", import.meta.url)))

for (const { text, blocks, plain: spoken } of EXAMPLES) {
  test(`formatting is found as the server finds it in: ${text}`, () => {
    assert.deepEqual(parse(text).map(short), blocks)
    assert.equal(plain(text), spoken)
  })
}

test("hostile text takes time in proportion to its length", () => {
  for (const part of ["*a ", "*_~", "\u0060", "\u0060\u0060\u0060 ", "> ", " *a* _b_", "\u0060\n", "https://a.b*_~"]) {
    const time = (times) => {
      const text = part.repeat(times)
      const began = performance.now()
      parse(text)
      return performance.now() - began
    }
    time(20_000)
    assert.ok(time(20_000) < 2_000, part)
  }
})

function short({ kind, lines }) {
  const lined = ({ runs, number }) => [...(number === undefined ? [] : [number]), ...runs.map(({ text, style }) => (style ? `${style}:${text}` : text))]
  return [kind, ...lines.map(lined)]
}
