const REPLY_PX = 56
const START_PX = 12
const FARTHEST_PX = 72

/** A finger that pulls a message to the right replies to it; the other ways up, down and back stay the browser's. */
export class Swipe {
  #rowOf
  #reply
  #pull = null

  /** @param {{rowOf: (target: Element) => HTMLElement | null, reply: (row: HTMLElement) => void}} collaborators */
  constructor({ rowOf, reply }) {
    this.#rowOf = rowOf
    this.#reply = reply
    document.addEventListener("pointerdown", (event) => this.#pressed(event))
    document.addEventListener("pointermove", (event) => this.#moved(event))
    document.addEventListener("pointerup", () => this.#lifted())
    document.addEventListener("pointercancel", () => this.#release())
  }

  #pressed(event) {
    this.#release()
    if (event.pointerType === "mouse" || !event.isPrimary) return
    const row = this.#rowOf(event.target)
    if (row) this.#pull = { row, x: event.clientX, y: event.clientY, by: 0, isPulled: false }
  }

  #moved(event) {
    const pull = this.#pull
    if (!pull) return
    const by = event.clientX - pull.x
    const aside = Math.abs(event.clientY - pull.y)
    if (!pull.isPulled && (by < -START_PX || aside > START_PX)) return this.#release()
    if (!pull.isPulled && by < START_PX) return
    pull.isPulled = true
    pull.by = Math.min(Math.max(by, 0), FARTHEST_PX)
    pull.row.dataset.pulled = pull.by >= REPLY_PX ? "far" : "near"
    pull.row.style.setProperty("--pulled", `${pull.by}px`)
  }

  #lifted() {
    const pull = this.#pull
    this.#release()
    if (pull && pull.by >= REPLY_PX) this.#reply(pull.row)
  }

  #release() {
    if (!this.#pull) return
    delete this.#pull.row.dataset.pulled
    this.#pull.row.style.removeProperty("--pulled")
    this.#pull = null
  }
}
