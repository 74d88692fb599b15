import assert from "node:assert/strict"
import { test } from "node:test"

import { Store } from "#lib/store.js"
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

test("opening ends that a conversation was marked as unread, also after it was read, and looking on does not", async () => {
  const { clock, server, device } = busyMeeting()
  const tab = await device("ana").open()
  await clock.advance(5_000)
  const { messenger } = tab
  messenger.seen("c0", 1, { isOpening: true })
  await clock.advance(1_000)
  messenger.keep("c0", { marked_unread: true })
  await clock.advance(1_000)

  messenger.seen("c0", 1)
  await clock.advance(1_000)
  const before = messenger.inbox.get("c0").mine.marked_unread
  messenger.seen("c0", 1, { isOpening: true })
  await clock.advance(1_000)

  assert.deepEqual([before, messenger.inbox.get("c0").mine.marked_unread], [true, false])
  assert.equal(server.commands.filter(({ name }) => name === "chat.read").length, 2)
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
  await tab.messenger.send("c1", "one")
  await clock.advance(1_000)
  const copy = server.backUp()
  for (const body of ["two", "three"]) await tab.messenger.send("c1", body)
  await clock.advance(2_000)
  assert.equal(timeline.messages().length, 3)
  server.isUp = false
  server.cutAll()
  await tab.messenger.send("c1", "four")

  server.restore(copy)
  server.isUp = true
  await clock.advance(60_000)

  assert.deepEqual(bodies(), ["one", "four"])
  assert.deepEqual(timeline.messages().map(({ body }) => body), ["one", "four"])
  assert.equal(tab.messenger.inbox.get("c1").last.body, "four")
  assert.equal(tab.messenger.inbox.get("c1").last_seq, 2)
})

/** Ana's phone knows five messages of each conversation; then only those of the copy are there, and Bo writes on, further than she was. */
async function overtaken() {
  const all = meeting({ conversations: ["c1", "c2"] })
  const { clock, server, device } = all
  const say = (conversation, ...bodies) => bodies.forEach((body) => server["chat.send"]("bo", { conversation, client_id: `${conversation} ${body} ${server.epoch}`, body }))
  say("c1", "a", "b")
  say("c2", "a")
  const copy = server.backUp()
  say("c1", "lost 1", "lost 2", "lost 3")
  say("c2", "lost 4")
  const phone = device("ana")
  const tab = await phone.open()
  tab.messenger.timeline("c1")
  tab.messenger.timeline("c2")
  await clock.advance(3_000)
  const restore = () => {
    server.restore(copy)
    say("c1", "new 1", "new 2", "new 3", "new 4", "new 5", "new 6")
  }
  const shown = (one, conversation) => one.messenger.timeline(conversation).messages().map(({ body }) => body)
  return { ...all, phone, tab, restore, shown }
}

const NOW_THERE = ["a", "b", "new 1", "new 2", "new 3", "new 4", "new 5", "new 6"]

test("a restored instance that is ahead of this device again hides nothing, and what it lost goes", async () => {
  const { clock, tab, restore, shown } = await overtaken()
  assert.deepEqual(shown(tab, "c1"), ["a", "b", "lost 1", "lost 2", "lost 3"])

  restore()
  await clock.advance(60_000)

  assert.deepEqual(shown(tab, "c1"), NOW_THERE)
  assert.deepEqual(shown(tab, "c2"), ["a"])
  assert.equal(tab.messenger.inbox.get("c2").last.body, "a")
  assert.equal(tab.messenger.isComplete, true)
})

test("a page that was closed meanwhile reads a restored instance afresh", async () => {
  const { clock, phone, tab, restore, shown } = await overtaken()
  tab.close()
  restore()

  const again = await phone.open()
  await clock.advance(10_000)

  assert.deepEqual(shown(again, "c1"), NOW_THERE)
  assert.deepEqual(shown(again, "c2"), ["a"])
})

test("a line that outlived the epoch finds out by sync", async () => {
  const { clock, server, tab, restore, shown } = await overtaken()
  server.cutAll = () => {}

  restore()
  await clock.advance(61_000)

  assert.deepEqual(shown(tab, "c1"), NOW_THERE)
})

