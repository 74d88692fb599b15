import { buttonsOf, moveByArrows } from "#chat/menu_keys.js"

/**
 * What may be attached to a message, and where other apps lead from here: a sheet on phones, above its button on a desk. One for the
 * whole page.
 */
export class AttachMenu {
  #inbox
  #element
  #composer = null

  constructor({ document, inbox }) {
    this.#inbox = inbox
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
    this.#showLinks(this.#inbox.get(this.#composer.getAttribute("conversation")))
    this.#element.togglePopover()
    if (this.#element.matches(":popover-open")) buttonsOf(this.#element)[0].focus()
  }

  /** A link of a group is about the conversation, one of two people about the other person. */
  #showLinks(summary) {
    for (const link of this.#element.querySelectorAll("a[data-kind]")) {
      const isHere = summary && link.dataset.kind === summary.kind && !summary.face
      const id = isHere && (summary.kind === "group" ? summary.id : this.#inbox.other(summary)?.id)
      link.hidden = !id
      link.href = `${link.dataset.address}${id || ""}`
    }
  }
}
