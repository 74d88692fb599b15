import assert from "node:assert/strict"
import { test } from "node:test"

import { Format } from "#lib/format.js"
import { countOf } from "#chat/reactions.js"
import { Transcript } from "#chat/transcript.js"

const format = new Format({ locale: "id-ID", timeZone: "Asia/Jakarta" })
const me = { id: "ana" }
const members = [{ user: "ana", read_seq: 0, delivered_seq: 0 }, { user: "bo", read_seq: 1, delivered_seq: 2 }]

function row(seq, from, sent_at, more = {}) {
  return { seq, rev: seq, kind: "text", from, client_id: `${from}-${seq}`, body: `m${seq}`, reply_to: null, edits: 0, recalled_at: null, reactions: [], sent_at, ...more }
}

function send(client_id, state, more = {}) {
  return { client_id, do: "chat.send", state, written_at: Date.parse("2027-03-02T05:00:00Z"), fields: { client_id, body: client_id }, ...more }
}

function compose(rows, { entries = [], answered = [], isReady = true, newAfter = null, mark } = {}) {
  return Transcript.compose({ rows, entries, answered, summary: { members }, me, format, isReady, news: Transcript.news(rows, newAfter, me), mark })
}

test("a day begins at midnight of the reader's zone", () => {
  const items = compose([row(1, "bo", "2027-03-01T16:59:00Z"), row(2, "bo", "2027-03-01T17:00:00Z")])

  assert.deepEqual(items.map(({ kind, day }) => day ?? kind), ["2027-03-01", "text", "2027-03-02", "text"])
})

test("a group is one sender within one minute", () => {
  const rows = [
    row(1, "bo", "2027-03-01T05:00:01Z"),
    row(2, "bo", "2027-03-01T05:00:59Z"),
    row(3, "bo", "2027-03-01T05:01:00Z"),
    row(4, "ana", "2027-03-01T05:01:01Z"),
  ]

  const marks = compose(rows).slice(1).map(({ starts, ends }) => [starts, ends])

  assert.deepEqual(marks, [[true, false], [false, true], [true, true], [true, true]])
})

test("messages of mine are read, delivered or sent, as far as all others are", () => {
  const rows = [1, 2, 3].map((seq) => row(seq, "ana", "2027-03-01T05:00:00Z"))

  assert.deepEqual(compose(rows).slice(1).map(({ state }) => state), ["read", "delivered", "sent"])
})

test("what waits stands at the end, and says what is known of it", () => {
  const entries = [send("a", "handed"), send("b", "waiting"), send("c", "refused", { problem: { message: "No." } })]

  const states = (isReady) => compose([], { entries, isReady }).slice(1).map(({ state }) => state)

  assert.deepEqual(states(true), ["waiting", "waiting", "failed"])
  assert.deepEqual(states(false), ["uncertain", "unsent", "failed"])
})

test("a message keeps its key from the tap to the row, and is never shown twice", () => {
  const entry = send("ana-1", "handed")
  const before = compose([], { entries: [entry] })
  const between = compose([], { answered: [entry], entries: [entry] })
  const after = compose([row(1, "ana", "2027-03-02T05:00:00Z")], { answered: [entry], entries: [entry] })

  assert.deepEqual(before.map(({ key }) => key), ["day 2027-03-02", "ana-1"])
  assert.deepEqual(between.map(({ key }) => key), ["day 2027-03-02", "ana-1"])
  assert.deepEqual(after.map(({ key }) => key), ["day 2027-03-02", "ana-1"])
})

test("an edit and a reaction of mine are seen before they are answered, a recall is not", () => {
  const change = (name, fields) => ({ client_id: name, do: name, state: "waiting", fields: { seq: 1, ...fields } })
  const entries = [change("chat.edit", { body: "changed" }), change("chat.react", { emoji: "👍" }), change("chat.recall", {})]
  const rows = [row(1, "ana", "2027-03-01T05:00:00Z", { reactions: [{ emoji: "😂", users: ["ana", "bo"] }] })]

  const [, item] = compose(rows, { entries })

  assert.equal(item.row.body, "changed")
  assert.deepEqual(item.row.reactions, [{ emoji: "😂", count: 1, users: ["bo"] }, { emoji: "👍", count: 1, users: ["ana"] }])
  assert.equal(item.reaction, "👍")
  assert.equal(item.row.recalled_at, null)
  assert.equal(item.state, "waiting")
})

test("a refused edit shows what is there, and why", () => {
  const problem = { code: "chat.edit_too_late", message: "Too late." }
  const entry = { client_id: "e", do: "chat.edit", state: "refused", fields: { seq: 1, body: "changed" }, problem }

  const [, item] = compose([row(1, "ana", "2027-03-01T05:00:00Z")], { entries: [entry] })

  assert.equal(item.row.body, "m1")
  assert.equal(item.state, "failed")
  assert.equal(item.entry.problem, problem)
})

test("one line stands before what is new, and counts what others said", () => {
  const rows = [row(1, "bo", "2027-03-01T05:00:00Z"), row(2, "ana", "2027-03-01T05:00:00Z"), row(3, "bo", "2027-03-01T05:00:00Z"), row(4, "bo", "2027-03-01T05:00:00Z")]

  const items = compose(rows, { newAfter: 1 })

  assert.deepEqual(items.map(({ kind, count }) => count ?? kind), ["day", "text", "text", 2, "text", "text"])
})

test("one to three emoji and nothing else are big", () => {
  const big = ["👍", "👍🏽", "👨‍👩‍👧", "🇮🇩", "❤️", "😀😀😀", "1️⃣"]
  const small = ["😀😀😀😀", "ok 👍", "1", "#", "", "abc"]
  const isBig = (body) => compose([row(1, "bo", "2027-03-01T05:00:00Z", { body })])[1].isBig

  assert.deepEqual(big.map(isBig), big.map(() => true))
  assert.deepEqual(small.map(isBig), small.map(() => false))
})

test("a reaction of mine that the row does not name is known by my marks, and taken away from the count", () => {
  const many = { emoji: "👍", count: 812, users: ["bo", "cici", "dodi", "eka", "fani"] }
  const rows = [row(1, "bo", "2027-03-01T05:00:00Z", { reactions: [many] })]
  const mine = { reaction: "👍", votes: [], starred: false }
  const react = (emoji) => ({ client_id: "x", do: "chat.react", state: "waiting", fields: { seq: 1, emoji } })
  const [, item] = compose(rows, { mark: () => mine })
  const changes = [null, "😂", "👍"].map((emoji) => compose(rows, { entries: [react(emoji)], mark: () => mine })[1])

  assert.equal(item.reaction, "👍")
  assert.deepEqual(
    changes.map(({ reaction, row: { reactions } }) => [reaction, ...reactions.map(({ emoji, count }) => `${emoji} ${count}`)]),
    [[null, "👍 811"], ["😂", "👍 811", "😂 1"], ["👍", "👍 812"]],
  )
})

test("a row that was kept before reactions were counted names everybody", () => {
  const rows = [row(1, "bo", "2027-03-01T05:00:00Z", { reactions: [{ emoji: "👍", users: ["ana", "bo"] }] })]

  assert.equal(compose(rows)[1].reaction, "👍")
  assert.equal(countOf(rows[0].reactions[0]), 2)
})
