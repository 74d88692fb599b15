import { OrderOfPhotos } from "#shop/order_of_photos.js"
import { part } from "#ui/part.js"

/**
 * Photos in an order that a finger, a mouse or the keyboard changes: each is dragged by its picture, or moved a step by
 * its two buttons. The form around them carries the order as it stands; without this module the buttons send it.
 */
export class PhotoOrder extends HTMLElement {
  #dragged = null
  #order = null

  connectedCallback() {
    this.#order = new OrderOfPhotos(this.#items().map((item) => item.dataset.photo))
    for (const name of ["click", "pointerdown", "pointermove", "pointerup", "pointercancel"]) this.addEventListener(name, this)
  }

  disconnectedCallback() {
    for (const name of ["click", "pointerdown", "pointermove", "pointerup", "pointercancel"]) this.removeEventListener(name, this)
  }

  handleEvent(event) {
    this[event.type](event)
  }

  click(event) {
    const button = event.target.closest("button[data-step]")
    if (!button) return
    event.preventDefault()
    const item = button.closest("[data-photo]")
    if (!this.#order.step(item.dataset.photo, Number(button.dataset.step))) return
    this.#show()
    // The button went along with its photo, and keeps the focus.
    button.focus()
    this.#say(item)
  }

  pointerdown(event) {
    const handle = event.target.closest("[data-part=handle]")
    if (!handle || event.button !== 0) return
    event.preventDefault()
    this.#dragged = handle.closest("[data-photo]")
    this.#dragged.toggleAttribute("data-dragged", true)
    this.setPointerCapture(event.pointerId)
  }

  pointermove({ clientX, clientY }) {
    if (!this.#dragged) return
    const under = document.elementFromPoint(clientX, clientY)?.closest("[data-photo]")
    if (!under || under === this.#dragged || !this.contains(under)) return
    if (this.#order.move(this.#dragged.dataset.photo, this.#items().indexOf(under))) this.#show()
  }

  pointerup() {
    if (!this.#dragged) return
    this.#dragged.removeAttribute("data-dragged")
    this.#say(this.#dragged)
    this.#dragged = null
  }

  pointercancel() {
    this.pointerup()
  }

  #items() {
    return [...this.querySelectorAll("[data-photo]")]
  }

  #show() {
    const byName = new Map(this.#items().map((item) => [item.dataset.photo, item]))
    part(this, "list").append(...this.#order.names.map((name) => byName.get(name)))
  }

  /** Tell where it stands now, to who cannot see it, and have the form sent if it is to be. */
  #say(item) {
    const place = this.#items().indexOf(item) + 1
    part(this, "said").textContent = this.data.word("photo_place", { place, count: this.#items().length })
    this.closest("form")?.toggleAttribute("data-changed", true)
  }
}
