import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

/**
 * Coming back: asks what changed since the cursor, and keeps the new cursor only when every part was read to its end and taken.
 *
 * Whoever has been away for a week pays for what they missed, nothing else. No DOM here.
 */
export class Sync {
  static EVERY_MS = 60_000
  static SOON_MS = 300
  static SOON_JITTER_MS = 300
  static AGAIN_MS = 3_000
  static PAGES_MAX = 1_000

  #line
  #parts
  #takeMe
  #keep
  #forget
  #clock
  #random
  #cursor
  #epoch
  #running = null
  #isWanted = false
  #stop = null

  /**
   * @param {{
   *   line: import("#lib/line.js").Line,
   *   parts: Record<string, (rows: any[]) => Promise<void> | void>,
   *   takeMe: (rev: number, isFirst: boolean) => Promise<void> | void,
   *   keep: (cursor: string, epoch: number) => Promise<void>,
   *   forget: (epoch: number | null) => Promise<void>,
   *   clock: import("#lib/clock.js").Clock,
   *   random?: () => number,
   *   cursor?: string | null,
   *   epoch?: number | null,
   * }} collaborators `forget` throws away what the server told: it is in another epoch now, or was restored
   *   without having noticed (null)
   */
  constructor({ line, parts, takeMe, keep, forget, clock, random = Math.random, cursor = null, epoch = null }) {
    this.#line = line
    this.#parts = parts
    this.#takeMe = takeMe
    this.#keep = keep
    this.#forget = forget
    this.#clock = clock
    this.#random = random
    this.#cursor = cursor
    this.#epoch = epoch
  }

  get epoch() {
    return this.#epoch
  }

  /** Read what changed, now; a call during a run makes one more run after it. */
  run() {
    this.#isWanted = true
    this.#running ??= this.#runWhileWanted().finally(() => (this.#running = null))
    return this.#running
  }

  /** Read what changed in a moment; many reasons within it make one run. */
  soon(jitter_ms = Sync.SOON_JITTER_MS) {
    this.#schedule(Sync.SOON_MS + this.#random() * jitter_ms)
  }

  /** What I hold is void: forget it and read everything. */
  async startOver() {
    this.#cursor = null
    await this.#forget(null)
    return this.run()
  }

  /** Learn in which epoch the server is. In another one, all that it told is forgotten when this resolves. */
  async learn(epoch) {
    const isOther = this.#epoch !== null && epoch !== this.#epoch
    this.#epoch = epoch
    if (!isOther) return
    this.#cursor = null
    await this.#forget(epoch)
  }

  async #runWhileWanted() {
    while (this.#isWanted) {
      this.#isWanted = false
      try {
        await this.#readAll()
      } catch (failure) {
        if (failure instanceof Unanswered) return this.#schedule(Sync.EVERY_MS)
        if (!(failure instanceof Refused)) throw failure
        return this.#schedule(failure.retryAfter_ms ?? Sync.AGAIN_MS)
      }
    }
    this.#schedule(Sync.EVERY_MS)
  }

  async #readAll() {
    const { cursor, epoch, me, parts } = await this.#line.ask("sync", { cursor: this.#cursor })
    // A cursor of another epoch was answered with everything.
    await this.learn(epoch)
    const isFirst = this.#cursor === null
    for (const [name, page] of Object.entries(parts)) await this.#readPart(name, page, epoch)
    await this.#takeMe(me, isFirst)
    // A new line may have told of another epoch meanwhile, and then these rows are as void as all before.
    if (epoch !== this.#epoch) {
      this.#isWanted = true
      return
    }
    await this.#keep(cursor, epoch)
    this.#cursor = cursor
  }

  async #readPart(name, page, epoch) {
    for (let pages = 1; pages <= Sync.PAGES_MAX; pages++) {
      if (epoch !== this.#epoch) return
      await this.#parts[name]?.(page.rows)
      if (page.next === null) return
      page = await this.#line.ask("sync.page", { part: name, next: page.next })
    }
    throw new Error(`the part ${name} of sync has no end`)
  }

  #schedule(ms) {
    this.#stop?.()
    this.#stop = this.#clock.after(ms, () => {
      this.#stop = null
      if (this.#line.state === "ready") this.run()
    })
  }
}
