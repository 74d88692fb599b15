import assert from "node:assert/strict"
import { test } from "node:test"

import { BadgeWatch } from "#lib/badge_watch.js"
import { Bell } from "#lib/bell.js"
import { Refused } from "#lib/refused.js"
import { FakeClock, settle } from "./world/fake_clock.js"

/** A server that counts, and a line to it. */
function world({ state = "ready" } = {}) {
  const server = { counts: { chat: 1 }, asked: 0, fails: 0 }
  const line = {
    state,
    onReady: new Bell(),
    onHint: new Bell(),
    async ask() {
      server.asked += 1
      await settle()
      if (server.fails-- > 0) throw new Refused({ code: "unavailable", message: "", params: {}, retry_after: null })
      return { counts: server.counts }
    },
  }
  const clock = new FakeClock()
  const taken = []
  new BadgeWatch({ line, clock, take: (counts) => taken.push(counts) })
  return { server, line, clock, taken }
}

test("counts are asked for at every new line, and at once where there is one already", async () => {
  const { line, clock, taken } = world({ state: "connecting" })
  await clock.advance(10_000)
  assert.deepEqual(taken, [])

  line.state = "ready"
  line.onReady.ring({})
  await clock.advance(0)
  await settle()
  assert.deepEqual(taken, [{ chat: 1 }])

  const other = world()
  await other.clock.advance(0)
  await settle()
  assert.deepEqual(other.taken, [{ chat: 1 }])
})

test("many hints in a moment are one question, and what moves no count is none", async () => {
  const { server, line, clock } = world()
  await clock.advance(1_000)
  const before = server.asked

  line.onHint.ring({ on: "chat:1", say: "typing" })
  line.onHint.ring({ on: "people", say: "profile.changed" })
  await clock.advance(1_000)
  assert.equal(server.asked, before)

  for (const hint of [{ on: "chat:1", rev: 2 }, { on: "me", rev: 3 }, { on: "badges" }, { on: "bus" }]) line.onHint.ring(hint)
  await clock.advance(1_000)
  assert.equal(server.asked, before + 1)
})

test("what moves while the answer is under way is asked for once more", async () => {
  const { server, line, clock, taken } = world()
  server.counts = { chat: 2 }
  line.onReady.ring({})
  await clock.advance(1_000)
  await settle()

  assert.equal(server.asked, 2)
  assert.deepEqual(taken.at(-1), { chat: 2 })
})

test("a server that has no time is asked again later", async () => {
  const { server, line, clock, taken } = world()
  await clock.advance(1_000)
  server.fails = 1
  server.counts = { chat: 7 }
  line.onHint.ring({ on: "badges" })
  await clock.advance(1_000)
  assert.deepEqual(taken.at(-1), { chat: 1 })

  await clock.advance(BadgeWatch.AGAIN_MS + 1_000)

  assert.deepEqual(taken.at(-1), { chat: 7 })
})
