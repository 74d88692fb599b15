import assert from "node:assert/strict"
import { test } from "node:test"

import { chance } from "./world/chance.js"
import { Device } from "./world/device.js"
import { FakeClock } from "./world/fake_clock.js"
import { FakeServer, refuse } from "./world/fake_server.js"

const SEEDS = Number(process.env.SEEDS ?? 150)
const STEPS = 60
const CONVERSATIONS = ["c1", "c2", "c3", "c4", "c5"]

/** A world of two people with two devices, one of them with two tabs, on a network that loses, doubles, crosses and breaks. */
async function world(seed) {
  const random = chance(seed)
  const clock = new FakeClock()
  const server = new FakeServer({ clock, random })
  for (const id of CONVERSATIONS) server.addConversation(id, ["ana", "bo"])
  server.network = { hintsLost: 0.2, hintsDoubled: 0.1, delay_ms: 700 }
  server.before = (name) => {
    if (name === "ping") return
    if (random.happens(0.03)) refuse("unavailable")
    if (random.happens(0.02)) refuse("rate_limited", 2)
    if (random.happens(0.04)) return "lost"
  }
  const devices = ["ana", "bo"].map((user) => new Device({ user, server, clock, random }))
  const tabs = []
  for (const device of [devices[0], devices[0], devices[1]]) tabs.push({ device, tab: await device.open() })
  return { random, clock, server, tabs, said: new Map() }
}

const steps = {
  async send({ random, tabs, said }) {
    const { device, tab } = random.pick(tabs)
    const conversation = random.pick(CONVERSATIONS)
    const key = `${device.user} ${conversation}`
    const body = `${said.get(key)?.length ?? 0}`
    said.set(key, [...(said.get(key) ?? []), body])
    await tab.messenger.send(conversation, body)
  },
  look({ random, tabs }) {
    random.pick(tabs).tab.messenger.timeline(random.pick(CONVERSATIONS))
  },
  change({ random, tabs }) {
    const { device, tab } = random.pick(tabs)
    const conversation = random.pick(CONVERSATIONS)
    const row = tab.messenger.timeline(conversation).messages().at(-1 - random.below(3))
    if (!row) return
    const mine = row.from === device.user && !row.recalled_at
    const what = random.below(mine ? 3 : 1)
    if (what === 0) return tab.messenger.react(conversation, row.seq, random.pick(["👍", "❤️", null]))
    if (what === 1) return tab.messenger.edit(conversation, row, `${row.body}'`)
    return random.happens(0.3) && tab.messenger.recall(conversation, row.seq)
  },
  read({ random, tabs }) {
    const { tab } = random.pick(tabs)
    const timeline = tab.messenger.timeline(random.pick(CONVERSATIONS))
    if (timeline.high > 0) tab.messenger.seen(timeline.conversation, timeline.high)
  },
  older({ random, tabs }) {
    return void random.pick(tabs).tab.messenger.timeline(random.pick(CONVERSATIONS)).earlier({ limit: 2 })
  },
  jump({ random, tabs }) {
    const timeline = random.pick(tabs).tab.messenger.timeline(random.pick(CONVERSATIONS))
    if (timeline.high > 0) timeline.jumpTo(1 + random.below(timeline.high))
  },
  around({ random, tabs }) {
    const timeline = random.pick(tabs).tab.messenger.timeline(random.pick(CONVERSATIONS))
    const span = timeline.island ?? timeline.newest
    if (random.happens(0.5)) timeline.earlier({ limit: 1, span })
    else timeline.later({ limit: 1 })
  },
  pin({ random, tabs }) {
    const { tab } = random.pick(tabs)
    tab.messenger.keep(random.pick(CONVERSATIONS), { pinned: random.happens(0.5) })
  },
  breakLine({ random, server }) {
    const socket = random.pick(server.sockets)
    if (socket) server.cut(socket)
  },
  outage({ random, server, clock }) {
    server.isUp = false
    server.cutAll()
    clock.after(random.below(5_000), () => (server.isUp = true))
  },
  async reload({ random, tabs }) {
    const place = random.below(tabs.length)
    const { device, tab } = tabs[place]
    tab.close()
    tabs[place] = { device, tab: await device.open() }
  },
}
const PLAN = ["send", "send", "send", "send", "look", "look", "change", "change", "read", "older", "jump", "around", "around", "pin", "breakLine", "outage", "reload"]

async function live(seed) {
  const all = await world(seed)
  for (let step = 0; step < STEPS; step++) {
    await steps[all.random.pick(PLAN)](all)
    await all.clock.advance(all.random.below(1_500))
  }
  all.server.network = { hintsLost: 0, hintsDoubled: 0, delay_ms: 50 }
  all.server.before = () => {}
  await all.clock.advance(240_000)
  return all
}

function assertEqualToServer({ tabs, server }) {
  for (const { device, tab } of tabs) {
    assert.equal(tab.line.state, "ready")
    for (const conversation of server.conversations.values()) {
      const fresh = server.summary(device.user, conversation)
      assert.deepEqual(tab.messenger.inbox.get(conversation.id), fresh)
      const timeline = tab.messenger.timeline(conversation.id)
      if (!timeline.isLoaded) continue
      assert.equal(timeline.rev, conversation.rev)
      assert.deepEqual(timeline.messages(), conversation.rows.filter((row) => row.seq >= timeline.low))
      const { island } = timeline
      if (island) assert.deepEqual(timeline.messages(island), conversation.rows.filter((row) => row.seq >= island.low && row.seq <= island.high))
    }
  }
}

function assertSaidOnceInOrder({ server, said, tabs }) {
  for (const [key, bodies] of said) {
    const [user, id] = key.split(" ")
    const ids = server.conversations.get(id).rows.filter((row) => row.from === user)
    const sent = ids.map((row) => (row.recalled_at ? null : Number.parseInt(row.body)))
    assert.equal(sent.length, bodies.length)
    sent.forEach((body, place) => assert.ok(body === null || body === place))
  }
  for (const { tab } of tabs) assert.deepEqual(tab.outbox.all.filter((entry) => entry.state !== "refused"), [])
}

test(`clients that lived through ${SEEDS} bad days equal the server, and everything was said once, in order`, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      const all = await live(seed)
      assertEqualToServer(all)
      assertSaidOnceInOrder(all)
    } catch (failure) {
      failure.message = `seed ${seed}: ${failure.message}`
      throw failure
    }
  }
})

test("the days are bad indeed: hints were lost, lines broke, answers got lost", async () => {
  const { server, tabs } = await live(1)

  const sends = server.commands.filter(({ name }) => name === "chat.send")
  const posted = [...server.conversations.values()].reduce((sum, { rows }) => sum + rows.length, 0)
  assert.ok(sends.length > posted)
  assert.ok(server.commands.some(({ name }) => name === "chat.changes"))
  assert.ok(server.commands.filter(({ name }) => name === "sync").length > 3 * tabs.length)
})
