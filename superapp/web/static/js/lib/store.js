/**
 * What this device knows of one person's conversations, lists and receipts, so that the page opens at once and without a line.
 *
 * It may be behind the server and is never ahead of it: a cursor is kept only after the rows it stands for, and rows of two tabs
 * are merged by their numbers. What waits to be sent is in the same database, since one person owns both. No DOM here.
 */
export class Store {
  static VERSION = 2
  static TABLES = {
    notes: { keyPath: "name" },
    conversations: { keyPath: "id" },
    timelines: { keyPath: "conversation" },
    drafts: { keyPath: "conversation" },
    outbox: { keyPath: "place", autoIncrement: true },
    lists: { keyPath: "name" },
    receipts: { keyPath: "text" },
  }
  static TIMELINES_MAX = 60
  static RECEIPTS_MAX = 500
  // Receipts are not among them: when the server has forgotten, they are what is left.
  static KNOWN = ["notes", "conversations", "timelines", "lists"]

  #database

  /** @param {import("#lib/database.js").Database | import("#lib/memory_database.js").MemoryDatabase} database */
  constructor(database) {
    this.#database = database
  }

  static nameFor(userId) {
    return `person ${userId}`
  }

  get database() {
    return this.#database
  }

  /** @returns {Promise<{notes: Record<string, any>, summaries: object[], drafts: object[]}>} everything but the messages */
  load() {
    return this.#database.read(["notes", "conversations", "drafts"], async ({ notes, conversations, drafts }) => ({
      notes: Object.fromEntries((await notes.all()).map(({ name, value }) => [name, value])),
      summaries: await conversations.all(),
      drafts: await drafts.all(),
    }))
  }

  /** Whether something that was written here has not been sent. */
  async hasUnsent() {
    const entries = await this.#database.read(["outbox"], ({ outbox }) => outbox.all())
    return entries.some((entry) => entry.state !== "refused")
  }

  /** Keep one value, after every summary that was given to keep before: a number or cursor must not outlive its rows. */
  note(name, value) {
    return this.#database.write(["notes", "conversations"], ({ notes }) => notes.put({ name, value }))
  }

  /**
   * Keep summaries, each merged with what another tab may have kept.
   *
   * @param {object[]} summaries
   * @param {(older: object, newer: object) => object} merge
   */
  keepSummaries(summaries, merge) {
    return this.#database.write(["conversations"], async ({ conversations }) => {
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
    return this.#database.write(["timelines", "notes"], async ({ timelines, notes }) => {
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
}
