import { Bell } from "#lib/bell.js"

/** What a person has begun to write: kept on this device at once, and on the server after a pause, for their other devices. No DOM here. */
export class Drafts {
  static PAUSE_MS = 1_500

  /** Rings with the id of the conversation whose draft changed. */
  onChange = new Bell()

  #line
  #store
  #clock
  /** @type {Map<string, string>} */
  #local = new Map()
  /** @type {Map<string, string>} */
  #server = new Map()
  #stops = new Map()
  /** The number of unanswered requests by conversation: until they are answered, the server's draft is not known. */
  #underway = new Map()

  /**
   * @param {{line: import("#lib/line.js").Line, store: import("#lib/store.js").Store, clock: import("#lib/clock.js").Clock}} collaborators
   */
  constructor({ line, store, clock }) {
    this.#line = line
    this.#store = store
    this.#clock = clock
  }

  /** Take what this device kept and the server did not get yet. */
  open(drafts) {
    for (const { conversation, body } of drafts) this.#local.set(conversation, body)
  }

  of(conversation) {
    return this.#local.get(conversation) ?? this.#server.get(conversation) ?? ""
  }

  /** Take the server's; what I am writing here is not overwritten by what I wrote elsewhere. */
  hear(conversation, body) {
    const before = this.of(conversation)
    this.#server.set(conversation, body)
    if (this.#local.get(conversation) === body) this.#drop(conversation)
    if (this.of(conversation) !== before) this.onChange.ring(conversation)
  }

  write(conversation, body) {
    if (body === this.of(conversation)) return
    this.#local.set(conversation, body)
    this.#store.keepDraft({ conversation, body })
    this.onChange.ring(conversation)
    this.#stops.get(conversation)?.()
    this.#stops.set(conversation, this.#clock.after(Drafts.PAUSE_MS, () => this.tell(conversation)))
  }

  /** Tell the server now, as when the person turns elsewhere. */
  async tell(conversation) {
    this.#stops.get(conversation)?.()
    this.#stops.delete(conversation)
    const draft = this.#local.get(conversation)
    if (draft === undefined) return
    const underway = this.#underway.get(conversation) ?? 0
    if (underway === 0 && draft === (this.#server.get(conversation) ?? "")) return this.#drop(conversation)
    this.#underway.set(conversation, underway + 1)
    const isKept = await this.#line.tell("chat.keep", { conversation, draft })
    this.#underway.set(conversation, this.#underway.get(conversation) - 1)
    // If not, it is kept here all the same, and told again when there is a line or the person writes on.
    if (isKept) this.hear(conversation, draft)
  }

  /** There is a line again. */
  heal() {
    for (const conversation of this.#local.keys()) this.tell(conversation)
  }

  #drop(conversation) {
    this.#local.delete(conversation)
    this.#store.dropDraft(conversation)
  }
}
