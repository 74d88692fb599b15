import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

/**
 * The client's rule for one live thing: every change is applied once and in order of its number, whatever gets lost on the way.
 *
 * `rev` is the number I hold, null while I hold nothing. A hint with the next number is applied, an old one dropped, one from
 * further ahead held for a moment, since hints of two processes may cross; then what is missing is fetched. No DOM here.
 */
export class Topic {
  static HOLD_MS = 300
  static HOLD_JITTER_MS = 200
  static HELD_MAX = 500
  static AGAIN_MS = 2_000

  /** @type {number | null} */
  rev = null

  #apply
  #changesAfter
  #startOver
  #advanced
  #clock
  #random
  #wanted = 0
  /** @type {Map<number, object>} */
  #held = new Map()
  #stopHolding = null
  /** @type {Promise<void> | null} */
  #running = null

  /**
   * @param {{
   *   apply: (row: any) => void,
   *   changesAfter: (rev: number) => Promise<{rev: number, rows: any[], more: boolean}>,
   *   startOver: () => void,
   *   advanced?: () => void,
   *   clock: import("#lib/clock.js").Clock,
   *   random?: () => number,
   * }} collaborators `startOver` is called when the server knows less than I do: it was restored, and what I hold is void;
   *   `advanced` whenever `rev` has grown and the rows up to it are applied
   */
  constructor({ apply, changesAfter, startOver, advanced = () => {}, clock, random = Math.random }) {
    this.#apply = apply
    this.#changesAfter = changesAfter
    this.#startOver = startOver
    this.#advanced = advanced
    this.#clock = clock
    this.#random = random
  }

  /** Hold everything up to `rev`, as just read; hints that came meanwhile follow. */
  adopt(rev) {
    this.rev = rev
    this.#applyHeld()
    this.#holdOrFetch()
  }

  /** Hold nothing any more, until `adopt`. */
  forget() {
    this.rev = null
    this.#wanted = 0
    this.#held.clear()
    this.#letGo()
  }

  /** Learn one change from a hint. */
  hear(rev, row) {
    if (this.rev !== null && rev <= this.rev) return
    this.#held.set(rev, row)
    if (this.#held.size > Topic.HELD_MAX) this.#dropOldestHeld()
    if (this.rev === null) return
    this.#applyHeld()
    this.#holdOrFetch()
  }

  /** Learn that the server has reached `rev`; resolves when I have too, or when the line broke on the way. */
  reach(rev) {
    this.#wanted = Math.max(this.#wanted, rev)
    return this.heal()
  }

  /** Learn that the server has reached `rev`, the hint of which is probably on its way: it is given the usual moment. */
  expect(rev) {
    this.#wanted = Math.max(this.#wanted, rev)
    if (this.rev !== null) this.#holdOrFetch()
  }

  /** Go on with what could not be fetched while the line was broken. */
  heal() {
    if (this.rev === null || this.#wanted <= this.rev) return Promise.resolve()
    this.#running ??= this.#catchUp().finally(() => (this.#running = null))
    return this.#running
  }

  #applyHeld() {
    for (const rev of this.#held.keys()) if (rev <= this.rev) this.#held.delete(rev)
    while (this.#held.has(this.rev + 1)) {
      const next = this.rev + 1
      const row = this.#held.get(next)
      this.#held.delete(next)
      this.rev = next
      this.#apply(row)
    }
    this.#advanced()
  }

  #holdOrFetch() {
    if (this.#held.size === 0 && this.#wanted <= this.rev) return this.#letGo()
    if (this.#stopHolding) return
    const hold_ms = Topic.HOLD_MS + this.#random() * Topic.HOLD_JITTER_MS
    this.#stopHolding = this.#clock.after(hold_ms, () => {
      this.#stopHolding = null
      this.reach(Math.max(0, ...this.#held.keys()))
    })
  }

  #letGo() {
    this.#stopHolding?.()
    this.#stopHolding = null
  }

  #dropOldestHeld() {
    const oldest = Math.min(...this.#held.keys())
    this.#held.delete(oldest)
    this.#wanted = Math.max(this.#wanted, oldest)
  }

  async #catchUp() {
    while (this.rev !== null && this.rev < this.#wanted) {
      const after = this.rev
      let delta
      try {
        delta = await this.#changesAfter(after)
      } catch (failure) {
        return this.#postpone(failure)
      }
      if (this.rev === null) return
      if (delta.rev < after) return this.#startOver()
      this.#adoptDelta(delta)
      // Nothing newer is there, whatever was announced: asking again would be asking for ever.
      if (!delta.more && delta.rev === after) this.#wanted = this.rev
    }
    this.#holdOrFetch()
  }

  #adoptDelta({ rev, rows }) {
    for (const row of rows) this.#apply(row)
    this.rev = Math.max(this.rev, rev)
    this.#applyHeld()
  }

  /** Without a line, `heal` is called when there is one again; a server that is busy is asked once more. */
  #postpone(failure) {
    if (failure instanceof Unanswered) {
      if (failure.wasHanded) this.#clock.after(Topic.AGAIN_MS, () => this.heal())
      return
    }
    if (!(failure instanceof Refused)) throw failure
    if (failure.isFinal) return this.forget()
    this.#clock.after(failure.retryAfter_ms ?? Topic.AGAIN_MS, () => this.heal())
  }
}
