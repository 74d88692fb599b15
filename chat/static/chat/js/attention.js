import { Summary } from "#chat/summary.js"

/** What asks for attention outside the conversation: how many are unread, what the page is about, and one spoken line. */
export class Attention {
  #document
  #page
  #messenger
  #badges

  constructor({ document, page, messenger, badges }) {
    this.#document = document
    this.#page = page
    this.#messenger = messenger
    this.#badges = badges
    messenger.inbox.onChange.listen(() => this.#show())
    messenger.onComplete.listen(() => this.#show())
    messenger.onArrival.listen((conversation, row) => this.#announce(conversation, row))
    this.#show()
  }

  /** What the page is about now; the number stands before it. */
  set title(title) {
    this.#badges.title = title
  }

  #show() {
    // Until all is read, the count that the server wrote into the page is newer than what this device kept.
    if (this.#messenger.isComplete || !this.#page.boot.chat) this.#badges.set("chat", this.#messenger.inbox.badge)
  }

  #announce(conversation, row) {
    const { words, data } = this.#page
    const summary = this.#messenger.inbox.get(conversation)
    if (!summary || summary.mine?.archived || Summary.isQuiet(summary, this.#page.clock.serverNow())) return
    this.#document.getElementById("announcer").textContent = data.word("announce", { name: words.name(row.from, conversation), text: words.line(row) })
  }
}
