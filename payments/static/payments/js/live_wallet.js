import { Refused } from "#lib/refused.js"
import { Topic } from "#lib/topic.js"
import { Unanswered } from "#lib/unanswered.js"

/**
 * A wallet that stays true while it is looked at: whatever changes is asked for by number, so a lost hint is a delay. No DOM here.
 */
export class LiveWallet {
  #line
  #topic
  #name
  #show

  /**
   * @param {{
   *   id: string, rev: number, line: import("#lib/line.js").Line, clock: import("#lib/clock.js").Clock,
   *   show: (wallet: any, rows: any[]) => void, startOver: () => void,
   * }} collaborators `show` is given how the wallet stands and what came since, in order; `startOver` when all of it is void
   */
  constructor({ id, rev, line, clock, show, startOver }) {
    this.#line = line
    this.#show = show
    this.#name = `wallet:${id}`
    // What a hint carries is less than what is shown: it says how far the wallet is, and the rows are asked for.
    this.#topic = new Topic({ apply: () => {}, changesAfter: (after) => this.#changesAfter(after), startOver, clock })
    this.#topic.adopt(rev)
    line.onReady.listen(() => this.look())
    line.onHint.listen((hint) => hint.on === this.#name && this.#topic.reach(hint.rev))
  }

  /** See how far the wallet is: a hint may have been lost without anybody noticing. */
  async look() {
    if (this.#line.state !== "ready") return
    try {
      const { rev } = await this.#line.ask("watch", { topic: this.#name })
      await this.#topic.reach(rev)
    } catch (failure) {
      // Without a line there is another `ready`; for a server that is busy the next look is soon enough.
      const isForNow = failure instanceof Unanswered || (failure instanceof Refused && !failure.isFinal)
      if (!isForNow) throw failure
    }
  }

  async #changesAfter(after) {
    const changes = await this.#line.ask("payments.changes", { after })
    this.#show(changes.wallet, changes.rows)
    return changes
  }
}
