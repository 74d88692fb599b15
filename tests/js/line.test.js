import assert from "node:assert/strict"
import { test } from "node:test"

import { Line } from "#lib/line.js"
import { FakeClock, settle } from "./world/fake_clock.js"

function line({ random = () => 0.5 } = {}) {
  const clock = new FakeClock()
  const sockets = []
  const connect = () => {
    const socket = { sent: [], isClosed: false, onmessage: null, onclose: null }
    socket.send = (text) => socket.sent.push(JSON.parse(text))
    socket.close = () => (socket.isClosed = true)
    socket.say = (frame) => socket.onmessage({ data: JSON.stringify(frame) })
    socket.end = (code) => socket.onclose({ code })
    sockets.push(socket)
    return socket
  }
  const one = new Line({ connect, person: "ana", clock, random })
  const ready = () => sockets.at(-1).say({ ready: { user: "ana", epoch: 1, me: 0, now: "2027-03-01T02:00:00Z" } })
  return { one, clock, sockets, ready }
}

test("a command is answered by its own number, whatever the order", async () => {
  const { one, sockets, ready } = line()
  one.start()
  ready()

  const [first, second] = [one.ask("a"), one.ask("b")]
  sockets[0].say({ id: 2, ok: "for b" })
  sockets[0].say({ id: 1, err: { code: "x.no", message: "No.", params: {}, retry_after: null } })

  assert.equal(await second, "for b")
  await assert.rejects(first, { code: "x.no", message: "No.", isFinal: true })
})

test("a line that breaks leaves every command unanswered, and says whether it was handed over", async () => {
  const { one, sockets, ready } = line()
  await assert.rejects(one.ask("too soon"), { wasHanded: false })
  one.start()
  ready()

  const asked = one.ask("a")
  sockets[0].end(1006)

  await assert.rejects(asked, { wasHanded: true })
  assert.equal(one.state, "waiting")
})

test("attempts come later and later, up to half a minute, and each is moved by chance", async () => {
  const { one, clock, sockets } = line({ random: () => 0 })
  one.start()

  const waits = []
  for (let attempt = 0; attempt < 9; attempt++) {
    const failed_at = clock.now()
    const before = sockets.length
    sockets.at(-1).end(1006)
    while (sockets.length === before) await clock.advance(10)
    waits.push(clock.now() - failed_at)
  }

  assert.deepEqual(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000])
})

test("waking tries at once", () => {
  const { one, sockets } = line()
  one.start()
  sockets[0].end(1006)

  one.wake()

  assert.equal(sockets.length, 2)
})

test("closing codes decide what comes next", async () => {
  for (const [code, state, reason] of [[4400, "ended", "fault"], [4401, "ended", "logged_out"], [4429, "ended", "crowded"]]) {
    const { one, clock, sockets, ready } = line()
    one.start()
    ready()
    sockets[0].end(code)
    one.wake()
    await clock.advance(120_000)
    assert.deepEqual([one.state, one.reason, sockets.length], [state, reason, 1])
  }
  const { one, sockets, ready } = line()
  one.start()
  ready()
  sockets[0].end(4408)
  assert.equal(sockets.length, 2)
})

test("a socket that was closed for a flood comes back after a while", async () => {
  const { one, clock, sockets, ready } = line()
  one.start()
  ready()
  sockets[0].end(4430)
  assert.deepEqual([one.state, sockets.length], ["waiting", 1])

  await clock.advance(1_000)

  assert.equal(sockets.length, 2)
})

test("a thousand hints at once are acknowledged by few frames, far from a flood", async () => {
  const { one, sockets, ready } = line()
  one.start()
  ready()

  for (let rev = 1; rev <= 1_000; rev += 1) sockets[0].say({ on: "me", rev, say: "x", row: {} })

  assert.equal(sockets[0].sent.length, 50)
})

test("a window too many goes on when somebody uses it", () => {
  const { one, sockets, ready } = line()
  one.start()
  ready()
  sockets[0].end(4429)

  one.wake()
  assert.equal(sockets.length, 1)
  one.use()

  assert.equal(sockets.length, 2)
})

test("a server that stops is left after the time it named, and a part of the jitter", async () => {
  const { one, clock, sockets, ready } = line()
  one.start()
  ready()

  sockets[0].say({ drain: { in_ms: 1_500, jitter_ms: 8_000 } })
  sockets[0].end(4503)
  await clock.advance(5_499)
  assert.equal(sockets.length, 1)
  await clock.advance(1)

  assert.equal(sockets.length, 2)
})

test("hints are acknowledged by count: after twenty, or a second", async () => {
  const { one, clock, sockets, ready } = line()
  one.start()
  ready()
  const hint = { on: "me", rev: 1, say: "x", row: {} }

  for (let count = 0; count < 21; count++) sockets[0].say(hint)
  assert.deepEqual(sockets[0].sent, [{ ack: 20 }])
  await clock.advance(1_000)

  assert.deepEqual(sockets[0].sent, [{ ack: 20 }, { ack: 21 }])
})

