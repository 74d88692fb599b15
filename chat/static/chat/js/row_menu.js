import { toast } from "#ui/toast.js"
import { Menu } from "#chat/menu.js"
import { Summary } from "#chat/summary.js"

// Muted without an end is muted for longer than anybody will care.
const MUTED_MS = 36_500 * 86_400_000

/**
 * How I want to have a conversation in my list: pinned, muted, marked as unread, archived, hidden. One for the whole page; its buttons are the server's, two for each
 * preference (`pinned-on`, `pinned-off`).
 */
export class RowMenu {
  #page
  #messenger
  #element
  #conversation = null

  constructor({ document, page, messenger }) {
    this.#page = page
    this.#messenger = messenger
    this.#element = document.getElementById("row-menu")
    new Menu({
      element: this.#element,
      rowOf: (target) => target.closest("nusa-conversation-list li[data-conversation]"),
      open: (row) => this.#open(row.dataset.conversation),
      choose: (action) => this.#keep(action),
    })
  }

  #open(conversation) {
    const summary = this.#messenger.inbox.get(conversation)
    if (!summary?.mine) return null
    this.#conversation = conversation
    const now = this.#page.clock.serverNow()
    const preferences = [...this.#element.querySelectorAll("[data-action$=-on]")].map(({ dataset }) => dataset.action.split("-")[0])
    return new Set(preferences.map((name) => `${name}-${Summary.isOn(name, summary, now) ? "off" : "on"}`))
  }

  async #keep(action) {
    const [name, to] = action.split("-")
    const isOn = to === "on"
    const until = isOn ? new Date(this.#page.clock.serverNow() + MUTED_MS).toISOString() : null
    // What concerns the list alone is not worth keeping for later: without a line, it says so.
    if (await this.#messenger.keep(this.#conversation, name === "muted" ? { muted_until: until } : { [name]: isOn }))
      return ["archived-on", "hidden-on"].includes(action) && toast(this.#page.data.word(name))
    toast(this.#page.data.word("unavailable"))
  }
}
