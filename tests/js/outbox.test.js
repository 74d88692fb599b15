import assert from "node:assert/strict"
import { test } from "node:test"

import { refuse } from "./world/fake_server.js"
import { meeting } from "./world/meeting.js"

test("what is written without a line waits, and goes out in order when there is one", async () => {
  const { clock, server, device, bodies } = meeting()
  server.isUp = false
  const tab = await device("ana").open()
  for (const body of ["one", "two", "three"]) await tab.messenger.send("c1", body)
  await clock.advance(10_000)
  assert.deepEqual(tab.outbox.of("c1").map(({ state }) => state), ["waiting", "waiting", "waiting"])

  server.isUp = true
  await clock.advance(60_000)

  assert.deepEqual(bodies(), ["one", "two", "three"])
  assert.deepEqual(tab.outbox.all, [])
})

test("a lost answer leaves the message uncertain, and the retry posts nothing again", async () => {
  const { clock, server, device, bodies, sends } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  server.before = (name) => {
    if (name !== "chat.send") return
    server.before = () => {}
    server.isUp = false
    return "lost"
  }

  await tab.messenger.send("c1", "one")
  await tab.messenger.send("c1", "two")
  await clock.advance(1_000)
  assert.deepEqual(tab.outbox.of("c1").map(({ state }) => state), ["handed", "waiting"])
  server.isUp = true
  await clock.advance(60_000)

  assert.deepEqual(sends(), ["one", "one", "two"])
  assert.deepEqual(bodies(), ["one", "two"])
})

test("a page that ends before the answer is followed by one that asks again", async () => {
  const { clock, server, device, bodies } = meeting()
  const phone = device("ana")
  const first = await phone.open()
  await clock.advance(100)
  server.network.delay_ms = 5_000
  await first.messenger.send("c1", "one")
  await first.messenger.send("c1", "two")
  await clock.advance(10)

  first.close()
  server.network.delay_ms = 0
  const second = await phone.open()
  assert.deepEqual(second.outbox.of("c1").map(({ state }) => state), ["handed", "waiting"])
  await clock.advance(60_000)

  assert.deepEqual(bodies(), ["one", "two"])
  assert.deepEqual(second.outbox.all, [])
})

test("two tabs send one after the other, in the order of writing", async () => {
  const { clock, server, device, bodies } = meeting()
  const desk = device("ana")
  const tabs = [await desk.open(), await desk.open()]
  await clock.advance(100)
  server.network.delay_ms = 300

  const said = Array.from({ length: 10 }, (_, place) => `${place}`)
  for (const [place, body] of said.entries()) await tabs[place % 2].messenger.send("c1", body)
  await clock.advance(60_000)

  assert.deepEqual(bodies(), said)
  assert.equal(server.commands.filter(({ name }) => name === "chat.send").length, said.length)
})

test("a tab that is closed while it sends leaves the rest to the other", async () => {
  const { clock, server, device, bodies } = meeting()
  const desk = device("ana")
  const [one, other] = [await desk.open(), await desk.open()]
  await clock.advance(100)
  server.network.delay_ms = 2_000
  for (const body of ["one", "two", "three"]) await one.messenger.send("c1", body)
  await clock.advance(50)

  one.close()
  await clock.advance(60_000)

  assert.deepEqual(bodies(), ["one", "two", "three"])
  assert.deepEqual(other.outbox.all, [])
})

test("at any time one command of a conversation is unanswered; conversations do not wait for each other", async () => {
  const { clock, server, device } = meeting({ conversations: ["c1", "c2"] })
  const tab = await device("ana").open()
  await clock.advance(100)
  server.network.delay_ms = 4_000

  for (const body of ["one", "two"]) for (const id of ["c1", "c2"]) await tab.messenger.send(id, body)
  await clock.advance(1)

  const sent = server.commands.filter(({ name }) => name === "chat.send").map(({ fields }) => `${fields.conversation} ${fields.body}`)
  assert.deepEqual(sent, ["c1 one", "c2 one"])
})

