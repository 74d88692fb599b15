import { Bell } from "#lib/bell.js"
import { fold } from "#lib/fold.js"
import { isMentioned } from "#chat/mentions.js"
import { addressOf } from "#chat/photos.js"
import { Summary } from "#chat/summary.js"

/** All conversations of one person as a list shows them: newest first, what is unread, who is typing. No DOM here. */
export class Inbox {
  /** Rings with the id of the conversation that changed, or null if all may have. */
  onChange = new Bell()
  /** How my notes to myself are called. */
  notesName = ""

  #me
  #clock
  #keep
  #written_at
  /** @type {Map<string, any>} */
  #summaries = new Map()
  /** @type {Map<string, any>} */
  #people = new Map()
  /** @type {Map<string, any>} */
  #contacts = new Map()
  /** @type {Map<string, Map<string, () => void>>} */
  #typing = new Map()

  /**
   * @param {{
   *   me: {id: string},
   *   clock: import("#lib/clock.js").Clock,
   *   keep?: (summaries: any[]) => void,
   *   written_at?: (conversation: string) => number,
   * }} collaborators `keep` stores what changed on this device; `written_at` is when I last wrote something that still waits
   */
  constructor({ me, clock, keep = () => {}, written_at = () => 0 }) {
    this.#me = me
    this.#clock = clock
    this.#keep = keep
    this.#written_at = written_at
    this.#people.set(me.id, me)
  }

  get(conversation) {
    return this.#summaries.get(conversation)
  }

  person(user) {
    return this.#people.get(user)
  }

  contact(user) {
    return this.#contacts.get(user)
  }

