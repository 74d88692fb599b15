import assert from "node:assert/strict"
import { test } from "node:test"

import { meeting } from "./world/meeting.js"

/** A timeline of a conversation in which so much was said, with its newest page. */
async function longLog(messages) {
  const all = meeting()
  for (let number = 1; number <= messages; number++) all.server["chat.send"]("bo", { conversation: "c1", client_id: `b${number}`, body: `${number}` })
  const tab = await all.device("ana").open()
  await all.clock.advance(1_000)
  const timeline = tab.messenger.timeline("c1")
  await all.clock.advance(1_000)
  all.server.commands.length = 0
  const wait = async (promise) => {
    await all.clock.advance(1_000)
    return promise
  }
  return { ...all, tab, timeline, wait, seqs: (span) => timeline.messages(span).map(({ seq }) => seq) }
}

const upTo = (first, last) => Array.from({ length: last - first + 1 }, (_, place) => first + place)

test("a jump far back reads what is around, and nothing in between", async () => {
  const { server, timeline, wait, seqs } = await longLog(1_000)

  const span = await wait(timeline.jumpTo(50))

  assert.deepEqual(seqs(span), upTo(26, 75))
  assert.deepEqual(seqs(), upTo(951, 1_000))
  assert.deepEqual([span.hasEarlier, span.hasLater], [true, true])
  assert.equal(server.commands.filter(({ name }) => name === "chat.history").length, 2)
})

test("a jump to where something is held already reads nothing", async () => {
  const { server, timeline, wait } = await longLog(1_000)
  const island = await wait(timeline.jumpTo(50))
  server.commands.length = 0

  const spans = [await wait(timeline.jumpTo(60)), await wait(timeline.jumpTo(990)), await wait(timeline.jumpTo(30))]

  assert.deepEqual(spans, [island, timeline.newest, island])
  assert.deepEqual(server.commands, [])
})

test("a jump that is overtaken by another leaves the island of the other", async () => {
  const { timeline, wait, seqs } = await longLog(1_000)
  const first = timeline.jumpTo(50)

  const second = await wait(timeline.jumpTo(500))

  assert.equal(await first, null)
  assert.equal(timeline.island, second)
  assert.deepEqual(seqs(second), upTo(476, 525))
})

test("a jump without a line answers that there is no way, and keeps what is held", async () => {
  const { server, timeline, wait, seqs } = await longLog(1_000)
  server.isUp = false
  server.cutAll()

  assert.equal(await wait(timeline.jumpTo(50)), null)

  assert.equal(timeline.island, null)
  assert.deepEqual(seqs(), upTo(951, 1_000))
})

test("an island that grows to the newest becomes one with it, whatever came meanwhile", async () => {
  const { server, timeline, wait, seqs } = await longLog(300)
  const island = await wait(timeline.jumpTo(100))
  server["chat.send"]("bo", { conversation: "c1", client_id: "late", body: "late" })
  server["chat.edit"]("bo", { conversation: "c1", seq: 60, body: "changed", edits: 0 })
  assert.deepEqual(seqs(island), upTo(76, 125))

  for (let turn = 0; timeline.island && turn < 10; turn++) await wait(timeline.later())

  assert.equal(timeline.island, null)
  assert.deepEqual(seqs(), upTo(76, 301))
  while (timeline.hasEarlier) await wait(timeline.earlier())
  assert.deepEqual(timeline.messages(), server.conversations.get("c1").rows)
})

test("the newest part that grows down to an island becomes one with it", async () => {
  const { timeline, wait, seqs } = await longLog(300)
  await wait(timeline.jumpTo(100))

  for (let turn = 0; timeline.island && turn < 10; turn++) await wait(timeline.earlier())

  assert.deepEqual(seqs(), upTo(76, 300))
  assert.equal(timeline.hasEarlier, true)
})

test("a jump to what is nearly held keeps one part", async () => {
  const { timeline, wait, seqs } = await longLog(300)

  const span = await wait(timeline.jumpTo(200))

  assert.equal(span, timeline.newest)
  assert.deepEqual(seqs(), upTo(151, 300))
})

test("an island is as new as the log: an edit that comes while it is read is not undone", async () => {
  const { server, timeline, wait } = await longLog(1_000)
  const stale = server["chat.history"]("ana", { conversation: "c1", before: 51, limit: 25 })
  const read = server["chat.history"].bind(server)
  server["chat.history"] = (user, fields) => (fields.before === 51 ? stale : read(user, fields))

  const jump = timeline.jumpTo(50)
  server["chat.edit"]("bo", { conversation: "c1", seq: 40, body: "forty", edits: 0 })
  const island = await wait(jump)

  assert.equal(timeline.messages(island).find(({ seq }) => seq === 40).body, "forty")
})
