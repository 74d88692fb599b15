import assert from "node:assert/strict"
import { test } from "node:test"

import { Marks } from "#chat/marks.js"
import { Summary } from "#chat/summary.js"
import { Timeline } from "#chat/timeline.js"
import { Transcript } from "#chat/transcript.js"
import { Format } from "#lib/format.js"
import { FakeClock } from "./world/fake_clock.js"

const row = (seq, rev = seq) => ({ seq, rev, from: "bo", kind: "text", body: `pesan ${seq}`, reply_to: null, edits: 0, reactions: [], sent_at: "2027-03-01T02:03:04.567Z" })
const mark = (seq, rev, marks) => ({ kind: "mark", conversation: "c", seq, rev, hidden: false, starred: false, ...marks })

function held(ask = () => Promise.resolve({ rows: [] })) {
  const clock = { after: () => () => {}, now: () => 0 }
  const timeline = new Timeline({ conversation: "c", line: { ask, state: "ready" }, clock })
  timeline.adoptHistory({ rev: 3, rows: [row(1), row(2), row(3)], more: false })
  return timeline
}

test("a message deleted for me goes, stays away from late hints, and is kept away on this device", async () => {
  const timeline = held()
  await timeline.takeMark(mark(2, 5, { hidden: true }))
  timeline.hear(4, row(2, 4))

  assert.deepEqual(timeline.messages().map(({ seq }) => seq), [1, 3])
  const again = held()
  again.adoptRecord({ ...timeline.record(), rows: [row(1), row(2), row(3)] })
  assert.deepEqual(again.messages().map(({ seq }) => seq), [1, 3])
})

test("a deletion that is taken back asks for the message again, and a late one changes nothing", async () => {
  const timeline = held((name, { seqs }) => Promise.resolve({ rows: seqs.map((seq) => row(seq)) }))
  await timeline.takeMark(mark(2, 5, { hidden: true }))
  await timeline.takeMark(mark(2, 6, { hidden: false }))
  await timeline.takeMark(mark(2, 5, { hidden: true }))

  assert.deepEqual(timeline.messages().map(({ seq }) => seq), [1, 2, 3])
})

test("the list forgets a hidden last message, whatever an older report says", () => {
  const before = { id: "c", rev: 3, last_seq: 3, counted: 3, last: row(3), members: [] }
  const hidden = Summary.withMark(before, mark(3, 7, { hidden: true }))
  assert.equal(hidden.last, null)

  const asked = Summary.merge(hidden, { ...before, last: row(2) })
  assert.equal(asked.last.seq, 2)
  assert.equal(Summary.merge(asked, before).last.seq, 2)
  assert.equal(Summary.merge(before, asked).last.seq, 2)

  const back = Summary.merge(Summary.withMark(asked, mark(3, 8, { hidden: false })), before)
  assert.equal(back.last.seq, 3)
})

test("marks that wait to be sent are shown at once, and one that is refused is not", () => {
  const summary = { id: "c", rev: 3, last_seq: 3, counted: 3, members: [] }
  const entry = (seq, fields, state = "waiting") => ({ client_id: `x${seq}`, do: "chat.mark", fields: { seq, ...fields }, state })
  const compose = (entries) =>
    Transcript.compose({
      rows: [row(1), row(2), row(3)], entries, answered: [], summary, me: { id: "ana" }, isReady: true,
      format: new Format({ locale: "id-ID", timeZone: "Asia/Jakarta" }), mark: (seq) => (seq === 3 ? { starred: true } : undefined),
    }).filter(({ kind }) => kind === "text")

  const shown = compose([entry(1, { hidden: true }), entry(2, { starred: true }), entry(3, { hidden: true }, "refused")])

  assert.deepEqual(shown.map(({ row: { seq }, isStarred }) => [seq, isStarred]), [[2, true], [3, true]])
})

test("the first reading is told at once, and what follows closely is told together", async () => {
  const clock = new FakeClock()
  const told = []
  const marks = new Marks({ line: { ask: (name, { seq }) => (told.push(seq), Promise.resolve({})) }, clock })

  marks.read("c", 3)
  await clock.advance(1)
  assert.deepEqual(told, [3])

  for (const seq of [4, 5, 6]) marks.read("c", seq)
  await clock.advance(1)
  assert.deepEqual(told, [3])
  await clock.advance(Marks.READ_MS)
  assert.deepEqual(told, [3, 6])
})
