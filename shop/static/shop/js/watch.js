import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

/**
 * Watches one topic: rings `moved` whenever it is further than what is shown, however that was learned. A lost hint is a delay, since
 * every new line and every look asks how far it is. No DOM here.
 */
export class Watch {
  #line
  #topic
  #moved
  #rev

  /**
   * @param {{line: import("#lib/line.js").Line, topic: string, rev?: number, moved: (rev: number) => void}} collaborators `rev` is how far
   *   what is shown is, if that is known
   */
  constructor({ line, topic, rev = -1, moved }) {
    this.#line = line
    this.#topic = topic
    this.#rev = rev
    this.#moved = moved
    line.onReady.listen(() => this.look())
    line.onHint.listen((hint) => hint.on === topic && this.#reach(hint.rev))
  }

  /** See how far it is. */
  async look() {
    if (this.#line.state !== "ready") return
    try {
      const { rev } = await this.#line.ask("watch", { topic: this.#topic })
      this.#reach(rev)
    } catch (failure) {
      if (!(failure instanceof Unanswered || failure instanceof Refused)) throw failure
    }
  }

  #reach(rev) {
    if (rev <= this.#rev) return
    this.#rev = rev
    this.#moved(rev)
  }
}