test("a final refusal stays with its sentence, and those behind it go on", async () => {
  const { clock, server, device, bodies } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  server.before = (name, { body }) => void (name === "chat.send" && body === "two" && refuse("chat.not_accepted"))

  for (const body of ["one", "two", "three"]) await tab.messenger.send("c1", body)
  await clock.advance(1_000)

  assert.deepEqual(bodies(), ["one", "three"])
  const [refused] = tab.outbox.all
  assert.equal(refused.state, "refused")
  assert.deepEqual(refused.problem, { code: "chat.not_accepted", message: "Refused: chat.not_accepted." })
})

test("what waits behind a refused message goes on without another reason", async () => {
  const { clock, server, device, bodies } = meeting()
  server.isUp = false
  const tab = await device("ana").open()
  for (const body of ["one", "two"]) await tab.messenger.send("c1", body)
  server.before = (name, { body }) => void (name === "chat.send" && body === "one" && refuse("chat.not_accepted"))

  server.isUp = true
  await clock.advance(10_000)

  assert.deepEqual(bodies(), ["two"])
})

test("a refused message is tried again as a new one, and leaves when it is thrown away", async () => {
  const { clock, server, device, bodies } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  server.before = (name) => void (name === "chat.send" && refuse("chat.not_accepted"))
  await tab.messenger.send("c1", "one")
  await tab.messenger.send("c1", "two")
  await clock.advance(1_000)
  server.before = () => {}
  const [one, two] = tab.outbox.all

  await tab.messenger.retry(one)
  assert.equal(await tab.outbox.discard("c1", two.client_id), true)
  await clock.advance(1_000)

  assert.deepEqual(bodies(), ["one"])
  assert.notEqual(server.conversations.get("c1").rows[0].client_id, one.client_id)
  assert.deepEqual(tab.outbox.all, [])
})

test("an answer that decides nothing is asked again after the time it named", async () => {
  const { clock, server, device, bodies, sends } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  let refusals = 1
  server.before = (name) => void (name === "chat.send" && refusals-- > 0 && refuse("rate_limited", 5))

  await tab.messenger.send("c1", "one")
  await clock.advance(4_900)
  assert.deepEqual(sends(), ["one"])
  await clock.advance(200)

  assert.deepEqual(bodies(), ["one"])
})

test("only what no socket has had can be changed or taken back here", async () => {
  const { clock, server, device, bodies } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  server.network.delay_ms = 60_000
  await tab.messenger.send("c1", "handed")
  await tab.messenger.send("c1", "waits")
  await clock.advance(10)
  const [handed, waits] = tab.outbox.of("c1")

  assert.equal(await tab.outbox.discard("c1", handed.client_id), false)
  assert.equal(await tab.messenger.rewrite("c1", handed.client_id, "changed"), false)
  assert.equal(await tab.messenger.rewrite("c1", waits.client_id, "waits, changed"), true)
  server.network.delay_ms = 0
  await clock.advance(120_000)

  assert.deepEqual(bodies(), ["handed", "waits, changed"])
})

test("several edits made offline are one, the last", async () => {
  const { clock, server, device } = meeting()
  const tab = await device("ana").open()
  await clock.advance(100)
  await tab.messenger.send("c1", "first")
  await clock.advance(1_000)
  server.isUp = false
  server.cutAll()
  const row = server.conversations.get("c1").rows[0]

  await tab.messenger.edit("c1", row, "second")
  await tab.messenger.edit("c1", row, "third")
  server.isUp = true
  await clock.advance(60_000)

  assert.equal(row.body, "third")
  assert.equal(row.edits, 1)
  assert.deepEqual(tab.outbox.all, [])
})

test("a device that can keep nothing more does not take a message over", async () => {
  const { device } = meeting()
  const phone = device("ana")
  const tab = await phone.open()
  phone.database.write = () => Promise.reject(new Error("the disk is full"))

  await assert.rejects(tab.messenger.send("c1", "one"), /the disk is full/)

  assert.deepEqual(tab.outbox.of("c1"), [])
})
