import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { isAsked, showCard } from "#chat/card_view.js"
import { Bell } from "#lib/bell.js"
import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"
import { suggestedHandle } from "#shop/suggested_handle.js"
import { countVariants } from "#shop/variant_count.js"
import { Watch } from "#shop/watch.js"

const HANDLES = JSON.parse(readFileSync(new URL("handles.json", import.meta.url)))

function world({ rev = 1, answer = async () => ({ rev: 1 }) } = {}) {
  const asked = []
  const moved = []
  const line = {
    state: "ready",
    onReady: new Bell(),
    onHint: new Bell(),
    async ask(name, fields) {
      asked.push([name, fields.topic])
      return answer()
    },
  }
  const watch = new Watch({ line, topic: "order:1", rev, moved: (reached) => moved.push(reached) })
  return { line, watch, asked, moved }
}

test("the address of a shop is suggested as the server would make it", () => {
  assert.deepEqual(HANDLES.map(([name]) => suggestedHandle(name, 30)), HANDLES.map(([, handle]) => handle))
})

test("choices make as many variants as there are combinations of them", () => {
  assert.equal(countVariants(["Merah, Biru", "S\nM, L ,", ""]), 6)
  assert.equal(countVariants(["", " , ", ""]), 1)
  assert.equal(countVariants(["Merah", "", "S,M"]), 2)
})

test("a new line asks how far the order is, and what is shown already is not read again", async () => {
  const { line, asked, moved } = world()

  line.onReady.ring({})
  await new Promise(setImmediate)

  assert.deepEqual(asked, [["watch", "order:1"]])
  assert.deepEqual(moved, [])
})

test("a hint of another rev is a move, once; one of another order is nothing", () => {
  const { line, moved } = world()

  for (const hint of [{ on: "order:1", rev: 2 }, { on: "order:1", rev: 2 }, { on: "order:1", rev: 1 }, { on: "order:9", rev: 7 }]) line.onHint.ring(hint)

  assert.deepEqual(moved, [2])
})

test("a move whose hint got lost is found by the next look", async () => {
  const { watch, moved } = world({ answer: async () => ({ rev: 4 }) })

  await watch.look()

  assert.deepEqual(moved, [4])
})

test("a look that is not answered waits for the next, and a mistake of ours is none of these", async () => {
  for (const failure of [new Unanswered({ wasHanded: true }), new Refused({ code: "unavailable", message: "" })]) {
    const { watch, moved } = world({ answer: async () => { throw failure } })
    await watch.look()
    assert.deepEqual(moved, [])
  }
  const { watch } = world({ answer: async () => { throw new TypeError("ours") } })
  await assert.rejects(watch.look(), TypeError)
})

test("without a line nothing is asked", async () => {
  const { line, watch, asked } = world()
  line.state = "waiting"

  await watch.look()

  assert.deepEqual(asked, [])
})

test("a card that is none empties its place", () => {
  const box = { hidden: false, replaceChildren: () => {} }

  showCard(box, null)

  assert.equal(box.hidden, true)
})

test("a card waits for those it names, or for all who have not done their part", () => {
  const me = "01a227d8-0123-735c-9058-9116721281fe"

  assert.equal(isAsked({}, me), true)
  assert.equal(isAsked({ done_by: "9058aaaaaaaa" }, me), true)
  assert.equal(isAsked({ done_by: "9058aaaaaaaa 9116721281fe" }, me), false)
  assert.equal(isAsked({ asks: "" }, me), false)
  assert.equal(isAsked({ asks: "9116721281fe" }, me), true)
})