test("hints in an answer are heard before it, and nobody acknowledges them", async () => {
  const { one, clock, sockets, ready } = line()
  const heard = []
  one.onHint.listen(({ rev }) => heard.push(rev))
  one.start()
  ready()

  const asked = one.ask("chat.send").then(({ seq }) => heard.push(`answer ${seq}`))
  sockets[0].say({ id: 1, ok: { seq: 3, hints: [{ on: "me", rev: 7 }, { on: "chat:c", rev: 9 }] } })
  await asked
  await clock.advance(1_000)

  assert.deepEqual(heard, [7, 9, "answer 3"])
  assert.deepEqual(sockets[0].sent, [{ id: 1, do: "chat.send" }])
})

test("hints in an answer for which nobody waits any more are heard", async () => {
  const { one, clock, sockets, ready } = line()
  const heard = []
  one.onHint.listen(({ rev }) => heard.push(rev))
  one.start()
  ready()

  const asked = one.ask("chat.send", {}, { timeout_ms: 1_000 })
  sockets[0].say({ on: "me", rev: 1 })
  const late = assert.rejects(asked, { wasHanded: true })
  await clock.advance(500)
  sockets[0].say({ on: "me", rev: 2 })
  await clock.advance(500)
  await late
  sockets[0].say({ id: 1, ok: { hints: [{ on: "me", rev: 3 }] } })

  assert.deepEqual(heard, [1, 2, 3])
})

test("a silent line is asked after a minute, and left when it does not answer", async () => {
  const { one, clock, sockets, ready } = line()
  one.start()
  ready()

  await clock.advance(60_000)
  assert.equal(sockets[0].sent.at(-1).do, "ping")
  await clock.advance(10_000)

  assert.equal(sockets[0].isClosed, true)
  assert.equal(one.state, "waiting")
})

test("a frame that would be too large is not sent", async () => {
  const { one, sockets, ready } = line()
  one.start()
  ready()

  await assert.rejects(one.ask("chat.send", { body: "ä".repeat(33_000) }), { code: "frame_too_large", isFinal: true })

  assert.deepEqual(sockets[0].sent, [])
})

test("more commands than the server lets wait are handed over as answers come", async () => {
  const { one, sockets, ready } = line()
  one.start()
  ready()

  const asked = Array.from({ length: 50 }, () => one.ask("a"))
  assert.equal(sockets[0].sent.length, Line.COMMANDS_MAX)
  sockets[0].say({ id: 1, ok: {} })
  await settle()
  assert.equal(sockets[0].sent.length, Line.COMMANDS_MAX + 1)
  sockets[0].end(1006)

  const outcomes = (await Promise.allSettled(asked)).map(({ reason }) => reason?.wasHanded)
  assert.deepEqual([outcomes[0], outcomes[1], outcomes[48], outcomes[49]], [undefined, true, true, false])
})

test("a socket that never says ready is given up", async () => {
  const { one, clock, sockets } = line()
  one.start()

  await clock.advance(15_000)

  assert.equal(sockets[0].isClosed, true)
  assert.equal(one.state, "waiting")
})

test("a line says nothing to the session of somebody else", async () => {
  const { one, clock, sockets } = line()
  one.start()
  sockets[0].say({ ready: { user: "bo", epoch: 1, me: 0, now: "2027-03-01T02:00:00Z" } })

  assert.deepEqual([one.state, one.reason, sockets[0].isClosed], ["ended", "logged_out", true])
  await assert.rejects(one.ask("a"), { wasHanded: false })
  await clock.advance(120_000)
  assert.equal(sockets.length, 1)
})

test("another epoch is told before the line is ready in it, and only then", () => {
  const { one, sockets, ready } = line()
  const heard = []
  one.onEpoch.listen(() => heard.push("epoch"))
  one.onReady.listen(({ epoch }) => heard.push(epoch))
  one.start()
  ready()
  sockets.at(-1).end(4408)
  ready()
  sockets.at(-1).end(4408)

  sockets.at(-1).say({ ready: { user: "ana", epoch: 2, me: 0, now: "2027-03-01T02:00:00Z" } })

  assert.deepEqual(heard, [1, 1, "epoch", 2])
})

test("a line that is parted from does not come back", async () => {
  const { one, clock, sockets, ready } = line()
  one.start()
  ready()

  one.end()

  one.wake()
  one.lose()
  await clock.advance(120_000)
  assert.deepEqual([one.state, sockets[0].isClosed, sockets.length], ["ended", true, 1])
})

test("whoever leans on a line that is ready already is told so, with the time of now, and no second socket is opened", async () => {
  const { one, clock, sockets, ready } = line()
  one.start()
  ready()
  await clock.advance(5_000)
  const told = []
  one.onReady.listen(({ user, now }) => told.push([user, now]))

  one.start()

  assert.deepEqual(told, [["ana", "2027-03-01T02:00:05.000Z"]])
  assert.equal(sockets.length, 1)
})

test("a line that is started twice before it is ready opens one socket", () => {
  const { one, sockets } = line()

  one.start()
  one.start()

  assert.equal(sockets.length, 1)
})

test("whoever waits for a line goes on as soon as there is one, and gives up after the time they gave", async () => {
  const { one, clock, ready } = line()
  one.start()
  const soon = one.whenReady(1_000)
  const never = line()
  never.one.start()
  const late = never.one.whenReady(1_000)

  ready()
  await never.clock.advance(1_000)

  assert.deepEqual([await soon, await one.whenReady(0), await late], [true, true, false])
  assert.equal(clock.now(), new FakeClock().now())
})
