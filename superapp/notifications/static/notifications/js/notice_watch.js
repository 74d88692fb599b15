import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

/**
 * Notices messages that come while something else is looked at: asks the server what to say of them and how, and passes that on. What is
 * muted, read elsewhere or wanted quiet is answered with nothing. No DOM here.
 */
export class NoticeWatch {
  static SOON_MS = 200
  static AGAIN_MS = 3_000

  #line
  #clock
  #me
  #isOpen
  #take
  /** By subject: when it was asked about last; and, while a question is due, the number of the first new message. */
  #asked_at = new Map()
  #waiting = new Map()

  /**
   * @param {{
   *   line: import("#lib/line.js").Line, clock: import("#lib/clock.js").Clock, me: string,
   *   isOpen: (subject: string) => boolean, take: (notice: any) => void,
   * }} collaborators `isOpen` is whether the subject is what this page shows, to somebody who looks at it
   */
  constructor({ line, clock, me, isOpen, take }) {
    this.#line = line
    this.#clock = clock
    this.#me = me
    this.#isOpen = isOpen
    this.#take = take
    line.onHint.listen((hint) => this.#isNews(hint) && this.#soon(hint.on, hint.row.seq))
  }

  #isNews({ on, say, row }) {
    if (say !== "message.posted" || row.from === this.#me) return false
    // That somebody joined is no news; what a shop did with an order is.
    return (!row.event || row.event.name.includes(".")) && !this.#isOpen(on)
  }

  /** Many messages of a moment are one question, and a busy group is asked about now and then. */
  #soon(subject, number) {
    if (this.#waiting.has(subject)) return
    this.#waiting.set(subject, number)
    const again_ms = (this.#asked_at.get(subject) ?? -Infinity) + NoticeWatch.AGAIN_MS - this.#clock.now()
    this.#clock.after(Math.max(NoticeWatch.SOON_MS, again_ms), () => this.#ask(subject))
  }

  async #ask(subject) {
    const first = this.#waiting.get(subject)
    this.#waiting.delete(subject)
    this.#asked_at.set(subject, this.#clock.now())
    try {
      const { notice } = await this.#line.ask("notifications.notice", { subject })
      // In a muted group the notice is of an earlier mention, and what came now does not notify.
      if (notice && notice.number >= first && !this.#isOpen(subject)) this.#take(notice)
    } catch (failure) {
      // The badge still says that something waits.
      if (!(failure instanceof Refused || failure instanceof Unanswered)) throw failure
    }
  }
}
