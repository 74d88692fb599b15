import { BadgeWatch } from "#lib/badge_watch.js"
import { carryOutbox } from "#ui/outbox_carrier.js"
import { PageData } from "#ui/page_data.js"
import { pageLine } from "#ui/page_line.js"
import { attendNotices } from "#notifications/attend.js"

/** What lives on every page of the shell: the counts on its bar, and what the person wrote in chat and is not sent. */
export async function livePage({ boot, person, badges, store }) {
  const { line, clock } = pageLine({ boot, person })
  new BadgeWatch({
    line,
    clock,
    take: (counts) => Object.entries(counts).forEach(([name, count]) => badges.set(name, count)),
  })
  attendNotices({ line, clock, person })
  if (document.querySelector("[data-presence]")) {
    const { PresenceMarks } = await import("#notifications/presence_marks.js")
    new PresenceMarks({ document, line, clock, data: new PageData(document) })
  }
  await carryOutbox({ person, store, line, clock })
  line.start()
}
