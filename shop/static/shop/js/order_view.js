/** An order on its page: `<nusa-order data-rev>`. It becomes what the server draws, where nobody is busy with it. */
export class OrderView extends HTMLElement {
  #waiting = null

  connectedCallback() {
    this.addEventListener("toggle", this, true)
    this.addEventListener("focusout", this)
  }

  disconnectedCallback() {
    this.removeEventListener("toggle", this, true)
    this.removeEventListener("focusout", this)
  }

  /** What had to wait is shown once nobody writes any more. */
  handleEvent() {
    setTimeout(() => this.#waiting && !this.#isBusy && this.#show(this.#waiting))
  }

  /** Show the order of another page, unless it is no newer. */
  become(other) {
    if (!other || Number(other.dataset.rev) < Number(this.dataset.rev)) return
    if (this.#isBusy) this.#waiting = other
    else this.#show(other)
  }

  /** Somebody who unfolded a form reads or fills it in; what they would send is refused if the order has moved on. */
  get #isBusy() {
    const isTyping = this.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")
    const isAsked = [...this.querySelectorAll("details[open]")].some((fold) => fold.contains(document.activeElement))
    return isTyping || isAsked
  }

  #show(other) {
    this.#waiting = null
    this.dataset.rev = other.dataset.rev
    this.replaceChildren(...[...other.childNodes].map((node) => document.adoptNode(node)))
  }
}
