import { Format } from "#lib/format.js"
import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

const EVERY_MS = 20_000
const SOON_MS = 100
const PEOPLE_MAX = 50

/**
 * Shows who is online, or when they were last, in elements that name a person in `data-presence`; nothing where that is not known or not
 * shown to this person. It asks while the page is looked at.
 */
export class PresenceMarks {
  #document
  #line
  #clock
  #data
  #format
  #stop = null

  constructor({ document, line, clock, data, format = null }) {
    this.#document = document
    this.#line = line
    this.#clock = clock
    this.#data = data
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
    this.#format = format ?? new Format({ locale: document.documentElement.lang === "en" ? "en-GB" : "id-ID", timeZone })
    line.onReady.listen(() => this.#soon())
    // Not true any more, for all that is known here.
    line.onState.listen((state) => state !== "ready" && this.#show(new Map()))
    document.addEventListener("visibilitychange", () => this.#soon())
    new MutationObserver(() => this.#changed()).observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-presence"] })
    this.#soon()
  }

  get #elements() {
    return [...this.#document.querySelectorAll("[data-presence]")].filter(({ dataset }) => dataset.presence)
  }

  /** Another person is named where one was: what was said of the one before is not said of them. */
  #changed() {
    const strangers = this.#elements.filter(({ dataset }) => dataset.presenceOf !== dataset.presence)
    if (strangers.length === 0) return
    for (const element of strangers) {
      element.dataset.presenceOf = element.dataset.presence
      element.textContent = ""
    }
    this.#soon()
  }

  #soon(ms = SOON_MS) {
    this.#stop?.()
    this.#stop = this.#clock.after(ms, () => this.#ask())
  }

  async #ask() {
    const users = [...new Set(this.#elements.map(({ dataset }) => dataset.presence))].slice(0, PEOPLE_MAX)
    if (users.length > 0 && this.#line.state === "ready" && this.#document.visibilityState === "visible") {
      try {
        const { rows } = await this.#line.ask("notifications.presence", { users })
        this.#show(new Map(rows.map((row) => [row.user, row])))
      } catch (failure) {
        if (!(failure instanceof Refused || failure instanceof Unanswered)) throw failure
      }
    }
    this.#soon(EVERY_MS)
  }

  #show(rows) {
    for (const element of this.#elements) {
      element.dataset.presenceOf = element.dataset.presence
      const row = rows.get(element.dataset.presence)
      const text = row ? this.#textOf(row) : ""
      if (element.textContent !== text) element.textContent = text
      element.toggleAttribute("data-online", Boolean(row?.online))
    }
  }

  #textOf({ online, last_active_at }) {
    if (online) return this.#data.word("online")
    if (!last_active_at) return ""
    const time = this.#format.brief(Date.parse(last_active_at), this.#clock.serverNow(), { yesterday: this.#data.word("yesterday").toLowerCase() })
    return this.#data.word("last_seen", { time })
  }
}
