import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

/**
 * A list that never says more than it knows. It shows what the server just told, else what this device kept and since when, else
 * that nothing is known: "there is none" is said only where that is proven. No DOM here.
 */
export class KnownList {
  static AGAIN_MS = 5_000
  static PATIENCE_MS = 1_500

  #name
  #store
  #read
  #clock
  #show
  #envelope = null
  #running = null
  #isWanted = false
  #stop = null

  /**
   * @param {{
   *   name: string,
   *   store: import("#lib/store.js").Store,
   *   read: () => Promise<object>,
   *   clock: import("#lib/clock.js").Clock,
   *   show: (state: string, envelope: object | null) => void,
   * }} collaborators `read` answers the envelope; `show` is given a state and what there is to see in it
   */
  constructor({ name, store, read, clock, show }) {
    this.#name = name
    this.#store = store
    this.#read = read
    this.#clock = clock
    this.#show = show
  }

  /** What may be said of a list; the server decides the same. */
  static stateOf({ known, complete, source, expected_count, items, parts }) {
    if (known && complete && expected_count === 0 && items.length === 0) return "empty"
    if (items.length === 0) return "unknown"
    const isFresh = known && complete && source === "live" && Object.values(parts ?? {}).every(({ state }) => state === "ok")
    return isFresh ? "list" : "stale"
  }

  /** Begin with what the page brought, or, where it brought nothing, with what this device kept. */
  async open(envelope) {
    if (envelope) return this.#take(envelope)
    this.#show("loading", null)
    const kept = await this.#store.list(this.#name)
    if (this.#envelope === null && kept) this.#fallBack(kept.envelope)
    this.#stop = this.#clock.after(KnownList.PATIENCE_MS, () => this.#envelope === null && this.#show("unknown", null))
    return this.refresh()
  }

  /** Read it again; once more afterwards if that was wished for meanwhile. */
  refresh() {
    this.#isWanted = true
    this.#running ??= this.#refresh().finally(() => (this.#running = null))
    return this.#running
  }

  /** Nothing keeps it true any more: from now on it says of when it is. */
  growOld() {
    if (this.#envelope) this.#fallBack(this.#envelope)
  }

  async #refresh() {
    while (this.#isWanted) {
      this.#isWanted = false
      try {
        await this.#take(await this.#read())
      } catch (failure) {
        this.#failed(failure)
      }
    }
  }

  async #take(envelope) {
    this.#stop?.()
    const state = KnownList.stateOf(envelope)
    if (state === "unknown") return this.#failed(new Unanswered({ wasHanded: true }))
    this.#envelope = envelope
    this.#show(state, envelope)
    if (state !== "stale") await this.#store.keepList(this.#name, envelope)
    return undefined
  }

  #failed(failure) {
    if (!(failure instanceof Unanswered || failure instanceof Refused)) throw failure
    if (this.#envelope) this.growOld()
    else this.#show("unknown", null)
    this.#stop?.()
    this.#stop = this.#clock.after(KnownList.AGAIN_MS, () => this.refresh())
  }

  /** Show what was once known as what it is: old. That it was empty then proves nothing now. */
  #fallBack(envelope) {
    const old = { ...envelope, source: "device" }
    this.#envelope = old
    this.#show(old.items.length > 0 ? "stale" : "unknown", old)
  }
}
