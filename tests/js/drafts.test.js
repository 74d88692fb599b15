import assert from "node:assert/strict"
import { test } from "node:test"

import { Drafts } from "#chat/drafts.js"

import { meeting } from "./world/meeting.js"

test("a page that was written before a draft was sent does not bring it back", async () => {
  const { clock, device } = meeting()
  const { messenger } = await device("ana").open()
  await clock.advance(1_000)
  const now = messenger.inbox.get("c1")
  const withDraft = (draft, rev) => messenger.takeSummaries([{ ...now, mine: { ...now.mine, draft, rev } }])

  withDraft("Nanti aku", now.mine.rev + 1)
  assert.equal(messenger.drafts.of("c1"), "Nanti aku")
  withDraft("", now.mine.rev + 2)
  withDraft("Nanti aku", now.mine.rev + 1)

  assert.equal(messenger.drafts.of("c1"), "")
})

test("a draft that was sent before the server had answered does not come back", async () => {
  const told = []
  const line = { tell: (_command, { draft }) => new Promise((answer) => told.push({ draft, answer })) }
  const store = { keepDraft() {}, dropDraft() {} }
  const drafts = new Drafts({ line, store, clock: { after: () => () => {} } })

  drafts.write("c1", "Nanti aku")
  const slow = drafts.tell("c1")
  drafts.write("c1", "") // It is sent, and the pause is over, while the line is slow.
  const sent = drafts.tell("c1")
  assert.deepEqual(told.map(({ draft }) => draft), ["Nanti aku", ""])
  for (const { answer } of told) answer(true)
  await Promise.all([slow, sent])

  assert.equal(drafts.of("c1"), "")
})
