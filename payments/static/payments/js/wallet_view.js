import { writeChange, writeMoney } from "#lib/format.js"
import { directionOf, heldOf, nameOf, wordOf } from "#payments/movement.js"
import { clone, fill, part } from "#ui/part.js"

const HIDING_COOKIE = "balance"
const YEAR_S = 31_536_000

/** The wallet on its page: `<nusa-wallet>`. It is shown by the server; what changes meanwhile is filled in here. */
export class WalletView extends HTMLElement {
  connectedCallback() {
    part(this, "hide").addEventListener("change", this)
  }

  disconnectedCallback() {
    part(this, "hide").removeEventListener("change", this)
  }

  /** Hidden once is hidden at the next visit, too, from the first paint on. */
  handleEvent({ target }) {
    document.cookie = `${HIDING_COOKIE}=${target.checked ? "hidden" : "shown"}; path=/dompet/; max-age=${YEAR_S}; samesite=lax`
  }

  show({ balance, available, held }, rows) {
    fill(this, "balance", writeMoney(balance))
    fill(this, "held", writeMoney(held))
    fill(this, "available", writeMoney(available))
    part(this, "held-line").hidden = held.amount_minor === 0
    for (const row of rows) this.#add(row)
  }

  /** Say that what is shown may be old, or that it is not: `time` is when it was true, null for now. */
  showAge(time) {
    fill(this, "stale", time && this.page.data.word("stale", { time }))
  }

  #add(row) {
    const { boot, data, format } = this.page
    // A page of earlier movements, or of those that were searched for, is not where new ones belong.
    if (!boot.is_newest_page || this.querySelector(`[data-journal="${row.journal}"][data-seq="${row.seq}"]`)) return
    const at = Date.parse(row.at)
    const element = clone("movement-template")
    Object.assign(element.dataset, { direction: directionOf(row), journal: row.journal, seq: row.seq })
    element.classList.add("movement--new")
    part(element, "way").href = boot.urls.receipt.replace("{journal}", row.journal)
    fill(element, "title", data.word(wordOf(row, data), { name: nameOf(row) || data.word("somebody") }))
    part(element, "time").dateTime = row.at
    fill(element, "time", format.hour(at))
    fill(element, "memo", row.memo || row.purpose?.items)
    fill(element, "amount", directionOf(row) === "held" ? writeMoney(heldOf(row)) : writeChange(row.amount))
    part(this.#dayOf(at), "movements").prepend(element)
    const empty = part(this, "empty")
    if (empty) empty.hidden = true
  }

  #dayOf(at) {
    const { data, clock, format } = this.page
    const day = format.day(at)
    const days = part(this, "days")
    const known = days.querySelector(`[data-day="${day}"]`)
    if (known) return known
    const element = clone("movements-day-template")
    element.dataset.day = day
    fill(element, "day", format.dayWords(at, clock.serverNow(), { today: data.word("today"), yesterday: data.word("yesterday") }))
    days.prepend(element)
    return element
  }
}
