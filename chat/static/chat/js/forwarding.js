import { askChoice } from "#chat/attachment_forms.js"
import { OFTEN_FORWARDED } from "#chat/attachment_view.js"
import { toast, toastFailure } from "#ui/toast.js"

const FORWARD_MAX = 5
// Prefix of the key of a contact without a chat; the rest is their user id.
const PERSON = "person:"

/**
 * Where a message can go: my notes, the chats of the list that I may write in, and contacts who are in none of them.
 *
 * @returns {{key: string, name: string, looks: object, via?: string}[]}
 */
export function forwardChoices({ inbox, words, me, somebody }) {
  const chats = inbox.list("").filter((one) => inbox.closedBy(one) === null)
  const seen = new Set(chats.filter(({ face }) => !face).map((one) => inbox.other(one)?.id))
  const hasNotes = chats.some(({ kind }) => kind === "self")
  const contacts = inbox.contacts
    .filter(({ user, state }) => state === "accepted" && !seen.has(user))
    .map(({ user, person }) => ({ key: PERSON + user, name: person.name, looks: person }))
    .sort((one, other) => one.name.localeCompare(other.name))
  return [
    ...(hasNotes ? [] : [{ key: PERSON + me.id, name: inbox.notesName, looks: { id: me.id, avatar: null, icon: "notebook-pen" } }]),
    ...chats.map((one) => ({ key: one.id, name: inbox.nameOf(one) || somebody, via: words.via(one), looks: inbox.looksOf(one) })),
    ...contacts,
  ]
}

/** Forward a message to several; what was forwarded often goes to one at a time. */
export async function forward({ page, messenger, conversation, row }) {
  const { data, words, format } = page
  const { inbox, me } = messenger
  const forwards = row.extras?.forwards ?? 0
  const isOften = forwards >= OFTEN_FORWARDED
  const choices = forwardChoices({ inbox, words, me, somebody: data.word("somebody") })
  const title = data.word(isOften ? "forward_to_one" : "forward_to")
  const chosen = await askChoice({ data, title, choices, max: isOften ? 1 : FORWARD_MAX })
  if (!chosen) return
  const shown = { ...row.extras, mentions: undefined, forwards: forwards + 1 }
  try {
    // Chats that have to be opened first need the line: without it nothing goes to anybody.
    const opened = await Promise.all(chosen.map((key) => (key.startsWith(PERSON) ? messenger.conversationWith(key.slice(PERSON.length)) : { id: key })))
    for (const { id } of opened) await messenger.sendMore(id, { forwarded: { conversation, seq: row.seq } }, shown, row.body)
  } catch (failure) {
    return toastFailure(failure, data)
  }
  toast(data.word("forwarded_to", { count: format.number(chosen.length) }))
}
