import assert from "node:assert/strict"
import { test } from "node:test"

import { Format } from "#lib/format.js"
import { Uuid7 } from "#lib/uuid7.js"
import { Inbox } from "#chat/inbox.js"
import { Summary } from "#chat/summary.js"
import { FakeClock } from "./world/fake_clock.js"

test("ids grow, even within a millisecond and when the clock is set back", () => {
  const times = [1_000, 1_000, 1_000, 999, 5, 1_001]
  const uuid7 = new Uuid7({ now: () => times.shift() ?? 1_001, fill: (bytes) => bytes.fill(0xff) })

  const ids = Array.from({ length: 5_000 }, () => uuid7.next())

  assert.deepEqual([...ids].sort(), ids)
  assert.equal(new Set(ids).size, ids.length)
  assert.match(ids[0], /^00000000-03e8-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test("a time in a list says as much as is needed", () => {
  const format = new Format({ locale: "id-ID", timeZone: "Asia/Jakarta" })
  const now = Date.parse("2027-03-03T05:00:00Z")
  const brief = (at) => format.brief(Date.parse(at), now, { yesterday: "Kemarin" })

  assert.equal(brief("2027-03-03T01:05:00Z"), "08.05")
  assert.equal(brief("2027-03-02T01:00:00Z"), "Kemarin")
  assert.equal(brief("2027-02-28T01:00:00Z"), "Minggu")
  assert.equal(brief("2027-01-03T01:00:00Z"), "3/1/27")
})

test("two reports of a conversation become one, whichever came first", () => {
  const base = { id: "c1", from_seq: 1, until_seq: null, title: null, people: [] }
  const older = { ...base, rev: 4, last_seq: 4, counted: 4, last: { seq: 4, rev: 4 }, members: [{ user: "bo", read_seq: 4, delivered_seq: 4 }], mine: { rev: 9 } }
  const newer = { ...base, rev: 6, last_seq: 5, counted: 5, last: { seq: 5, rev: 5 }, members: [{ user: "bo", read_seq: 3, delivered_seq: 5 }], mine: { rev: 8 } }

  const merged = Summary.merge(older, newer)

  assert.deepEqual(merged, Summary.merge(newer, older))
  assert.deepEqual([merged.rev, merged.last_seq, merged.counted, merged.last.seq, merged.mine.rev], [6, 5, 5, 5, 9])
  assert.deepEqual(merged.members, [{ user: "bo", read_seq: 4, delivered_seq: 5 }])
})

function inbox() {
  const one = new Inbox({ me: { id: "ana" }, clock: new FakeClock() })
  const add = (id, hour, { unread = 0, ...more } = {}, mine = {}) =>
    one.takeSummaries([
      {
        id, kind: "direct", title: null, rev: 1, last_seq: 3, counted: unread, from_seq: 1, until_seq: null,
        last: { seq: 3, rev: 1, sent_at: `2027-03-01T0${hour}:00:00Z` }, members: [{ user: "ana" }, { user: id }],
        people: [{ id, name: `Person ${id}`, handle: null, avatar: null }],
        mine: { rev: 1, read_counted: 0, own_since: 0, muted_until: null, pinned: false, hidden_seq: 0, draft: "", archived: false, ...mine }, ...more,
      },
    ])
  return { one, add }
}

test("conversations stand with the pinned first, then the newest; hidden and left ones do not stand at all", () => {
  const { one, add } = inbox()
  add("a", 1)
  add("b", 2)
  add("c", 0, {}, { pinned: true })
  add("d", 3, {}, { hidden_seq: 3 })
  add("e", 3, { until_seq: 3 })

  assert.deepEqual(one.list().map(({ id }) => id), ["c", "b", "a"])
  assert.deepEqual(one.list("person D").map(({ id }) => id), ["d"])
})

test("pinned conversations keep the order that their person gave them, whoever writes", () => {
  const { one, add } = inbox()
  add("a", 5, {}, { pinned: true, pin_order: 1 })
  add("b", 1, {}, { pinned: true, pin_order: 3 })
  add("c", 3, {}, { pinned: true, pin_order: 2 })
  add("d", 7)

  assert.deepEqual(one.list().map(({ id }) => id), ["b", "c", "a", "d"])

  one.takeMembership({ ...one.get("a").mine, conversation: "a", until_seq: null, rev: 2, pin_order: 9 })

  assert.deepEqual(one.list().map(({ id }) => id), ["a", "b", "c", "d"])
})

test("a search finds names without their accents and whatever their case", () => {
  const { one, add } = inbox()
  add("a", 1, { kind: "group", title: "Café Ünal" })
  add("b", 1, { kind: "group", title: "cafe" })

  assert.deepEqual(["cafe", "CAFÉ", "unal", "ﬁ"].map((query) => one.list(query).map(({ id }) => id).sort()), [["a", "b"], ["a", "b"], ["a"], []])
})

test("a list says how far a message of mine came, and nothing of events and deleted messages", () => {
  const row = (more) => ({ from: "ana", kind: "text", recalled_at: null, ...more })

  assert.deepEqual(
    [row(), row({ from: "bo" }), row({ kind: "event" }), row({ kind: "card" }), row({ recalled_at: "2027-03-01T01:00:00Z" }), null].map((one) => Summary.hasState(one, "ana")),
    [true, false, false, true, false, false],
  )
})

test("notes to myself are pictured by a sign", () => {
  const { one, add } = inbox()
  add("a", 1, { kind: "self", members: [{ user: "ana" }], people: [] })

  assert.equal(one.looksOf(one.get("a")).icon, "notebook-pen")
})

test("what is archived stands in a list of its own whoever writes, and what is hidden too stands where that stands", () => {
  const { one, add } = inbox()
  add("a", 1)
  add("b", 2, { unread: 3 }, { archived: true })
  add("c", 3, {}, { archived: true, hidden_seq: 3 })
  add("d", 4, { unread: 1 }, { archived: true, muted_until: "2099-01-01T00:00:00Z" })
  add("e", 0, { last_seq: 0, last: null }, { archived: true })
  const at = (place, query = "") => one.list(query, { place }).map(({ id }) => id)

  assert.deepEqual([at("main"), at("archived"), at("hidden")], [["a"], ["d", "b"], ["c"]])
  assert.deepEqual([at("main", "person b"), at("archived", "person b"), at("archived", "person a")], [["b"], ["b"], []])
  assert.deepEqual([one.badge, one.unreadAt("archived")], [0, 1])
})

test("what was marked as unread counts and has no number", () => {
  const { one, add } = inbox()
  add("a", 1, {}, { marked_unread: true })
  add("b", 1, {}, { marked_unread: true, muted_until: "2099-01-01T00:00:00Z" })
  add("c", 1, {}, { marked_unread: false })

  assert.equal(one.badge, 1)
  assert.deepEqual(["a", "c"].map((id) => [Summary.isUnread(one.get(id)), Summary.unread(one.get(id))]), [[true, 0], [false, 0]])
})

test("the badge counts conversations with something unread that are neither muted nor hidden", () => {
  const { one, add } = inbox()
  add("a", 1, { unread: 5 })
  add("b", 1, { unread: 2 }, { muted_until: "2099-01-01T00:00:00Z" })
  add("c", 1, { unread: 2 }, { muted_until: "2020-01-01T00:00:00Z" })
  add("d", 1, { unread: 2 }, { hidden_seq: 3 })
  add("e", 1)

  assert.equal(one.badge, 2)
})
