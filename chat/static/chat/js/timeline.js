import { Bell } from "#lib/bell.js"
import { Refused } from "#lib/refused.js"
import { Topic } from "#lib/topic.js"
import { Unanswered } from "#lib/unanswered.js"
import { Span } from "#chat/span.js"

/**
 * One conversation's messages in order, with no gaps and none twice. No DOM here.
 *
 * It holds the newest part of the log, up to its end, and an island: a part further back that was jumped to. Both grow by pages as
 * they are wanted, and are one as soon as they touch. Rows of neither that arrive anyway (an edit, a quote) are kept aside with their
 * numbers, so that a page which was read before such a change cannot undo it.
 */
export class Timeline {
  static PAGE = 50
  static FAR_PAGE = 100
  // What is read on each side of a message that is jumped to.
  static AROUND = 25
  // Whoever missed more than this reads the newest page afresh instead of everything in between.
  static FAR_BEHIND = 400
  static KEPT_ROWS = 100
  static QUOTES_MAX = 50

  /** Rings when messages changed. */
  onChange = new Bell()
  /** Rings with the members, with their receipts, and the people that came along with messages. */
  onMembers = new Bell()

  /** What is held up to the end of the log, null while nothing is. @type {Span | null} */
  newest = null
  /** What is held further back, not touching it. @type {Span | null} */
  island = null
  isGone = false
  /** Whether it is on the screen: then it is not let go. */
  isShown = false

  #line
  #clock
  #topic
  /** @type {Map<number, any>} */
  #rows = new Map()
  #inOrder = null
  /** @type {{entry: object, rev: number}[]} */
  #answered = []
  #loading = null
  #generation = 0
  #jumps = 0
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
    return this.newest !== null
  }

  /** The first `seq` that is held without gaps up to the newest, or null while nothing is held. */
  get low() {
    return this.newest?.low ?? null
  }

  get hasEarlier() {
    return this.newest?.hasEarlier ?? false
  }

  /** The newest `seq` that is held, 0 if there is none. */
  get high() {
    return this.#ordered.at(-1)?.seq ?? 0
  }

  /** The newest `seq` that somebody else said, 0 if there is none. */
  highOfOthers(meId) {
    return this.messages().findLast((row) => row.from !== meId)?.seq ?? 0
  }

  /** A message that is held, be it aside. */
  get(seq) {
    return this.#rows.get(seq)
  }

  /** Whether the log is held around a place. */
  has(seq) {
    return this.#spanOf(seq) !== undefined
  }

  /** My own marks on a message, or undefined. */
  mark(seq) {
    return this.#marks.get(seq)
  }

  /** Whether the server was asked for a message and has none that I may see. */
  isMissing(seq) {
    return this.#quotesAsked.has(seq) && !this.#quotesWanted.has(seq) && !this.#rows.has(seq)
  }

  /** What is held without gaps, in order: the newest part, or another one that is given. */
  messages(span = this.newest) {
    return span ? span.of(this.#ordered) : []
  }

  get #ordered() {
    this.#inOrder ??= [...this.#rows.values()].sort((one, other) => one.seq - other.seq)
    return this.#inOrder
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
    if (mark.hidden || !this.#spanOf(mark.seq) || this.#rows.has(mark.seq)) return
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
    this.#inOrder = null
    this.#quotesAsked.clear()
    this.#marks.clear()
    this.newest = null
    this.island = null
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
  earlier({ limit = Timeline.PAGE, span = this.newest } = {}) {
    if (!span?.hasEarlier) return Promise.resolve(false)
    span.paging.earlier ??= this.#readEarlier(span, limit).finally(() => (span.paging.earlier = null))
    return span.paging.earlier
  }

  /** Read the page after an island. Answers whether anything came. */
  later({ limit = Timeline.PAGE, span = this.island } = {}) {
    if (!span?.hasLater) return Promise.resolve(false)
    span.paging.later ??= this.#readLater(span, limit).finally(() => (span.paging.later = null))
    return span.paging.later
  }

  /**
   * Hold the messages around `seq`, without those between them and the newest if they are many. Answers the span that has its place,
   * or null if that could not be read; the message itself may not be there for me.
   */
  async jumpTo(seq) {
    const jump = (this.#jumps += 1)
    await this.load()
    if (!this.isLoaded) return null
    const isNear = () => this.low - seq > 0 && this.low - seq <= Timeline.FAR_PAGE
    if (isNear() && !this.#spanOf(seq)) await this.earlier({ limit: Timeline.FAR_PAGE })
    if (!this.#spanOf(seq)) await this.#readAround(seq, jump)
    return this.#spanOf(seq) ?? null
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
    this.newest = new Span({ low, hasEarlier: more })
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
    this.#inOrder = null
    return true
  }

  #put(row) {
    if (this.#marks.get(row.seq)?.hidden) return
    const known = this.#rows.get(row.seq)
    if (known && known.rev > row.rev) return
    this.#rows.set(row.seq, row)
    this.#inOrder = null
  }

  /** The stretch that has this place of the log, undefined for none. */
  #spanOf(seq) {
    return [this.newest, this.island].find((span) => span?.has(seq))
  }

  #joinIfTouching() {
    if (!this.island || this.island.high + 1 < this.newest.low) return
    this.newest.join(this.island)
    this.island = null
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

  async #readEarlier(span, limit) {
    const page = await this.#read("chat.history", { before: span.low, limit })
    if (!page || !this.#isHeld(span)) return false
    this.#takePage(page)
    span.low = page.rows[0]?.seq ?? span.low
    span.hasEarlier = page.more
    this.#joinIfTouching()
    this.onChange.ring()
    return page.rows.length > 0
  }

  async #readLater(span, limit) {
    const page = await this.#read("chat.history", { after: span.high, limit })
    if (!page || !this.#isHeld(span)) return false
    this.#takePage(page)
    // Where nothing follows, the log has come to its end, whatever was hidden of it.
    span.high = page.more ? page.rows.at(-1).seq : Infinity
    this.#joinIfTouching()
    this.onChange.ring()
    return page.rows.length > 0
  }

  async #readAround(seq, jump) {
    const generation = this.#generation
    const limit = Timeline.AROUND
    const [before, after] = await Promise.all([
      this.#read("chat.history", { before: seq + 1, limit }),
      this.#read("chat.history", { after: seq, limit }),
    ])
    // Another jump may have been made meanwhile.
    if (!before || !after || generation !== this.#generation || jump !== this.#jumps) return
    this.#takePage(before)
    this.#takePage(after)
    const high = after.more ? after.rows.at(-1).seq : Infinity
    this.island = new Span({ low: before.rows[0]?.seq ?? seq, high, hasEarlier: before.more })
    this.#joinIfTouching()
    this.onChange.ring()
  }

  #isHeld(span) {
    return span === this.newest || span === this.island
  }

  #takePage({ rows, quoted, marks = [], members = [], people = [] }) {
    for (const mark of marks) this.#putMark(mark)
    for (const row of [...quoted, ...rows]) this.#put(row)
    this.onMembers.ring(members, people)
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
