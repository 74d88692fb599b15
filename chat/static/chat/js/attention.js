import { Summary } from "#chat/summary.js"

/** What asks for attention outside the conversation: the number in the title, on the place, on the app; one spoken line. */
export class Attention {
  #document
  #page
  #messenger
  #title = ""
  #count = null

  constructor({ document, page, messenger }) {
    this.#document = document
    this.#page = page
    this.#messenger = messenger
    this.#title = document.title
    messenger.inbox.onChange.listen(() => this.#show())
    messenger.onArrival.listen((conversation, row) => this.#announce(conversation, row))
    this.#show()
  }

  /** What the page is about now; the number stands before it. */
  set title(title) {
    this.#title = title
    this.#show()
  }

  #show() {
    const count = this.#messenger.inbox.badge
    const title = count > 0 ? this.#page.data.word("title_unread", { count, title: this.#title }) : this.#title
    if (this.#document.title !== title) this.#document.title = title
    if (count !== this.#count) this.#showCount(count)
  }

  #showCount(count) {
    this.#count = count
    for (const badge of this.#document.querySelectorAll("[data-badge=chat]")) {
      badge.hidden = count === 0
      badge.textContent = count > 0 ? this.#page.format.number(count) : ""
    }
    // Where the app is installed; a browser may refuse it to a page that is not, which nobody misses.
    const told = count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.()
    told?.catch(() => {})
  }

  #announce(conversation, row) {
    const { words, data } = this.#page
    const summary = this.#messenger.inbox.get(conversation)
    if (!summary || Summary.isMuted(summary, this.#page.clock.serverNow())) return
    this.#document.getElementById("announcer").textContent = data.word("announce", { name: words.name(row.from), text: words.line(row) })
  }
}
