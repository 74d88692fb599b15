import { load } from "#ui/load.js"

/**
 * Keys that work everywhere on the pages of chat: Ctrl-K finds a conversation, Alt with an arrow goes to the next one of the list, the
 * arrows go through the list while it has the focus, Esc leaves a conversation for the list, and what is typed into nothing goes into the
 * message that is being written.
 */
export class Shortcuts {
  #document
  #page
  #messenger
  #switcher = null

  constructor({ document, page, messenger }) {
    this.#document = document
    this.#page = page
    this.#messenger = messenger
    document.addEventListener("keydown", (event) => this.#pressed(event))
  }

  get #links() {
    return [...this.#document.querySelectorAll("nusa-conversation-list [data-part=rows] [data-part=link]")]
  }

  #pressed(event) {
    if (event.defaultPrevented || event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) this.#find(event)
    else if (step && event.altKey) this.#goOn(event, step)
    else if (step) this.#goThrough(event, step)
    else if (event.key === "Escape") this.#leave(event)
    else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) this.#write()
  }

  /** The letter itself follows the focus. */
  #write() {
    if (this.#document.activeElement?.matches("input, textarea, select, summary") || this.#document.querySelector("dialog[open], :popover-open")) return
    this.#document.querySelector("[data-part=conversation] nusa-composer")?.focus()
  }

  async #find(event) {
    event.preventDefault()
    if (this.#document.querySelector("dialog[open]")) return
    if (!this.#switcher) {
      const { Switcher } = await load(() => import("#chat/switcher.js"), this.#page.data)
      this.#switcher ??= new Switcher({ document: this.#document, page: this.#page, inbox: this.#messenger.inbox })
    }
    this.#switcher.open()
  }

  #goOn(event, step) {
    const links = this.#links
    const at = links.findIndex((link) => link.hasAttribute("aria-current"))
    const next = at === -1 ? links[0] : links[at + step]
    event.preventDefault()
    next?.click()
  }

  #goThrough(event, step) {
    const { activeElement } = this.#document
    const links = this.#links
    const at = links.indexOf(activeElement)
    const isSearch = activeElement?.matches("nusa-conversation-list [data-part=search]")
    if (at === -1 && !(isSearch && step === 1)) return
    event.preventDefault()
    links[at + step]?.focus()
  }

  /** An open menu or dialog is left first, by the browser. */
  #leave(event) {
    if (this.#document.querySelector("dialog[open], :popover-open")) return
    const back = this.#document.querySelector("[data-part=conversation] [data-part=back]")
    if (!back || this.#document.body.dataset.view !== "conversation") return
    event.preventDefault()
    back.click()
  }
}
