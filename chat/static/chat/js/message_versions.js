import { showBody } from "#chat/formatted_body.js"
import { clone, fill, part } from "#ui/part.js"
import { toastFailure } from "#ui/toast.js"

/** Show what an edited message said before, the newest text first. */
export async function showVersions({ page, line, conversation, row }) {
  const dialog = document.getElementById("versions-dialog")
  let rows
  try {
    rows = (await line.ask("chat.versions", { conversation, seq: row.seq })).rows
  } catch (failure) {
    return toastFailure(failure, page.data)
  }
  const now = { body: row.body, at: row.edited_at }
  part(dialog, "versions").replaceChildren(...[now, ...rows.toReversed()].map((version) => element(version, page)))
  dialog.showModal()
}

function element({ body, at }, page) {
  const item = clone("version-template")
  const moment = Date.parse(at)
  showBody(part(item, "body"), body)
  // Photos whose caption was taken away, or added later.
  fill(item, "none", body ? null : page.data.word("caption_none"))
  part(item, "time").dateTime = at
  fill(item, "time", `${page.format.dateBeside(moment, page.clock.serverNow())}, ${page.format.hour(moment)}`)
  return item
}
