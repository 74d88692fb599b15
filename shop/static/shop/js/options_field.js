import { part } from "#ui/part.js"
import { countVariants } from "#shop/variant_count.js"

/** The options of a product: `<nusa-options>`. How many variants they make is said while they are written. */
export class OptionsField extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this)
    this.handleEvent()
  }

  disconnectedCallback() {
    this.removeEventListener("input", this)
  }

  handleEvent() {
    const count = countVariants([...this.querySelectorAll('[data-part="values"]')].map((input) => input.value))
    const most = Number(this.dataset.max)
    const said = part(this, "count")
    said.hidden = count < 2
    said.textContent = this.data.word(count > most ? "too_many" : "count", { count, most })
  }
}