test("what one tab still keeps of a lost life does not come back in another", async () => {
  const { clock, server, phone, tab, restore, shown } = await overtaken()
  const [socket] = server.sockets
  const other = await phone.open()
  await clock.advance(3_000)
  const cutAll = server.cutAll
  server.cutAll = () => server.sockets.filter((one) => one !== socket).forEach((one) => server.cut(one))
  restore()
  server.cutAll = cutAll
  await clock.advance(10_000)

  // The first tab's line outlived the restore. It has not asked yet, and keeps on keeping what it holds.
  assert.equal(tab.messenger.inbox.get("c2").last.body, "lost 4")
  await tab.messenger.takeSummaries([{ ...tab.messenger.inbox.get("c2"), rev: 99 }])
  tab.close()
  other.close()
  const again = await phone.open()
  await clock.advance(10_000)

  assert.equal(again.messenger.inbox.get("c2").last.body, "a")
  assert.deepEqual(shown(again, "c1"), NOW_THERE)
})

test("of what waits for another epoch the words go out, and nothing that names a message by its number", async () => {
  const { clock, server, tab, restore } = await overtaken()
  server.isUp = false
  server.cutAll()
  const lost = tab.messenger.timeline("c1").get(4)
  await tab.messenger.send("c1", "an answer", lost.seq)
  await tab.messenger.react("c1", lost.seq, "👍")
  await tab.messenger.recall("c1", lost.seq)
  server.commands.length = 0

  restore()
  server.isUp = true
  await clock.advance(60_000)

  const row = server.conversations.get("c1").rows.at(-1)
  assert.deepEqual([row.body, row.reply_to], ["an answer", null])
  assert.deepEqual(server.commands.filter(({ name }) => ["chat.react", "chat.recall"].includes(name)), [])
  assert.deepEqual(tab.outbox.all, [])
})

test("a message whose answer was lost with the old life is there once, whether the copy has it or not", async () => {
  for (const isInCopy of [true, false]) {
    const { clock, server, device, bodies } = meeting()
    const tab = await device("ana").open()
    const timeline = tab.messenger.timeline("c1")
    await clock.advance(1_000)
    let copy = server.backUp()
    server.before = (name) => name === "chat.send" && "lost"
    await tab.messenger.send("c1", "once")
    await clock.advance(5)
    assert.deepEqual(bodies(), ["once"])
    if (isInCopy) copy = server.backUp()

    server.before = () => {}
    server.restore(copy)
    await clock.advance(60_000)

    assert.deepEqual(bodies(), ["once"])
    assert.deepEqual(timeline.messages().map(({ body }) => body), ["once"])
  }
})

test("what was received and read is told to the restored instance again", async () => {
  const { clock, server, tab, restore } = await overtaken()
  tab.messenger.seen("c1", 5)
  await clock.advance(2_000)

  restore()
  await clock.advance(60_000)
  tab.messenger.seen("c1", 4)
  await clock.advance(2_000)

  const { delivered_seq, read_seq } = server.conversations.get("c1").sides.get("ana")
  assert.deepEqual([delivered_seq, read_seq], [8, 4])
})

test("a page without chat learns of another epoch, too, before it sends what waits", async () => {
  const { server, phone, tab } = await overtaken()
  const store = new Store(phone.database)
  const known = await store.learn(server.epoch)

  const [isNews, isNewsAgain] = [await store.learn(server.epoch + 1), await store.learn(server.epoch + 1)]

  assert.deepEqual([known, isNews, isNewsAgain], [false, true, false])
  const { notes, summaries } = await store.load()
  assert.deepEqual([notes, summaries], [{ epoch: server.epoch + 1 }, []])
  tab.close()
})

test("who reads here is still known after a restore, as is what was begun to be written", async () => {
  const { clock, phone, tab, restore } = await overtaken()
  await phone.database.write(["notes"], ({ notes }) => notes.put({ name: "boot", value: { me: { id: "ana" } } }))
  tab.messenger.drafts.write("c1", "I was about to")

  restore()
  await clock.advance(60_000)

  const { notes } = await new Store(phone.database).load()
  assert.deepEqual(notes.boot, { me: { id: "ana" } })
  assert.equal(tab.messenger.drafts.of("c1"), "I was about to")
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
