import { Bell } from "#lib/bell.js"
import { Refused } from "#lib/refused.js"
import { Topic } from "#lib/topic.js"
import { Unanswered } from "#lib/unanswered.js"

/**
 * One conversation's messages in order, with no gaps and none twice. No DOM here.
 *
 * It holds the log from `low` to its end; older pages are fetched as they are wanted. Rows older than `low` that arrive anyway (an
 * edit, a quote) are kept aside with their numbers, so that a page which was read before such a change cannot undo it.
 */
export class Timeline {
  static PAGE = 50
  static FAR_PAGE = 100
  // Whoever missed more than this reads the newest page afresh instead of everything in between.
  static FAR_BEHIND = 400
  static KEPT_ROWS = 100
  static QUOTES_MAX = 50

  /** Rings when messages changed. */
  onChange = new Bell()
  /** Rings with the members, with their receipts, and the people that came along with messages. */
  onMembers = new Bell()

  /** The first `seq` that is held without gaps up to the newest, or null while nothing is held. */
  low = null
  hasEarlier = false
  isGone = false
  /** Whether it is on the screen: then it is not let go. */
  isShown = false

  #line
  #clock
  #topic
  /** @type {Map<number, any>} */
  #rows = new Map()
  /** @type {{entry: object, rev: number}[]} */
  #answered = []
  #loading = null
  #paging = null
  #generation = 0
  #quotesAsked = new Set()
  /** My own marks by `seq`; those of hidden messages keep them away. @type {Map<number, any>} */
  #marks = new Map()
  #quotesWanted = new Set()

