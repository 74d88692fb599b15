/**
 * What this device knows of one person's conversations, lists and receipts, so that the page opens at once and without a line.
 *
 * It may be behind the server and is never ahead of it: a cursor is kept only after the rows it stands for, and rows of two tabs
 * are merged by their numbers. What waits to be sent is in the same database, since one person owns both. No DOM here.
 */
export class Store {
  static VERSION = 3
  static TABLES = {
    notes: { keyPath: "name" },
    conversations: { keyPath: "id" },
    timelines: { keyPath: "conversation" },
    drafts: { keyPath: "conversation" },
    outbox: { keyPath: "place", autoIncrement: true },
    // Those of messages that are not sent yet.
    photos: { keyPath: "id" },
    lists: { keyPath: "name" },
    receipts: { keyPath: "text" },
  }
  static TIMELINES_MAX = 60
  static RECEIPTS_MAX = 500
  // Receipts are not among them: when the server has forgotten, they are what is left.
  static KNOWN = ["notes", "conversations", "timelines", "lists"]
  // What pages told of their reader, whichever life the server's database is in.
  static OF_READER = ["boot", "reader"]

  #database
  /** The epoch whose numbers this tab holds, null while it holds none. */
  #epoch = null

  /** @param {import("#lib/database.js").Database | import("#lib/memory_database.js").MemoryDatabase} database */
  constructor(database) {
    this.#database = database
  }

  static nameFor(userId) {
    return `person ${userId}`
  }

  get isLasting() {
    return this.#database.isLasting
  }

  get database() {
    return this.#database
  }

  /** @returns {Promise<{notes: Record<string, any>, summaries: object[], drafts: object[]}>} everything but the messages */
  async load() {
    const kept = await this.#database.read(["notes", "conversations", "drafts"], async ({ notes, conversations, drafts }) => ({
      notes: Object.fromEntries((await notes.all()).map(({ name, value }) => [name, value])),
      summaries: await conversations.all(),
      drafts: await drafts.all(),
    }))
    this.#epoch = kept.notes.epoch ?? null
    return kept
  }

  /** Whether something that was written here has not been sent. */
  async hasUnsent() {
    const entries = await this.#database.read(["outbox"], ({ outbox }) => outbox.all())
    return entries.some((entry) => entry.state !== "refused")
  }

  /** Keep one value, after every summary that was given to keep before: a number or cursor must not outlive its rows. */
  note(name, value) {
    return this.#keep(["conversations"], ({ notes }) => notes.put({ name, value }))
  }

  /** Keep how far everything was read, and in which epoch, after all that was read. */
  keepCursor(cursor, epoch) {
    this.#epoch = epoch
    return this.#keep(["conversations"], async ({ notes }) => {
      await notes.put({ name: "epoch", value: epoch })
      await notes.put({ name: "cursor", value: cursor })
    })
  }

  /**
   * Keep summaries, each merged with what another tab may have kept.
   *
   * @param {object[]} summaries
   * @param {(older: object, newer: object) => object} merge
   */
  keepSummaries(summaries, merge) {
    return this.#keep(["conversations"], async ({ conversations }) => {
      for (const summary of summaries) {
        const known = await conversations.get(summary.id)
        await conversations.put(known ? merge(known, summary) : summary)
      }
    })
  }

  timeline(conversation) {
    return this.#database.read(["timelines"], ({ timelines }) => timelines.get(conversation))
  }

  /** Keep the newest part of a conversation as one record, so that its rows and its number never disagree. */
  keepTimeline(record) {
    return this.#keep(["timelines"], async ({ timelines, notes }) => {
      const known = await timelines.get(record.conversation)
      if (known && known.epoch === record.epoch && known.rev > record.rev) return
      await timelines.put(record)
      const used_at = (await notes.get("timelines"))?.value ?? {}
      used_at[record.conversation] = record.used_at
      const byUse = Object.keys(used_at).sort((one, other) => used_at[other] - used_at[one])
      for (const conversation of byUse.slice(Store.TIMELINES_MAX)) {
        await timelines.delete(conversation)
        delete used_at[conversation]
      }
      await notes.put({ name: "timelines", value: used_at })
    })
  }

  /** The last list of that name that was known to be whole, or undefined. */
  list(name) {
    return this.#database.read(["lists"], ({ lists }) => lists.get(name))
  }

  keepList(name, envelope) {
    return this.#database.write(["lists"], async ({ lists }) => {
      const known = await lists.get(name)
      // Two tabs may be behind one another.
      if (!known || known.envelope.as_of <= envelope.as_of) await lists.put({ name, envelope })
    })
  }

  /** Every receipt that was kept here, the newest first. */
  async receipts() {
    const kept = await this.#database.read(["receipts"], ({ receipts }) => receipts.all())
    return kept.sort((one, other) => other.at.localeCompare(one.at))
  }

  /** Keep a receipt; `at` is the time it speaks of. Kept twice is kept once. */
  keepReceipt({ text, at }) {
    return this.#database.write(["receipts"], async ({ receipts }) => {
      await receipts.put({ text, at })
      const kept = (await receipts.all()).sort((one, other) => other.at.localeCompare(one.at))
      for (const old of kept.slice(Store.RECEIPTS_MAX)) await receipts.delete(old.text)
    })
  }

  keepDraft(draft) {
    return this.#database.write(["drafts"], ({ drafts }) => drafts.put(draft))
  }

  dropDraft(conversation) {
    return this.#database.write(["drafts"], ({ drafts }) => drafts.delete(conversation))
  }

  /** Forget what the server told; what the person wrote stays. */
  forgetKnown() {
    return this.#database.write(Store.KNOWN, async (tables) => {
      for (const name of Store.KNOWN) await tables[name].clear()
    })
  }

  /**
   * Begin with another epoch: forget what the server told before, but not who reads here. What tabs still keep of the one before is
   * not kept any more. Answers false if another tab has begun with it already.
   *
   * @param {number | null} epoch null: whichever it is, what was told is void
   */
  renew(epoch) {
    this.#epoch = epoch
    return this.#database.write(Store.KNOWN, async (tables) => {
      const { notes } = tables
      if (epoch !== null && (await notes.get("epoch"))?.value === epoch) return false
      const ofReader = (await notes.all()).filter(({ name }) => Store.OF_READER.includes(name))
      for (const name of Store.KNOWN) await tables[name].clear()
      for (const note of ofReader) await notes.put(note)
      if (epoch !== null) await notes.put({ name: "epoch", value: epoch })
      return true
    })
  }

  /** Learn in which epoch the server is. Answers whether that is news, and all that it told is forgotten now. */
  async learn(epoch) {
    const kept = await this.#database.read(["notes"], async ({ notes }) => (await notes.get("epoch"))?.value)
    return kept !== undefined && kept !== epoch && this.renew(epoch)
  }

  /** Keep what the server told, unless another tab has heard meanwhile that it was in another epoch. */
  #keep(names, work) {
    return this.#database.write([...names, "notes"], async (tables) => {
      const kept = (await tables.notes.get("epoch"))?.value ?? null
      if (kept === null || this.#epoch === null || kept === this.#epoch) await work(tables)
    })
  }
}
