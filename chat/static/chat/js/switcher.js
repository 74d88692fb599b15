import { clone, fill, mark, part } from "#ui/part.js"
import { showAvatar } from "#ui/avatar.js"

const SHOWN_MAX = 20

/** Going to a conversation by its name, from the keyboard: a dialog with a search field and what it finds. */
export class Switcher {
  #dialog
  #page
  #inbox
  #picked = 0

  constructor({ document, page, inbox }) {
    this.#dialog = document.getElementById("switcher")
    this.#page = page
    this.#inbox = inbox
    this.#field.addEventListener("input", () => this.#show())
    this.#dialog.addEventListener("keydown", (event) => this.#key(event))
    this.#dialog.addEventListener("click", (event) => this.#clicked(event))
  }

  open() {
    this.#field.value = ""
    this.#show()
    this.#dialog.showModal()
  }

  get #field() {
    return part(this.#dialog, "search")
  }

  get #links() {
    return [...part(this.#dialog, "found").querySelectorAll("a")]
  }

  #show() {
    const query = this.#field.value.trim()
    const found = this.#inbox.list(query).slice(0, SHOWN_MAX)
    part(this.#dialog, "found").replaceChildren(...found.map((summary, place) => this.#row(summary, place)))
    fill(this.#dialog, "nothing", found.length === 0 && query ? query : null)
    this.#pick(0)
  }

  #row(summary, place) {
    const link = clone("switcher-row-template")
    const name = this.#inbox.nameOf(summary)
    link.href = this.#page.urlOf(summary.id)
    link.id = `switcher-${place}`
    showAvatar(link, this.#inbox.looksOf(summary), name)
    fill(link, "name", name)
    fill(link, "via", this.#page.words.via(summary))
    return link
  }

  #pick(place) {
    const links = this.#links
    this.#picked = links.length ? (place + links.length) % links.length : 0
    links.forEach((link, at) => mark(link, "aria-selected", at === this.#picked, "true"))
    mark(this.#field, "aria-activedescendant", links.length > 0, links[this.#picked]?.id)
    links[this.#picked]?.scrollIntoView({ block: "nearest" })
  }

  #key(event) {
    if (event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) this.#pick(this.#picked + step)
    else if (event.key === "Enter") this.#links[this.#picked]?.click()
    // In a search field the browser would only empty it.
    else if (event.key === "Escape") this.#dialog.close()
    else return
    event.preventDefault()
  }

  /** A row leads where it says; beside all rows there is nothing but the way back. */
  #clicked(event) {
    if (event.target === this.#dialog || event.target.closest("a")) this.#dialog.close()
  }
}
