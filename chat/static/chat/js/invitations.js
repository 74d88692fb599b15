import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

/** The way from the list to the groups that I am invited to, with their number: asked for again whenever it may have changed. */
export class Invitations {
  #document
  #line
  #format

  /** @param {{document: Document, line: import("#lib/line.js").Line, format: import("#lib/format.js").Format}} collaborators */
  constructor({ document, line, format }) {
    this.#document = document
    this.#line = line
    this.#format = format
    if (!this.#link) return
    line.onReady.listen(() => this.#ask())
    line.onHint.listen(({ on }) => on === "invitations" && this.#ask())
  }

  get #link() {
    return this.#document.querySelector("[data-part=invitations-link]")
  }

  async #ask() {
    try {
      const { rows } = await this.#line.ask("chat.invitations", {})
      this.#link.hidden = rows.length === 0
      this.#link.querySelector("[data-part=invitations-count]").textContent = this.#format.number(rows.length)
    } catch (failure) {
      // What the page says stands until the line is there again.
      if (!(failure instanceof Unanswered || failure instanceof Refused)) throw failure
    }
  }
}
