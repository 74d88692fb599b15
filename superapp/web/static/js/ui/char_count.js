/** Says how many characters are left, once they become few. */
export class CharCount extends HTMLElement {
  static FEW = 200

  #field = null

  connectedCallback() {
    this.#field = document.getElementById(this.getAttribute("for"))
    this.#field.addEventListener("input", this)
    this.handleEvent()
  }

  disconnectedCallback() {
    this.#field.removeEventListener("input", this)
  }

  handleEvent() {
    const left = this.#field.maxLength - [...this.#field.value].length
    this.hidden = left >= CharCount.FEW
    this.textContent = this.hidden ? "" : this.data.word("chars_left", { count: left })
  }
}
