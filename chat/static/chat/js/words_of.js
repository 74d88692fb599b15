import { written } from "#chat/card_view.js"
import { plain } from "#chat/formatting.js"
import { photosOf } from "#chat/photos.js"
import { Summary } from "#chat/summary.js"

/** What is said of people and messages, in the words of the page. Shared by the list, the conversation and the announcer. */
export class WordsOf {
  #data
  #inbox
  #me

  /** @param {{data: import("#ui/page_data.js").PageData, inbox: import("#chat/inbox.js").Inbox, me: {id: string}}} collaborators */
  constructor({ data, inbox, me }) {
    this.#data = data
    this.#inbox = inbox
    this.#me = me
  }

  /** How somebody is called; in a conversation that is given, by the face under which they talk there. */
  name(user, conversation = null) {
    if (user === this.#me.id) return this.#data.word("you")
    const face = conversation && this.#inbox.get(conversation)?.face
    if (face?.owner === user) return face.name
    return this.#inbox.person(user)?.name ?? this.#data.word("somebody")
  }

  /** The name of somebody as others write it, also my own; undefined where it is not known. */
  givenName(user) {
    return this.#inbox.person(user)?.name
  }

  /** Name and picture of somebody; undefined where they are not known, neither from a conversation nor as a contact. */
  person(user) {
    const contact = this.#inbox.contact(user)
    const isKnown = contact?.state === "accepted" && !contact.blocked
    return this.#inbox.person(user) ?? (isKnown ? contact.person : undefined)
  }

  /** One line that stands for a message: in the list, in a quote, when it is announced. */
  line(row) {
    if (row.recalled_at) return this.#data.word("recalled")
    if (row.kind === "event") return [this.event(row.event, row.from), row.event.about].filter(Boolean).join(" · ")
    if (row.kind === "card") return this.#card(row.card, row.from === this.#me.id)
    const body = plain(row.body)
    const count = photosOf(row).length
    return count > 0 ? this.#photos(count, body) : [this.#attached(row), body].filter(Boolean).join(" · ")
  }

  #attached({ extras }) {
    const { type, question, name } = extras?.attachment ?? {}
    if (type === "poll") return `📊 ${question}`
    if (type === "contact") return `👤 ${name || this.#data.word("contact")}`
    return type === "location" ? `📍 ${name || this.#data.word("location")}` : null
  }

  #photos(count, caption) {
    if (count === 1) return `📷 ${caption || this.#data.word("photo")}`
    const counted = `📷 ${this.#data.word("photos", { count })}`
    return caption ? `${counted} · ${caption}` : counted
  }

  #card(card, isMine) {
    const type = `card:${card?.type}`
    const lines = [...(isMine ? [] : [`${type}:${card?.state}:theirs`]), `${type}:${card?.state}`, type]
    const line = lines.find((one) => this.#data.has(one))
    return line ? this.#data.word(line, written(card)) : (card?.title ?? this.#data.word("card"))
  }

  /** A line of the conversation itself, as it stands there, beside its time; `actor` is who caused it. */
  event({ name, user, users = user ? [user] : [], ...fields }, actor) {
    const word = `event_${name}`
    if (!this.#data.has(word)) return this.#data.word("event_unknown")
    const about = users.length > 0 ? { name: this.name(users[0]), names: this.#names(users) } : {}
    return this.#data.word(word, { ...fields, actor: actor && this.name(actor), ...about })
  }

  /** The names of several within a sentence, mine first; the rest are counted. */
  #names(users) {
    const ordered = [...users.filter((user) => user === this.#me.id), ...users.filter((user) => user !== this.#me.id)]
    const names = ordered.map((user) => (user === this.#me.id ? this.#data.word("you_within") : this.name(user)))
    const NAMED_MAX = 3
    if (names.length > NAMED_MAX) return this.#data.word("names_more", { names: names.slice(0, NAMED_MAX).join(", "), count: names.length - NAMED_MAX })
    if (names.length === 1) return names[0]
    return this.#data.word("names_last", { names: names.slice(0, -1).join(", "), last: names.at(-1) })
  }

  /** The people who reacted with an emoji: the first few by name, the rest counted. */
  reactors(users, count, conversation) {
    const names = users.map((user) => this.name(user, conversation)).join(", ")
    return count > users.length ? this.#data.word("names_more", { names, count: count - users.length }) : names
  }

  /** Who said the last message, as it stands before it in the list. */
  prefix(summary, row) {
    if (row.kind === "event") return ""
    if (row.from === this.#me.id) return this.#data.word("you_prefix")
    return Summary.otherId(summary, this.#me.id) ? "" : this.#data.word("who_prefix", { name: this.name(row.from) })
  }

  /** As what one of the two talks, in a word: the kind of the other's face, or the name of my own. */
  via({ face }) {
    if (!face) return ""
    if (face.owner === this.#me.id) return face.name
    return this.#data.has(`face:${face.kind}`) ? this.#data.word(`face:${face.kind}`) : ""
  }

  /** Who is in a group, in a line that may be cut. */
  members({ members }) {
    return members.map(({ user }) => this.name(user)).join(", ")
  }

  typing(users, conversation) {
    if (users.length === 0) return ""
    if (users.length === 1) return this.#data.word("typing_one", { name: this.name(users[0], conversation) })
    const [one, other, ...more] = users.map((user) => this.name(user, conversation))
    if (more.length === 0) return this.#data.word("typing_two", { one, other })
    return this.#data.word("typing_several", { count: users.length })
  }
}
