import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

/**
 * Keeps the counts of a page true: asks for them at every new line and in a moment after each hint that may have moved one. They are
 * absolute, so a lost hint is a delay until the next. No DOM here.
 */
export class BadgeWatch {
  static SOON_MS = 400
  static AGAIN_MS = 5_000

  #line
  #clock
  #take
  #stop = null
  #isAsking = false
  #isWanted = false

  /**
   * @param {{
   *   line: import("#lib/line.js").Line, clock: import("#lib/clock.js").Clock, take: (counts: Record<string, number>) => void,
   * }} collaborators
   */
  constructor({ line, clock, take }) {
    this.#line = line
    this.#clock = clock
    this.#take = take
    line.onReady.listen(() => this.look())
    line.onHint.listen((hint) => mayMove(hint) && this.#soon(BadgeWatch.SOON_MS))
    if (line.state === "ready") this.look()
  }

  /** Ask now; what comes meanwhile is asked once more. */
  async look() {
    this.#isWanted = true
    if (this.#isAsking) return
    this.#isAsking = true
    try {
      while (this.#isWanted && this.#line.state === "ready") {
        this.#isWanted = false
        const { counts } = await this.#line.ask("badges")
        this.#take(counts)
      }
    } catch (failure) {
      if (failure instanceof Refused) this.#soon(failure.retryAfter_ms ?? BadgeWatch.AGAIN_MS)
      else if (!(failure instanceof Unanswered)) throw failure
    } finally {
      this.#isAsking = false
    }
  }

  /** Many hints within a moment are one question. */
  #soon(ms) {
    this.#stop ??= this.#clock.after(ms, () => {
      this.#stop = null
      this.look()
    })
  }
}

function mayMove({ on, rev }) {
  return on === "badges" || on === "bus" || on === "me" || (on.startsWith("chat:") && rev !== undefined)
}
