import assert from "node:assert/strict"
import { test } from "node:test"

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
