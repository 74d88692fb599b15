import assert from "node:assert/strict"
import { test } from "node:test"

import { meeting } from "./world/meeting.js"

const MANY = Array.from({ length: 10 }, (_, place) => `c${place}`)

/** A meeting with a message in each of many conversations: an empty one is not shown. */
function busyMeeting() {
  const all = meeting({ conversations: MANY })
  for (const conversation of MANY) all.server["chat.send"]("bo", { conversation, client_id: conversation, body: "hello" })
  return all
}

test("all pages of a part are read, and only then the cursor is kept", async () => {
  const { clock, server, device } = busyMeeting()
  const phone = device("ana")
  let pages = 0
  server.before = (name) => {
    if (name === "sync.page" && (pages += 1) === 2) return "lost"
  }

  const tab = await phone.open()
  await clock.advance(200)
  const half = await phone.database.read(["notes"], ({ notes }) => notes.get("cursor"))
  await clock.advance(30_000)

  assert.equal(half, undefined)
  assert.equal(tab.messenger.inbox.list().length, MANY.length)
  assert.equal(tab.messenger.isComplete, true)
  const [first, second] = server.commands.filter(({ name }) => name === "sync")
  assert.deepEqual([first.fields.cursor, second.fields.cursor], [null, null])
})

test("a page that opens later asks only for what changed since", async () => {
  const { clock, server, device } = busyMeeting()
  const phone = device("ana")
  const first = await phone.open()
  await clock.advance(5_000)
  first.close()
  const bo = await device("bo").open()
  await clock.advance(1_000)
  await bo.messenger.send("c7", "are you there?")
  await clock.advance(1_000)
  server.commands.length = 0

  const second = await phone.open()
  assert.equal(second.messenger.inbox.list().length, MANY.length)
  await clock.advance(1_000)

  const [asked] = server.commands.filter(({ user, name }) => user === "ana" && name === "sync")
  assert.notEqual(asked.fields.cursor, null)
  assert.equal(second.messenger.inbox.list()[0].id, "c7")
  assert.equal(second.messenger.inbox.get("c7").last.body, "are you there?")
})

test("a conversation opens from this device without a line", async () => {
  const { clock, server, device } = meeting()
  const phone = device("ana")
  const first = await phone.open()
  const bo = await device("bo").open()
  await clock.advance(1_000)
  await bo.messenger.send("c1", "read me later")
  await clock.advance(5_000)
  first.close()
  server.isUp = false
  server.cutAll()

  const second = await phone.open()
  const timeline = second.messenger.timeline("c1")
  await clock.advance(1_000)

  assert.deepEqual(timeline.messages().map(({ body }) => body), ["read me later"])
})

test("what was received is told as delivered, what was seen as read", async () => {
  const { clock, server, device } = meeting()
  const ana = await device("ana").open()
  const bo = await device("bo").open()
  await clock.advance(1_000)
  await bo.messenger.send("c1", "one")
  await clock.advance(3_000)
  const side = server.conversations.get("c1").sides.get("ana")
  assert.deepEqual([side.delivered_seq, side.read_seq], [1, 0])

  ana.messenger.seen("c1", 1)
  await clock.advance(1_000)

  assert.deepEqual([side.delivered_seq, side.read_seq], [1, 1])
  assert.equal(bo.messenger.inbox.get("c1").members.find(({ user }) => user === "ana").read_seq, 1)
})

test("a mark that could not be told is told when there is a line again", async () => {
  const { clock, server, device } = meeting()
  await device("ana").open()
  const bo = await device("bo").open()
  await clock.advance(1_000)
  await bo.messenger.send("c1", "one")
  await clock.advance(500)
  server.isUp = false
  server.cutAll()
  await clock.advance(3_000)
  const side = server.conversations.get("c1").sides.get("ana")
  assert.equal(side.delivered_seq, 0)

  server.isUp = true
  await clock.advance(30_000)

  assert.equal(side.delivered_seq, 1)
})

test("a hint that is lost on a living line is made good within a minute", async () => {
  const { clock, server, device } = meeting()
  const phone = await device("ana").open()
  const desk = await device("ana").open()
  await clock.advance(1_000)
  const timeline = desk.messenger.timeline("c1")
  await clock.advance(1_000)
  server.network.hintsLost = 1

  await phone.messenger.send("c1", "from my phone")
  phone.messenger.seen("c1", 1)
  await clock.advance(1_000)
  assert.deepEqual(timeline.messages(), [])
  await clock.advance(61_000)

  assert.deepEqual(timeline.messages().map(({ body }) => body), ["from my phone"])
})

test("a restored instance is read afresh, and what was not sent yet is sent to it", async () => {
  const { clock, server, device, bodies } = meeting()
  const phone = device("ana")
  const tab = await phone.open()
  await clock.advance(1_000)
  const timeline = tab.messenger.timeline("c1")
  for (const body of ["one", "two", "three"]) await tab.messenger.send("c1", body)
  await clock.advance(2_000)
  assert.equal(timeline.messages().length, 3)
  server.isUp = false
  server.cutAll()
  await tab.messenger.send("c1", "four")

  server.restore("c1", 1)
  server.isUp = true
  await clock.advance(60_000)

  assert.deepEqual(bodies(), ["one", "four"])
  assert.deepEqual(timeline.messages().map(({ body }) => body), ["one", "four"])
  assert.equal(tab.messenger.inbox.get("c1").last.body, "four")
  assert.equal(tab.messenger.inbox.get("c1").last_seq, 2)
})

test("whoever was away for a thousand messages reads the newest page and not everything in between", async () => {
  const { clock, server, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(1_000)
  const timeline = tab.messenger.timeline("c1")
  await clock.advance(1_000)
  server.isUp = false
  server.cutAll()
  for (let number = 1; number <= 1_000; number++) server["chat.send"]("bo", { conversation: "c1", client_id: `b${number}`, body: `${number}` })
  server.commands.length = 0

  server.isUp = true
  await clock.advance(60_000)

  const asked = server.commands.filter(({ user, name }) => user === "ana" && ["chat.changes", "chat.history"].includes(name))
  assert.deepEqual(asked.map(({ name }) => name), ["chat.history"])
  assert.deepEqual(timeline.messages().map(({ seq }) => seq), Array.from({ length: 50 }, (_, place) => 951 + place))
  assert.equal(timeline.hasEarlier, true)
})

test("an edit that arrives while an earlier page is read is not undone by it", async () => {
  const { clock, server, device } = meeting()
  for (let number = 1; number <= 60; number++) server["chat.send"]("bo", { conversation: "c1", client_id: `b${number}`, body: `${number}` })
  const tab = await device("ana").open()
  await clock.advance(1_000)
  const timeline = tab.messenger.timeline("c1")
  await clock.advance(1_000)
  const stale = server["chat.history"]("ana", { conversation: "c1", before: timeline.low })
  server["chat.history"] = () => stale

  const paging = timeline.earlier()
  server["chat.edit"]("bo", { conversation: "c1", seq: 5, body: "five", edits: 0 })
  await clock.advance(1_000)
  await paging

  assert.equal(timeline.low, 1)
  assert.equal(timeline.get(5).body, "five")
})
