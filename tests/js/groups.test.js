import assert from "node:assert/strict"
import { test } from "node:test"

import { Inbox } from "#chat/inbox.js"
import { Summary } from "#chat/summary.js"
import { WordsOf } from "#chat/words_of.js"
import { FakeClock } from "./world/fake_clock.js"

const GROUP = { rev: 3, title: "Arisan", member_count: 2, only_admins_write: false }

function member(user, fields = {}) {
  return { user, role: "member", read_seq: 0, delivered_seq: 0, silenced: false, ...fields }
}

function summaryOf(fields = {}) {
  const mine = { rev: 1, read_counted: 0, own_since: 0, hidden_seq: 0, muted_until: null }
  const base = { id: "g", kind: "group", title: "Lama", rev: 4, last_seq: 4, counted: 4, from_seq: 1, until_seq: null, last: null, people: [], face: null }
  return { ...base, mine, members: [member("ana"), member("bo")], group: GROUP, ...fields }
}

function inboxOf(...summaries) {
  const inbox = new Inbox({ me: { id: "ana" }, clock: new FakeClock() })
  inbox.takeSummaries(summaries)
  return inbox
}

test("the state of a group with the higher number counts, whichever came first", () => {
  const inbox = inboxOf(summaryOf())

  inbox.takeGroup("g", { ...GROUP, rev: 5, title: "RT 05" })
  inbox.takeGroup("g", { ...GROUP, rev: 4, title: "Terlambat" })

  assert.equal(inbox.nameOf(inbox.get("g")), "RT 05")
  const merged = [summaryOf({ rev: 9 }), summaryOf({ rev: 8, group: { ...GROUP, rev: 7, title: "Baru" } })]
  assert.equal(Summary.merge(...merged).group.title, "Baru")
  assert.equal(Summary.merge(...merged.reverse()).group.title, "Baru")
})

test("who left learns nothing of the group any more", () => {
  const inbox = inboxOf(summaryOf({ until_seq: 4, group: null }))

  inbox.takeGroup("g", { ...GROUP, rev: 5 })

  assert.equal(inbox.get("g").group, null)
  assert.equal(Summary.merge(summaryOf(), summaryOf({ rev: 5, until_seq: 4, group: null })).group, null)
})

test("the composer says why nothing may be written", () => {
  const closed = { ...GROUP, only_admins_write: true }
  const closedBy = (fields) => inboxOf(summaryOf(fields)).closedBy(summaryOf(fields))

  assert.equal(closedBy({}), null)
  assert.equal(closedBy({ until_seq: 4 }), "closed_left")
  assert.equal(closedBy({ members: [member("ana", { silenced: true })] }), "closed_silenced")
  assert.equal(closedBy({ group: closed }), "closed_admins")
  assert.equal(closedBy({ group: closed, members: [member("ana", { role: "admin" })] }), null)
})

test("a message of mine is read only where everybody is known", () => {
  const members = [member("ana"), member("bo", { read_seq: 4, delivered_seq: 4 })]

  assert.deepEqual(Summary.reach(summaryOf({ members }), "ana"), { delivered: 4, read: 4 })
  const large = summaryOf({ members, group: { ...GROUP, member_count: 60 } })
  assert.deepEqual(Summary.reach(large, "ana"), { delivered: 0, read: 0 })
})

test("a message of mine stays read after I left, as far as it was read then", () => {
  const members = [member("ana"), member("bo", { read_seq: 9, delivered_seq: 9 })]
  const gone = summaryOf({ members, until_seq: 9, mine: { reach: { read: 3, delivered: 4 } } })

  assert.deepEqual(Summary.reach(gone, "ana"), { read: 3, delivered: 4 })
  // Left before it was kept.
  assert.deepEqual(Summary.reach({ ...gone, members: [], mine: {} }, "ana"), { read: 0, delivered: 0 })
})

test("notes have the name of the page, and are found by it", () => {
  const notes = summaryOf({ id: "n", kind: "self", title: null, group: null, members: [member("ana")] })
  const inbox = inboxOf(notes)
  inbox.notesName = "Catatan saya"

  assert.equal(inbox.nameOf(inbox.get("n")), "Catatan saya")
  assert.deepEqual(inbox.list("catat").map(({ id }) => id), ["n"])
})

test("an event of a group names who did it, and to whom, the reader first", () => {
  const WORDS = {
    you: "Kamu",
    you_within: "kamu",
    names_last: "{names} dan {last}",
    names_more: "{names} dan {count} lainnya",
    event_members_added: "{actor} menambahkan {names}",
    event_member_left: "{name} keluar",
    event_unknown: "Ada yang berubah",
  }
  const names = { bo: "Bo", citra: "Citra", dewi: "Dewi", eka: "Eka" }
  const data = { has: (key) => key in WORDS, word: (key, values = {}) => WORDS[key].replace(/\{(\w+)\}/g, (_, name) => values[name]) }
  const words = new WordsOf({ data, inbox: { person: (id) => ({ name: names[id] }), get: () => undefined }, me: { id: "ana" } })
  const added = (...users) => words.event({ name: "members_added", users }, "bo")

  assert.equal(added("citra"), "Bo menambahkan Citra")
  assert.equal(added("citra", "ana"), "Bo menambahkan kamu dan Citra")
  assert.equal(added("citra", "dewi", "eka", "ana"), "Bo menambahkan kamu, Citra, Dewi dan 1 lainnya")
  assert.equal(words.event({ name: "member_left", user: "ana" }, "ana"), "Kamu keluar")
  assert.equal(words.event({ name: "unheard_of", user: "ana" }, "ana"), "Ada yang berubah")
})
