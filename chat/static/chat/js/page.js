import { BadgeWatch } from "#lib/badge_watch.js"
import { Uuid7 } from "#lib/uuid7.js"
import { Badges } from "#ui/badges.js"
import { deviceOutbox } from "#ui/device_outbox.js"
import { PageData } from "#ui/page_data.js"
import { pageLine } from "#ui/page_line.js"
import { toast } from "#ui/toast.js"
import { attendNotices } from "#notifications/attend.js"
import { AttachMenu } from "#chat/attach_menu.js"
import { Attention } from "#chat/attention.js"
import { CardDoings } from "#chat/card_doings.js"
import { Composer } from "#chat/composer.js"
import { ConnectionStrip } from "#chat/connection_strip.js"
import { ConversationList } from "#chat/conversation_list.js"
import { lastPerson, openStore } from "#ui/device_store.js"
import { Invitations } from "#chat/invitations.js"
import { MessageList } from "#chat/message_list.js"
import { MessageMenu } from "#chat/message_menu.js"
import { Messenger } from "#chat/messenger.js"
import { Navigation } from "#chat/navigation.js"
import { PageContext } from "#chat/page_context.js"
import { PhotoOpener } from "#chat/photo_opener.js"
import { RowMenu } from "#chat/row_menu.js"
import { Shortcuts } from "#chat/shortcuts.js"

const ELEMENTS = {
  "nusa-connection": ConnectionStrip,
  "nusa-conversation-list": ConversationList,
  "nusa-timeline": MessageList,
  "nusa-composer": Composer,
}

const data = new PageData(document)
const personId = data.boot?.me?.id ?? lastPerson()
// Without a line the shell comes from this device, and knows nobody but who used it last.
if (personId) begin(personId)
else location.replace("/")

async function begin(personId) {
  const store = await openStore(personId)
  const boot = await rememberBoot(store)
  if (!boot) return location.replace("/")
  const { line, clock } = pageLine({ boot, person: personId })
  const outbox = deviceOutbox(personId, { database: store.database, line, clock })
  const messenger = new Messenger({ me: boot.me, line, store, outbox, clock, uuid7: new Uuid7() })
  await messenger.open()
  if (boot.chat) adopt(messenger, boot.chat)
  show(messenger, new PageContext({ data, boot, inbox: messenger.inbox, clock, outbox, store }))
  listen(messenger, store, boot)
  line.start()
}

/** What the page says of its reader; kept, so that the shell can open without the server. */
async function rememberBoot(store) {
  if (!data.boot?.me) return (await store.load()).notes.boot
  const { chat, ...kept } = data.boot
  await store.note("boot", kept)
  return data.boot
}

function adopt(messenger, { summaries, open }) {
  messenger.takeSummaries(summaries)
  if (!open) return
  messenger.takeSummaries([open.summary])
  const last = open.history.rows.at(-1)
  // An earlier page, asked for by its address without modules, is not where a conversation ends.
  if ((last?.seq ?? 0) === open.summary.last_seq) messenger.timeline(open.summary.id).adoptHistory(open.history)
}

function show(messenger, page) {
  messenger.inbox.notesName = data.word("notes")
  for (const [name, Element] of Object.entries(ELEMENTS)) {
    Object.assign(Element.prototype, { messenger, page })
    customElements.define(name, Element)
  }
  const badges = new Badges({ document, data })
  const attention = new Attention({ document, page, messenger, badges })
  // What is unread this page knows by itself, and sooner.
  const take = ({ chat, ...others }) => Object.entries(others).forEach(([name, count]) => badges.set(name, count))
  new BadgeWatch({ line: messenger.line, clock: messenger.clock, take })
  const isOpen = (subject) => subject === `chat:${document.querySelector("[data-part=conversation]")?.dataset.conversation}`
  attendNotices({ line: messenger.line, clock: messenger.clock, person: messenger.me.id, isOpen, isSpoken: true })
  markPresence(messenger, page)
  new MessageMenu({ document, page, messenger })
  new RowMenu({ document, page, messenger })
  new Shortcuts({ document, page, messenger })
  new AttachMenu({ document, inbox: messenger.inbox })
  new PhotoOpener({ document, page, messenger })
  new Invitations({ document, line: messenger.line, format: page.format })
  new CardDoings({ document, messenger })
  new Navigation({ document, page, messenger, attention })
  const showLine = () => (document.documentElement.dataset.line = messenger.line.state)
  messenger.line.onState.listen(showLine)
  showLine()
}

function listen(messenger, store, { urls }) {
  const { line } = messenger
  for (const name of ["online", "pageshow"]) addEventListener(name, () => messenger.wake())
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && messenger.wake())
  messenger.onRefusal.listen((entry) => toast(entry.problem.message))
  line.onState.listen(async (state) => {
    if (state !== "ended" || line.reason !== "logged_out") return
    // Signed out elsewhere: what others wrote is no longer for this device. What was written here waits for its writer.
    await store.forgetKnown()
    location.assign(urls.login)
  })
}

/** Who is online: asked once the page is there, by a module that nothing on it waits for. */
async function markPresence({ line, clock }, { format }) {
  const { PresenceMarks } = await import("#notifications/presence_marks.js")
  new PresenceMarks({ document, line, clock, data, format })
}
