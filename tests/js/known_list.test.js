import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { KnownList } from "#lib/known_list.js"
import { MemoryDatabase } from "#lib/memory_database.js"
import { Refused } from "#lib/refused.js"
import { Store } from "#lib/store.js"
import { Unanswered } from "#lib/unanswered.js"
import { FakeClock } from "./world/fake_clock.js"

const CASES = JSON.parse(readFileSync(new URL("known.json", import.meta.url)))

const list = (ids, as_of = "2027-03-01T05:00:00.000Z", fields = {}) => ({
  known: true, complete: true, as_of, source: "live", expected_count: ids.length, items: ids.map((id) => ({ id })), parts: {}, ...fields,
})

function world({ read, store = new Store(new MemoryDatabase(Store.TABLES)) }) {
  const shown = []
  const clock = new FakeClock()
  const show = (state, envelope) => shown.push([state, envelope?.items.map(({ id }) => id).join("") ?? null, envelope?.source])
  return { shown, clock, store, known: new KnownList({ name: "purchases", store, read, clock, show }) }
}

const silence = async () => {
  throw new Unanswered({ wasHanded: false })
}
const fault = async () => {
  throw new Refused({ code: "shop.orders_unavailable", message: "" })
}

for (const [name, state, envelope] of CASES) {
  test(`${name}: ${state}`, () => assert.equal(KnownList.stateOf(envelope), state))
}

test("what the page brought is shown at once, and kept", async () => {
  const { known, shown, store } = world({ read: silence })

  await known.open(list(["a", "b"]))

  assert.deepEqual(shown, [["list", "ab", "live"]])
  assert.equal((await store.list("purchases")).envelope.items.length, 2)
})

test("without a line there is what was kept, of when it was kept, and never none", async () => {
  const { store } = world({ read: silence })
  await store.keepList("purchases", list(["a"]))
  const { known, shown } = world({ read: silence, store })

  await known.open(null)

  assert.equal(shown[0][0], "loading")
  assert.deepEqual(shown.at(-1), ["stale", "a", "device"])
  assert.ok(shown.every(([state]) => state !== "empty"))
})

test("that it was empty once proves nothing without a line", async () => {
  const { store } = world({ read: silence })
  await store.keepList("purchases", list([]))
  const { known, shown } = world({ read: silence, store })

  await known.open(null)

  assert.deepEqual(shown.map(([state]) => state).filter((state) => state === "empty"), [])
  assert.equal(shown.at(-1)[0], "unknown")
})

test("a device that kept nothing says that nothing is known", async () => {
  const { known, shown } = world({ read: fault })

  await known.open(null)

  assert.equal(shown.at(-1)[0], "unknown")
})

test("rows that the counter says are there and are not leave the last ones in place", async () => {
  const answers = [list(["a"], "2027-03-01T05:00:00.000Z"), list([], "2027-03-01T05:01:00.000Z", { expected_count: 1 })]
  const { known, shown } = world({ read: async () => answers.shift() })

  await known.open(answers.shift())
  await known.refresh()

  assert.deepEqual(shown, [["list", "a", "live"], ["stale", "a", "device"]])
})

test("a list that fails is asked for again, and becomes true", async () => {
  let isDown = true
  const { known, shown, clock } = world({ read: async () => (isDown ? fault() : list(["a", "b"], "2027-03-01T06:00:00.000Z")) })
  await known.open(list(["a"]))

  await known.refresh()
  isDown = false
  await clock.advance(KnownList.AGAIN_MS)

  assert.deepEqual(shown.map(([state, ids]) => `${state} ${ids}`), ["list a", "stale a", "list ab"])
})

test("a mistake of ours is not taken for a broken line", async () => {
  const { known } = world({ read: async () => { throw new TypeError("ours") } })

  await assert.rejects(known.refresh(), TypeError)
})

test("of two tabs the one that is behind does not undo what the other kept", async () => {
  const { store } = world({ read: silence })
  await store.keepList("purchases", list(["a", "b"], "2027-03-01T06:00:00.000Z"))

  await store.keepList("purchases", list(["a"], "2027-03-01T05:00:00.000Z"))

  assert.equal((await store.list("purchases")).envelope.items.length, 2)
})

test("receipts are kept once, the newest first, and outlive what the server told", async () => {
  const { store } = world({ read: silence })
  for (const [text, at] of [["one", "2027-03-01"], ["two", "2027-03-02"], ["one", "2027-03-01"]]) await store.keepReceipt({ text, at })

  await store.forgetKnown()

  assert.deepEqual((await store.receipts()).map(({ text }) => text), ["two", "one"])
})

test("what is kept in memory alone is not called lasting", () => {
  assert.equal(world({ read: silence }).store.isLasting, false)
})