  /**
   * @param {{conversation: string, line: import("#lib/line.js").Line, clock: import("#lib/clock.js").Clock, random?: () => number}} collaborators
   */
  constructor({ conversation, line, clock, random }) {
    this.conversation = conversation
    this.#line = line
    this.#clock = clock
    this.#topic = new Topic({
      apply: (row) => this.#apply(row),
      changesAfter: (after) => this.#changesAfter(after),
      startOver: () => this.startOver(),
      advanced: () => this.#forgetAnswered(),
      clock,
      random,
    })
  }

  get rev() {
    return this.#topic.rev
  }

  get isLoaded() {
    return this.low !== null
  }

  /** The newest `seq` that is held, 0 if there is none. */
  get high() {
    let high = 0
    for (const seq of this.#rows.keys()) if (seq > high) high = seq
    return high
  }

  /** The newest `seq` that somebody else said, 0 if there is none. */
  highOfOthers(meId) {
    return this.messages().findLast((row) => row.from !== meId)?.seq ?? 0
  }

  /** A message that is held, be it aside. */
  get(seq) {
    return this.#rows.get(seq)
  }

  /** My own marks on a message, or undefined. */
  mark(seq) {
    return this.#marks.get(seq)
  }

  /** Whether the server was asked for a message and has none that I may see. */
  isMissing(seq) {
    return this.#quotesAsked.has(seq) && !this.#quotesWanted.has(seq) && !this.#rows.has(seq)
  }

  /** What is held without gaps, in order. */
  messages() {
    if (this.low === null) return []
    return [...this.#rows.values()].filter((row) => row.seq >= this.low).sort((one, other) => one.seq - other.seq)
  }

  /** Commands that were answered and whose change has not arrived yet, so that nothing flickers in between. */
  get answered() {
    return this.#answered.map(({ entry }) => entry)
  }

  // Learning.

  /** Hold what this device kept. */
  adoptRecord({ rev, low, hasEarlier, rows, marks = [] }) {
    for (const mark of marks) this.#putMark(mark)
    this.#adopt({ rev, rows, more: hasEarlier, low })
  }

  /** Hold a page of the newest messages, as just read. */
  adoptHistory({ rev, rows, more, quoted = [], members = [], people = [], marks = [] }) {
    for (const mark of marks) this.#putMark(mark)
    for (const row of quoted) this.#put(row)
    this.#adopt({ rev, rows, more, low: rows[0]?.seq ?? 1 })
    this.onMembers.ring(members, people)
  }

  /** Marks of mine changed: a hidden message goes, and comes back when it is hidden no more. */
  async takeMark(mark) {
    if (!this.#putMark(mark)) return
    this.onChange.ring()
    if (mark.hidden || this.low === null || mark.seq < this.low || this.#rows.has(mark.seq)) return
    const answer = await this.#read("chat.messages", { seqs: [mark.seq] })
    for (const row of answer?.rows ?? []) this.#put(row)
    this.onChange.ring()
  }

  /** Read the newest page, unless something is held already. Resolves also when the line broke: `heal` tries again. */
  load() {
    if (this.isLoaded) return Promise.resolve()
    this.#loading ??= this.#loadNewest().finally(() => (this.#loading = null))
    return this.#loading
  }

  hear(rev, row) {
    this.#topic.hear(rev, row)
  }

  /** Learn from a summary that the conversation has reached `rev`. */
  reach(rev) {
    if (this.rev === null) return this.load()
    if (rev - this.rev > Timeline.FAR_BEHIND) return this.startOver()
    return this.#topic.reach(rev)
  }

  /** There is a line again: go on with whatever could not be read. */
  heal() {
    return this.isLoaded ? this.#topic.heal() : this.load()
  }

  /** Throw away what is held and read afresh. */
  startOver() {
    this.#generation += 1
    this.#rows.clear()
    this.#quotesAsked.clear()
    this.#marks.clear()
    this.low = null
    this.hasEarlier = false
    this.#topic.forget()
    this.#loading = null
    this.onChange.ring()
    return this.load()
  }

  /** A command of mine was answered; show its effect until the change itself is here. */
  settle(entry, { rev }) {
    if (this.rev === null || this.rev >= rev) return
    this.#answered.push({ entry, rev })
    this.#topic.expect(rev)
    this.onChange.ring()
  }

  /** Read the page before what is held. Answers whether anything came. */
  earlier({ limit = Timeline.PAGE } = {}) {
    if (!this.hasEarlier || this.low === null) return Promise.resolve(false)
    this.#paging ??= this.#readEarlier(limit).finally(() => (this.#paging = null))
    return this.#paging
  }

  /** Read backwards until `seq` is held. Answers whether it is. */
  async reachBack(seq) {
    while (this.low !== null && this.low > seq && (await this.earlier({ limit: Timeline.FAR_PAGE })));
    return this.low !== null && this.low <= seq && this.#rows.has(seq)
  }

  /** The message that is replied to; if it is not held, it is asked for and `onChange` rings. */
  quoted(seq) {
    const row = this.#rows.get(seq)
    if (!row && !this.#quotesAsked.has(seq)) this.#wantQuote(seq)
    return row
  }

  /** The newest part, as this device should keep it. */
  record() {
    const held = this.messages()
    const rows = held.slice(-Timeline.KEPT_ROWS)
    const isCut = rows.length < held.length
    const quotes = rows.map((row) => this.#rows.get(row.reply_to)).filter((row) => row && row.seq < rows[0].seq)
    return {
      conversation: this.conversation,
      rev: this.rev,
      low: rows[0]?.seq ?? 1,
      hasEarlier: isCut || this.hasEarlier,
      rows: [...quotes, ...rows],
      marks: [...this.#marks.values()],
    }
  }

  // Rows.

  #adopt({ rev, rows, more, low }) {
    for (const row of rows) this.#put(row)
    this.low = low
    this.hasEarlier = more
    this.#topic.adopt(rev)
    this.onChange.ring()
  }

  #apply(row) {
    this.#put(row)
    this.onChange.ring()
  }

  #putMark(mark) {
    if ((this.#marks.get(mark.seq)?.rev ?? -1) >= mark.rev) return false
    this.#marks.set(mark.seq, mark)
    if (mark.hidden) this.#rows.delete(mark.seq)
    return true
  }

  #put(row) {
    if (this.#marks.get(row.seq)?.hidden) return
    const known = this.#rows.get(row.seq)
    if (!known || known.rev <= row.rev) this.#rows.set(row.seq, row)
  }

  #forgetAnswered() {
    const rev = this.rev
    if (rev === null || !this.#answered.some((one) => one.rev <= rev)) return
    this.#answered = this.#answered.filter((one) => one.rev > rev)
    this.onChange.ring()
  }

  // Asking.

  async #loadNewest() {
    const generation = this.#generation
    const history = await this.#read("chat.history", { limit: Timeline.PAGE })
    if (generation !== this.#generation) return
    if (history) this.adoptHistory(history)
    else if (this.#line.state === "ready" && !this.isGone) this.#clock.after(Topic.AGAIN_MS, () => this.load())
  }

  async #readEarlier(limit) {
    const generation = this.#generation
    const page = await this.#read("chat.history", { before: this.low, limit })
    if (!page || generation !== this.#generation) return false
    for (const mark of page.marks ?? []) this.#putMark(mark)
    for (const row of [...page.quoted, ...page.rows]) this.#put(row)
    this.low = page.rows[0]?.seq ?? this.low
    this.hasEarlier = page.more
    this.onChange.ring()
    return page.rows.length > 0
  }

  async #changesAfter(after) {
    const delta = await this.#line.ask("chat.changes", { conversation: this.conversation, after })
    this.onMembers.ring(delta.members ?? [], delta.people ?? [])
    for (const mark of delta.marks ?? []) this.#putMark(mark)
    return delta
  }

  #wantQuote(seq) {
    this.#quotesAsked.add(seq)
    this.#quotesWanted.add(seq)
    if (this.#quotesWanted.size === 1) queueMicrotask(() => this.#readQuotes())
  }

  async #readQuotes() {
    while (this.#quotesWanted.size > 0) {
      const seqs = [...this.#quotesWanted].slice(0, Timeline.QUOTES_MAX)
      for (const seq of seqs) this.#quotesWanted.delete(seq)
      const answer = await this.#read("chat.messages", { seqs })
      if (!answer) return seqs.forEach((seq) => this.#quotesAsked.delete(seq))
      for (const row of answer.rows) this.#put(row)
      this.onChange.ring()
    }
  }

  /** Answers null if there was no answer, or none that helps: what was wanted is wanted again later. */
  async #read(name, fields) {
    try {
      return await this.#line.ask(name, { conversation: this.conversation, ...fields })
    } catch (failure) {
      if (failure instanceof Refused) this.isGone ||= failure.code === "chat.conversation_not_found"
      else if (!(failure instanceof Unanswered)) throw failure
      return null
    }
  }
}
