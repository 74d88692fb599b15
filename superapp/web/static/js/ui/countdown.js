import { part } from "#ui/part.js"

/** Counts seconds down, then shows what may be done again. */
export class Countdown extends HTMLElement {
  #timer = null

  connectedCallback() {
    const ends_at = Date.now() + Number(this.getAttribute("seconds")) * 1000
    this.#timer = setInterval(() => this.#show(ends_at), 1000)
    this.#show(ends_at)
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
  }

  #show(ends_at) {
    const left = Math.ceil((ends_at - Date.now()) / 1000)
    part(this, "seconds").textContent = Math.max(0, left)
    part(this, "wait").hidden = left <= 0
    part(this, "again").hidden = left > 0
    if (left <= 0) clearInterval(this.#timer)
  }
}
