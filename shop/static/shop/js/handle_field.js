import { suggestedHandle } from "#shop/suggested_handle.js"

/** The address of a shop: `<nusa-handle-field data-from="name">`. It follows the name until somebody writes their own. */
export class HandleField extends HTMLElement {
  #name

  connectedCallback() {
    this.#name = document.getElementById(this.dataset.from)
    this.#name.addEventListener("input", this)
    this.addEventListener("input", this)
  }

  disconnectedCallback() {
    this.#name.removeEventListener("input", this)
    this.removeEventListener("input", this)
  }

  handleEvent({ currentTarget }) {
    const field = this.querySelector("input")
    if (currentTarget === this) this.dataset.own = field.value ? "yes" : ""
    else if (!this.dataset.own) field.value = suggestedHandle(this.#name.value, field.maxLength)
  }
}
