import assert from "node:assert/strict"
import { test } from "node:test"

import { TusUpload } from "#lib/tus_upload.js"
import { refuse } from "./world/fake_server.js"
import { meeting } from "./world/meeting.js"

const picked = (...names) => names.map((name) => ({ id: name, name: `${name}.jpg`, width: 40, height: 30, blob: new Blob([`bytes of ${name}`]) }))
const said = (server) => server.conversations.get("c1").rows.map(({ body, extras }) => [body, extras?.attachment.photos.length ?? 0])

async function kept(tab) {
  return tab.messenger.outbox.photo("one")
}

test("photos picked without a line go out once, in order with the texts around them, also after a reload", async () => {
  const { clock, server, device } = meeting()
  server.isUp = false
  const phone = device("ana")
  const first = await phone.open()
  await first.messenger.send("c1", "before")
  await first.messenger.send("c1", "caption", null, picked("one", "two"))
  await first.messenger.send("c1", "after")
  await clock.advance(10_000)
  first.close()

  server.isUp = true
  const second = await phone.open()
  await clock.advance(60_000)

  assert.deepEqual(said(server), [["before", 0], ["caption", 2], ["after", 0]])
  assert.equal(await server.uploads.textOf("m1"), "bytes of one")
  assert.equal(await server.uploads.textOf("m2"), "bytes of two")
  assert.equal(server.uploads.held.size, 2)
  assert.deepEqual(second.outbox.all, [])
})

