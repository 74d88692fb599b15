import { buttonsOf, moveByArrows } from "#chat/menu_keys.js"

/** What may be attached to a message: a sheet on phones, above its button on a desk. One for the whole page. */
export class AttachMenu {
  #element
  #composer = null

  constructor({ document }) {
    this.#element = document.getElementById("attach-menu")
    document.addEventListener("click", (event) => this.#clicked(event))
    this.#element.addEventListener("keydown", (event) => moveByArrows(this.#element, event))
  }

  #clicked(event) {
    const opener = event.target.closest("nusa-composer [data-part=attach]")
    if (opener) return this.#open(opener)
    const action = event.target.closest("#attach-menu [data-action]")?.dataset.action
    if (!action) return
    this.#element.hidePopover()
    this.#composer.attach(action)
  }

  #open(opener) {
    this.#composer = opener.closest("nusa-composer")
    const { left, top } = opener.getBoundingClientRect()
    this.#element.style.setProperty("--x", `${left}px`)
    this.#element.style.setProperty("--y", `${top}px`)
    this.#element.togglePopover()
    if (this.#element.matches(":popover-open")) buttonsOf(this.#element)[0].focus()
  }
}
