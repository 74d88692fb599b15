/** The table of variants: `<nusa-variants>`. One price, stock or weight is filled in all rows that are sold. */
export class VariantTable extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this)
    this.addEventListener("keydown", this)
  }

  disconnectedCallback() {
    this.removeEventListener("click", this)
    this.removeEventListener("keydown", this)
  }

  handleEvent(event) {
    const fills = event.target.closest("[data-fills]")
    const isEnter = event.type === "keydown" && event.key === "Enter" && fills
    if (!isEnter && !(event.type === "click" && event.target.closest('[data-part="fill"]'))) return
    // Without this script the server fills them in.
    event.preventDefault()
    for (const source of this.querySelectorAll("[data-fills]")) {
      if (source.value.trim()) this.#fill(source.dataset.fills, source.value)
    }
  }

  #fill(name, value) {
    for (const row of this.querySelectorAll("[data-row]")) {
      if (!row.querySelector('[data-part="sold"]').checked) continue
      const input = row.querySelector(`[data-input="${name}"]`)
      if (!input) continue
      input.value = value
      input.dispatchEvent(new Event("input", { bubbles: true }))
    }
  }
}