test("photos are no longer kept once they are sent", async () => {
  const { clock, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  const sending = tab.messenger.send("c1", "", null, picked("one"))
  assert.equal(await (await kept(tab)).text(), "bytes of one")
  await sending
  assert.equal(await (await kept(tab)).text(), "bytes of one")

  await clock.advance(10_000)

  assert.equal(await kept(tab), undefined)
})

test("an upload that was begun before a reload goes on from where the server stands", async () => {
  const { clock, server, device } = meeting()
  const phone = device("ana")
  const first = await phone.open()
  await clock.advance(100)
  TusUpload.PART_BYTES = 4
  await first.messenger.send("c1", "", null, picked("one"))
  await clock.advance(25)
  first.close()
  assert.equal(server.uploads.held.get("m1").offset, 4)

  await phone.open()
  await clock.advance(60_000)
  TusUpload.PART_BYTES = 1_048_576

  assert.equal(await server.uploads.textOf("m1"), "bytes of one")
  assert.deepEqual(server.uploads.asked.filter(({ method }) => method === "POST").length, 1)
  assert.deepEqual(said(server), [["", 1]])
})

test("a lost answer of a part is found out, and nothing is sent twice", async () => {
  const { clock, server, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  server.uploads.before = ({ method }) => {
    if (method !== "PATCH") return null
    server.uploads.before = () => {}
    return "lost"
  }

  await tab.messenger.send("c1", "", null, picked("one"))
  await clock.advance(60_000)

  assert.equal(await server.uploads.textOf("m1"), "bytes of one")
  assert.deepEqual(said(server), [["", 1]])
})

test("an upload that the server has forgotten is begun again", async () => {
  const { clock, server, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  server.uploads.before = ({ method }) => {
    if (method !== "PATCH") return null
    server.uploads.held.clear()
    server.uploads.before = () => {}
    return null
  }

  await tab.messenger.send("c1", "", null, picked("one"))
  await clock.advance(60_000)

  assert.deepEqual([...server.uploads.held.keys()], ["m2"])
  assert.deepEqual(said(server), [["", 1]])
})

test("while uploads do not get through, what is behind waits, and then all goes out in order", async () => {
  const { clock, server, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  server.uploads.isUp = false
  await tab.messenger.send("c1", "", null, picked("one"))
  await tab.messenger.send("c1", "after")
  await clock.advance(20_000)
  assert.deepEqual(said(server), [])
  assert.deepEqual(tab.outbox.of("c1").map(({ state }) => state), ["waiting", "waiting"])

  server.uploads.isUp = true
  await clock.advance(60_000)

  assert.deepEqual(said(server), [["", 1], ["after", 0]])
})

test("a server that is full or elsewhere is asked again", async () => {
  const { clock, server, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  const answers = [[507, "media.storage_full"], [409, "media.offset_conflict"], [429, "media.too_many_uploads"]]
  server.uploads.before = () => {
    const [status, code] = answers.shift() ?? []
    return status && { status, header: () => null, text: JSON.stringify({ code, message: "Not now.", params: {}, retry_after: null }) }
  }

  await tab.messenger.send("c1", "", null, picked("one"))
  await clock.advance(60_000)

  assert.deepEqual(said(server), [["", 1]])
})

test("a photo that the server refuses stays with its sentence, and those behind go on", async () => {
  const { clock, server, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  const body = JSON.stringify({ code: "media.quota_full", message: "Your space is full.", params: {}, retry_after: null })
  server.uploads.before = () => ({ status: 403, header: () => null, text: body })
  await tab.messenger.send("c1", "caption", null, picked("one"))
  await tab.messenger.send("c1", "after")
  await clock.advance(10_000)
  const [refused] = tab.outbox.all
  assert.deepEqual(refused.problem, { code: "media.quota_full", message: "Your space is full." })
  assert.deepEqual(said(server), [["after", 0]])

  server.uploads.before = () => {}
  await tab.messenger.retry(refused)
  await clock.advance(10_000)

  assert.deepEqual(said(server), [["after", 0], ["caption", 1]])
  assert.equal(await server.uploads.textOf("m1"), "bytes of one")
})

test("a photo that turns out to be none while it is made ready is refused", async () => {
  const { clock, server, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  server.uploads.afterwards = { state: "refused", code: "media.unreadable" }

  await tab.messenger.send("c1", "", null, picked("one"))
  await clock.advance(10_000)

  const [refused] = tab.outbox.all
  assert.equal(refused.problem.code, "media.unreadable")
  assert.deepEqual(said(server), [])

  server.uploads.afterwards = { state: "ready", code: null }
  await tab.messenger.retry(refused)
  await clock.advance(10_000)

  assert.deepEqual([...server.uploads.held.keys()], ["m1", "m2"])
  assert.deepEqual(said(server), [["", 1]])
})

test("a hint that was lost is made up for by asking", async () => {
  const { clock, server, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  server.uploads.changed = () => {}

  await tab.messenger.send("c1", "", null, picked("one"))
  await clock.advance(10_000)

  assert.deepEqual(said(server), [["", 1]])
})

test("a message is taken back while its photos are on their way, and what is behind it goes on", async () => {
  const { clock, server, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  server.uploads.afterwards = null
  await tab.messenger.send("c1", "", null, picked("one"))
  await tab.messenger.send("c1", "after")
  await clock.advance(5_000)
  const [entry] = tab.outbox.of("c1")

  assert.equal(await tab.outbox.discard("c1", entry.client_id), true)
  await clock.advance(5_000)

  assert.deepEqual(said(server), [["after", 0]])
  assert.equal(await kept(tab), undefined)
})

test("one photo of several is taken out while they are on their way; the others go on without being sent again", async () => {
  const { clock, server, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  server.uploads.before = ({ address }) => (server.uploads.held.has("m2") && !address.endsWith("m1") ? { status: 503, header: () => null, text: "" } : null)
  await tab.messenger.send("c1", "", null, picked("one", "two", "three"))
  await clock.advance(3_000)
  const [entry] = tab.outbox.of("c1")

  assert.equal(await tab.outbox.dropPhoto("c1", entry.client_id, "two"), true)
  server.uploads.before = () => {}
  await clock.advance(60_000)

  assert.deepEqual(said(server), [["", 2]])
  assert.equal(server.uploads.asked.filter(({ method, address }) => method === "PATCH" && address.endsWith("m1")).length, 1)
  assert.equal(tab.outbox.all.length, 0)
})

test("taking out the last photo takes the message back", async () => {
  const { server, device } = meeting()
  server.isUp = false
  const tab = await device("ana").open()
  await tab.messenger.send("c1", "caption", null, picked("one"))
  const [entry] = tab.outbox.of("c1")

  assert.equal(await tab.outbox.dropPhoto("c1", entry.client_id, "one"), true)

  assert.deepEqual(tab.outbox.all, [])
  assert.equal(await kept(tab), undefined)
})

test("the progress of each photo is told", async () => {
  const { clock, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  const told = []
  tab.outbox.onProgress.listen((_entry, id, fraction) => told.push([id, fraction]))

  await tab.messenger.send("c1", "", null, picked("one", "two"))
  await clock.advance(10_000)

  assert.deepEqual(told.filter(([, fraction]) => fraction === 0 || fraction === 1).map(([id]) => id), ["one", "one", "one", "two", "two", "two"])
})

test("a message whose photos this device has lost is refused, and blocks nothing", async () => {
  const { clock, server, device } = meeting()
  server.isUp = false
  const phone = device("ana")
  const tab = await phone.open()
  await tab.messenger.send("c1", "", null, picked("one"))
  await tab.messenger.send("c1", "after")
  await phone.database.write(["photos"], ({ photos }) => photos.delete("one"))

  server.isUp = true
  await clock.advance(60_000)

  assert.equal(tab.outbox.all[0].problem.code, "photo_gone")
  assert.deepEqual(said(server), [["after", 0]])
})

test("after another epoch the photos of what was not handed are asked for again", async () => {
  const { clock, server, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  const copy = server.backUp()
  let isRefused = true
  server.before = (name) => void (name === "chat.send" && isRefused && refuse("unavailable"))
  await tab.messenger.send("c1", "", null, picked("one"))
  await clock.advance(2_000)
  isRefused = false

  server.restore(copy)
  await clock.advance(120_000)

  assert.deepEqual(said(server), [["", 1]])
  assert.deepEqual(tab.outbox.all, [])
})

test("what waits is shown with its photos", async () => {
  const { Transcript } = await import("#chat/transcript.js")
  const entry = { client_id: "x", do: "chat.send", fields: { body: "" }, state: "waiting", written_at: 0, photos: [{ id: "one", name: "a", width: 4, height: 3 }] }
  const format = { day: () => "d", minute: () => "m" }
  const items = Transcript.compose({ rows: [], entries: [entry], answered: [], summary: { members: [] }, me: { id: "ana" }, format, isReady: true })

  assert.deepEqual(items.at(-1).row.extras, {
    attachment: { type: "photos", photos: [{ id: null, kept: "one", width: 4, height: 3, placeholder: null }] },
  })
})
