import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { parse } from "#chat/formatting.js"
import { findMentions, isMentioned, markMentions, mentionedNames, nameBeingTyped } from "#chat/mentions.js"

const CASES = JSON.parse(readFileSync(new URL("mentions.json", import.meta.url)))
const PEOPLE = [
  { id: "1", name: "Ana" },
  { id: "2", name: "Ana Wulan" },
  { id: "3", name: "" },
]

for (const { text, names, marked } of CASES) {
  test(`mentions in: ${text}`, () => {
    const runs = markMentions(parse(text), names).flatMap(({ lines }) => lines.flatMap(({ runs }) => runs))

    assert.deepEqual(runs.filter(({ style }) => style.includes("m")).map((run) => run.text), marked)
    assert.equal(runs.map((run) => run.text).join(""), parse(text).flatMap(({ lines }) => lines.flatMap(({ runs }) => runs)).map((run) => run.text).join(""))
  })
}

test("whom a text mentions is found by name, and everybody only by who may", () => {
  assert.deepEqual(findMentions("halo @Ana Wulan dan @Ana Wulan", PEOPLE), { mentions: ["2"] })
  assert.deepEqual(findMentions("@Ana dan @semua", PEOPLE), { mentions: ["1"] })
  assert.deepEqual(findMentions("@Ana dan @semua", PEOPLE, { mayAll: true }), { mentions: ["1"], mentions_all: true })
  assert.deepEqual(findMentions("halo Ana", PEOPLE, { mayAll: true }), {})
  assert.deepEqual(findMentions("@siapa", []), {})
})

test("a name is being typed between its @ and the caret", () => {
  assert.equal(nameBeingTyped("halo @An", 8), "An")
  assert.equal(nameBeingTyped("@", 1), "")
  assert.equal(nameBeingTyped("(@Ana Wu", 8), "Ana Wu")
  assert.equal(nameBeingTyped("ana@x", 5), null)
  assert.equal(nameBeingTyped("halo", 4), null)
})

test("a message is for me by my id or for all", () => {
  assert.equal(isMentioned({ extras: { mentions: ["all"] } }, "me"), true)
  assert.equal(isMentioned({ extras: { mentions: ["me"] } }, "me"), true)
  assert.equal(isMentioned({ extras: { mentions: ["other"] } }, "me"), false)
  assert.equal(isMentioned({ extras: null }, "me"), false)
  assert.deepEqual(mentionedNames({ extras: { mentions: ["all", "1", "9"] } }, (id) => ({ 1: "Ana" })[id]), ["semua", "all", "Ana"])
})
