import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"
import { isPlainClick } from "#ui/plain_click.js"
import { toast } from "#ui/toast.js"

/**
 * What can be done from a card: `data-does` names a command, `data-with` the fields of the card that it is sent with. The card itself
 * changes when the others hear of it. Where nothing answers, the element is the link that it is without modules.
 */
export class CardDoings {
  #line

  constructor({ document, messenger }) {
    this.#line = messenger.line
    document.addEventListener("click", (event) => this.#clicked(event))
  }

  #clicked(event) {
    const link = event.target.closest("[data-card-type] [data-does]")
    const card = link?.closest("nusa-timeline")?.itemOf(link)?.row.card
    if (!card || this.#line.state !== "ready" || !isPlainClick(event)) return
    event.preventDefault()
    if (link.getAttribute("aria-busy") !== "true") this.#do(link, card)
  }

  async #do(link, card) {
    const names = link.dataset.with.split(" ")
    link.setAttribute("aria-busy", "true")
    try {
      await this.#line.ask(link.dataset.does, Object.fromEntries(names.map((name) => [name, card[name]])))
    } catch (failure) {
      if (failure instanceof Refused) toast(failure.message)
      else if (failure instanceof Unanswered) location.assign(link.href)
      else throw failure
    } finally {
      link.removeAttribute("aria-busy")
    }
  }
}