  get contacts() {
    return [...this.#contacts.values()]
  }

  other(summary) {
    return this.#people.get(Summary.otherId(summary, this.#me.id))
  }

  /** As what the other one talks to me, such as a shop; undefined where it is the person alone, or where the face is my own. */
  faceOf({ face }) {
    return face && face.owner !== this.#me.id ? face : undefined
  }

  nameOf(summary) {
    if (summary.kind === "self") return this.notesName
    return summary.group?.title ?? summary.title ?? this.faceOf(summary)?.name ?? this.other(summary)?.name ?? ""
  }

  /** Who or what is pictured beside a conversation. */
  looksOf(summary) {
    const face = this.faceOf(summary)
    if (face) return { id: face.id, name: face.name, avatar: face.picture }
    if (summary.kind === "self") return { id: summary.id, avatar: null, icon: "notebook-pen" }
    const picture = summary.group?.picture
    return this.other(summary) ?? { id: summary.id, avatar: picture ? addressOf(picture, "small") : null }
  }

  /** Conversations to show at `main`, `archived` or `hidden`; a search of the main list looks through all of them. */
  list(query = "", { place = "main" } = {}) {
    const wanted = fold(query)
    return [...this.#summaries.values()]
      .filter((summary) => !Summary.isGone(summary))
      .filter((summary) => (wanted && place === "main") || Summary.placeOf(summary) === place)
      .filter((summary) => !wanted || this.#matches(summary, wanted))
      .sort((one, other) => this.#order(one, other))
  }

  /** Whether this device knows of groups that I left or was removed from. */
  get hasPastGroups() {
    return [...this.#summaries.values()].some((summary) => summary.kind === "group" && Summary.isGone(summary))
  }

  /** How many conversations ask for attention. */
  get badge() {
    return this.unreadAt("main")
  }

  /** How many conversations of a list ask for attention. */
  unreadAt(place) {
    const now = this.#clock.serverNow()
    return this.list("", { place }).filter((summary) => Summary.isUnread(summary) && !Summary.isQuiet(summary, now)).length
  }

  /** The people of a group whom I can mention by name, as far as they are known here. */
  mentionable(conversation) {
    const members = this.#summaries.get(conversation)?.members ?? []
    return members.filter(({ user }) => user !== this.#me.id).flatMap(({ user }) => this.#people.get(user) ?? [])
  }

  /** Whether I may mention everybody in a group at once. */
  mayMentionAll(conversation) {
    const mine = this.#summaries.get(conversation)?.members.find(({ user }) => user === this.#me.id)
    return ["admin", "owner"].includes(mine?.role) && !mine.silenced
  }

  typing(conversation) {
    return [...(this.#typing.get(conversation)?.keys() ?? [])]
  }

  // Learning.

  /** Take reports of conversations, as `sync` and `chat.open` give them. Answers what of it was news. */
  takeSummaries(summaries) {
    const merged = summaries.map((summary) => {
      for (const person of summary.people) this.#people.set(person.id, person)
      const known = this.#summaries.get(summary.id)
      const now = known ? Summary.merge(known, summary) : summary
      this.#summaries.set(summary.id, now)
      return now
    })
    if (merged.length === 0) return merged
    this.#keep(merged)
    this.onChange.ring(null)
    return merged
  }

  /**
   * Take a message from a hint.
   *
   * @returns {"unknown" | "behind" | "next"} whether the conversation is not known or was left (so that I must have
   *   come back to it), changes before this one are missing, or none are
   */
  takeMessage(conversation, row) {
    const known = this.#summaries.get(conversation)
    if (!known || (Summary.isGone(known) && row.rev > known.rev)) return "unknown"
    this.#stopTyping(conversation, row.from)
    this.#change(Summary.withMessage(known, row, isMentioned(row, this.#me.id)))
    return row.rev > known.rev + 1 ? "behind" : "next"
  }

  takeMembership(row) {
    const known = this.#summaries.get(row.conversation)
    if (!known) return false
    if (!known.mine || row.rev >= known.mine.rev) this.#change({ ...known, mine: row, until_seq: row.until_seq })
    return true
  }

  /** Take my marks on a message. Answers whether the last message of a conversation is another now, and has to be asked for. */
  takeMark(mark) {
    const known = this.#summaries.get(mark.conversation)
    const changed = known && Summary.withMark(known, mark)
    if (!known || changed === known) return false
    this.#change(changed)
    return true
  }

  takeMembers(conversation, members) {
    const known = this.#summaries.get(conversation)
    if (known && members.length > 0) this.#change({ ...known, members: Summary.mergeMembers(known.members, members) })
  }

  takeReceipt(conversation, { user, read_seq, delivered_seq }) {
    const known = this.#summaries.get(conversation)
    if (!known) return
    const members = known.members.map((member) =>
      member.user === user
        ? {
            ...member,
            read_seq: Math.max(member.read_seq, read_seq),
            delivered_seq: Math.max(member.delivered_seq, delivered_seq),
          }
        : member,
    )
    this.#change({ ...known, members })
  }

  takeTyping(conversation, user, for_ms) {
    if (user === this.#me.id) return
    this.#stopTyping(conversation, user)
    if (!this.#typing.has(conversation)) this.#typing.set(conversation, new Map())
    const stop = this.#clock.after(for_ms, () => this.#stopTyping(conversation, user))
    this.#typing.get(conversation).set(user, stop)
    this.onChange.ring(conversation)
  }

  /** The state of a group, in which the higher number counts. */
  takeGroup(conversation, group) {
    const known = this.#summaries.get(conversation)
    if (known && !Summary.isGone(known) && group.rev > (known.group?.rev ?? 0)) this.#change({ ...known, group })
  }

  /** A face looks otherwise, wherever it is seen. */
  takeFace(face) {
    for (const summary of this.#summaries.values()) {
      if (summary.face?.id === face.id && face.rev > summary.face.rev) this.#change({ ...summary, face })
    }
  }

  takePeople(people) {
    for (const person of people) this.#people.set(person.id, person)
    if (people.length > 0) this.onChange.ring(null)
  }

  takeContacts(contacts) {
    for (const contact of contacts) {
      const known = this.#contacts.get(contact.user)
      if (known && known.rev > contact.rev) continue
      this.#contacts.set(contact.user, contact)
      this.#people.set(contact.person.id, contact.person)
    }
    if (contacts.length > 0) this.onChange.ring(null)
  }

  /**
   * Why no message may be sent, null if one may: to a conversation I am in, of two people to one who accepted me and is not blocked,
   * and to a group in which I may write. It is the end of the key of a sentence.
   */
  closedBy(summary) {
    if (Summary.isGone(summary)) return summary.kind === "group" ? "closed_left" : "closed"
    const own = summary.group && summary.members.find((member) => member.user === this.#me.id)
    if (own?.silenced) return "closed_silenced"
    if (own?.role === "member" && summary.group.only_admins_write) return "closed_admins"
    const contact = this.#contacts.get(Summary.otherId(summary, this.#me.id))
    return !contact || (contact.state === "accepted" && !contact.blocked) ? null : "closed"
  }

  forget() {
    this.#summaries.clear()
    this.#contacts.clear()
    this.onChange.ring(null)
  }

  #order(one, other) {
    return Summary.pinOf(other) - Summary.pinOf(one) || this.#said_at(other) - this.#said_at(one) || (one.id < other.id ? 1 : -1)
  }

  #said_at({ id, last }) {
    return Math.max(last ? Date.parse(last.sent_at) : 0, this.#written_at(id))
  }

  #change(summary) {
    this.#summaries.set(summary.id, summary)
    this.#keep([summary])
    this.onChange.ring(summary.id)
  }

  #stopTyping(conversation, user) {
    const typing = this.#typing.get(conversation)
    if (!typing?.has(user)) return
    typing.get(user)()
    typing.delete(user)
    this.onChange.ring(conversation)
  }

  #matches(summary, wanted) {
    const { name = "", handle } = this.other(summary) ?? {}
    return fold(`${this.nameOf(summary)} ${name} ${handle ?? ""}`).includes(wanted)
  }
}
