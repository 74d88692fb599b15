import assert from "node:assert/strict"
import { test } from "node:test"

import { Bell } from "#lib/bell.js"
import { Refused } from "#lib/refused.js"
import { NoticeWatch } from "#notifications/notice_watch.js"
import { FakeClock, settle } from "./world/fake_clock.js"

const posted = (fields = {}, on = "chat:1") => ({ on, rev: 2, say: "message.posted", row: { seq: 1, from: "bo", event: null, ...fields } })

function world() {
  const server = { notice: { subject: "chat:1", number: 1, title: "Bo" }, asked: [], fails: false }
  const line = {
    onHint: new Bell(),
    async ask(name, { subject }) {
      server.asked.push(subject)
      await settle()
      if (server.fails) throw new Refused({ code: "unavailable", message: "", params: {}, retry_after: null })
      return { notice: server.notice }
    },
  }
  const clock = new FakeClock()
  const page = { open: null }
  const taken = []
  new NoticeWatch({ line, clock, me: "ana", isOpen: (subject) => page.open === subject, take: (notice) => taken.push(notice) })
  return { server, line, clock, page, taken }
}

test("a message of somebody else is told of in the words of the server", async () => {
  const { server, line, clock, taken } = world()

  line.onHint.ring(posted())
  await clock.advance(1_000)
  await settle()

  assert.deepEqual(server.asked, ["chat:1"])
  assert.deepEqual(taken, [server.notice])
})

test("one's own messages, what is looked at, changes and who joined are not told of", async () => {
  const { server, line, clock, page } = world()

  line.onHint.ring(posted({ from: "ana" }))
  line.onHint.ring({ ...posted(), say: "message.changed" })
  line.onHint.ring(posted({ event: { name: "member_joined" } }))
  line.onHint.ring({ on: "me", rev: 3, say: "membership.changed", row: {} })
  line.onHint.ring({ on: "badges", say: "badges.moved" })
  page.open = "chat:1"
  line.onHint.ring(posted())
  await clock.advance(10_000)

  assert.deepEqual(server.asked, [])
})

test("what a shop did with an order is told of", async () => {
  const { server, line, clock } = world()

  line.onHint.ring(posted({ event: { name: "shop.shipped" } }))
  await clock.advance(1_000)

  assert.deepEqual(server.asked, ["chat:1"])
})

test("many messages of a moment are one question, and a busy conversation is asked about now and then", async () => {
  const { server, line, clock } = world()

  for (let count = 0; count < 50; count += 1) line.onHint.ring(posted({ seq: count }))
  line.onHint.ring(posted({}, "chat:2"))
  await clock.advance(500)
  assert.deepEqual(server.asked, ["chat:1", "chat:2"])

  line.onHint.ring(posted({ seq: 51 }))
  await clock.advance(1_000)
  assert.equal(server.asked.length, 2)
  await clock.advance(NoticeWatch.AGAIN_MS)
  assert.equal(server.asked.length, 3)
})

test("what was muted, read elsewhere or opened meanwhile is not shown, and a refusal is no fault", async () => {
  const { server, line, clock, page, taken } = world()
  server.notice = null
  line.onHint.ring(posted())
  await clock.advance(5_000)
  server.notice = { title: "Bo" }
  line.onHint.ring(posted())
  page.open = "chat:1"
  await clock.advance(5_000)
  page.open = null
  server.fails = true
  line.onHint.ring(posted())
  await clock.advance(5_000)
  await settle()

  assert.deepEqual(taken, [])
})

test("what comes after a mention in a muted group is not told of, what comes with it is told once", async () => {
  const { server, line, clock, taken } = world()
  server.notice.number = 7

  line.onHint.ring(posted({ seq: 7 }))
  line.onHint.ring(posted({ seq: 8 }))
  await clock.advance(10_000)
  await settle()
  assert.equal(taken.length, 1)
  line.onHint.ring(posted({ seq: 9 }))
  await clock.advance(10_000)
  await settle()

  assert.deepEqual(server.asked, ["chat:1", "chat:1"])
  assert.equal(taken.length, 1)
})
