import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

/** What I have received and read, told to the server: rarely, and until it knows. No DOM here. */
export class Marks {
  static DELIVERED_MS = 1_000
  static DELIVERED_MAX = 100
  static READ_MS = 300

  #line
  #clock
  /** @type {Map<string, number>} */
  #delivered = new Map()
  /** @type {Map<string, number>} */
  #read = new Map()
  /** When what I have read was last told, by the clock. @type {Map<string, number>} */
  #read_at = new Map()
  // The largest number the server has answered for.
  #told = { delivered: new Map(), read: new Map() }
  #stops = new Map()

  /** @param {{line: import("#lib/line.js").Line, clock: import("#lib/clock.js").Clock}} collaborators */
  constructor({ line, clock }) {
    this.#line = line
    this.#clock = clock
  }

  /** This device holds a conversation up to `seq`. */
  delivered(conversation, seq) {
    if (!this.#isNews("delivered", this.#delivered, conversation, seq)) return
    this.#soon("delivered", Marks.DELIVERED_MS, () => this.#tellDelivered())
  }

  /** I have read a conversation up to `seq`; told `again` where the server knows that, and reading ends more. */
  read(conversation, seq, { again = false } = {}) {
    if (again) this.#told.read.delete(conversation)
    if (!this.#isNews("read", this.#read, conversation, seq)) return
    // The first at once, since a page may be left a moment later; what follows closely goes together.
    const since_ms = Math.abs(this.#clock.now() - (this.#read_at.get(conversation) ?? 0))
    this.#soon(`read ${conversation}`, Math.max(0, Marks.READ_MS - since_ms), () => this.#tellRead(conversation))
  }

  /** There is a line again: tell what is untold. */
  heal() {
    if (this.#delivered.size > 0) this.#soon("delivered", 0, () => this.#tellDelivered())
    for (const conversation of this.#read.keys()) this.#soon(`read ${conversation}`, 0, () => this.#tellRead(conversation))
  }

  /** Numbers mean something else now: nothing was told. */
  forget() {
    for (const stop of this.#stops.values()) stop()
    for (const numbers of [this.#delivered, this.#read, this.#told.delivered, this.#told.read, this.#stops]) numbers.clear()
  }

  #isNews(kind, wanted, conversation, seq) {
    if (seq <= Math.max(wanted.get(conversation) ?? 0, this.#told[kind].get(conversation) ?? 0)) return false
    wanted.set(conversation, seq)
    return true
  }

  #soon(name, ms, work) {
    if (this.#stops.has(name)) return
    const stop = this.#clock.after(ms, () => {
      this.#stops.delete(name)
      work()
    })
    this.#stops.set(name, stop)
  }

  async #tellDelivered() {
    const marks = [...this.#delivered].slice(0, Marks.DELIVERED_MAX)
    if (marks.length === 0 || !(await this.#tell("chat.delivered", { marks }))) return
    for (const [conversation, seq] of marks) this.#know("delivered", this.#delivered, conversation, seq)
    if (this.#delivered.size > 0) this.#soon("delivered", Marks.DELIVERED_MS, () => this.#tellDelivered())
  }

  async #tellRead(conversation) {
    const seq = this.#read.get(conversation)
    this.#read_at.set(conversation, this.#clock.now())
    if (seq !== undefined && (await this.#tell("chat.read", { conversation, seq }))) this.#know("read", this.#read, conversation, seq)
  }

  #know(kind, wanted, conversation, seq) {
    this.#told[kind].set(conversation, seq)
    if (wanted.get(conversation) === seq) wanted.delete(conversation)
  }

  /** Whether the server has decided; what it refused for good need not be told again. */
  async #tell(name, fields) {
    try {
      await this.#line.ask(name, fields)
      return true
    } catch (failure) {
      if (failure instanceof Unanswered) return false
      if (!(failure instanceof Refused)) throw failure
      if (!failure.isFinal) this.#clock.after(failure.retryAfter_ms ?? Marks.DELIVERED_MS, () => this.heal())
      return failure.isFinal
    }
  }
}
