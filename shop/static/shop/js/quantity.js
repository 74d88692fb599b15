import { writeMoney } from "#lib/format.js"
import { fill, part } from "#ui/part.js"

const ASSET = "IDR"

/** How many pieces: `<nusa-quantity>`. What it comes to is shown at once, and is what the buyer agrees to. */
export class Quantity extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this)
    this.addEventListener("input", this)
    for (const name of ["less", "more"]) part(this, name).hidden = false
    part(this, "count").hidden = true
    this.#show()
  }

  disconnectedCallback() {
    this.removeEventListener("click", this)
    this.removeEventListener("input", this)
  }

  handleEvent({ type, target }) {
    const step = { less: -1, more: 1 }[target.closest("[data-part]")?.dataset.part]
    if (type === "click" && !step) return
    if (step) this.#input.value = this.#within(this.#quantity + step)
    this.#keepToStock()
    this.#show()
  }

  get #input() {
    return this.querySelector("input")
  }

  get #quantity() {
    const written = Number(this.#input.value)
    return Number.isInteger(written) ? written : 0
  }

  #within(quantity) {
    return Math.min(Math.max(1, quantity), Number(this.dataset.max))
  }

  /** More pieces than there are become all there are, which is said. */
  #keepToStock() {
    const isTooMany = this.#quantity > Number(this.dataset.max)
    if (isTooMany) this.#input.value = this.dataset.max
    const few = part(this.parentElement, "few")
    if (few) few.hidden = !isTooMany
  }

  #show() {
    const quantity = this.#quantity
    part(this, "less").disabled = quantity <= 1
    part(this, "more").disabled = quantity >= Number(this.dataset.max)
    // What is no number of pieces comes to nothing that one could agree to; the server says what is wrong with it.
    if (this.dataset.price === "" || this.#within(quantity) !== quantity) return
    const items = { amount_minor: Number(this.dataset.price) * quantity, asset: ASSET }
    const total = { ...items, amount_minor: items.amount_minor + Number(this.dataset.shipping) }
    const form = this.closest("form")
    part(form, "expected").value = total.amount_minor
    part(form, "expected-quantity").value = `${quantity}`
    fill(form, "pieces", `${quantity}`)
    fill(form, "items", writeMoney(items))
    fill(form, "total", writeMoney(total))
    fill(form, "pay", writeMoney(total))
  }
}
