// More than this is not counted any further, here as on the server.
const COUNT_MAX = 99

/**
 * What waits for this person, in the one place that shows it: on the places of the bar, before the title, on the installed app. The page
 * brings the counts as the server knew them; whoever learns a newer one sets it.
 */
export class Badges {
  #document
  #data
  /** @type {Map<string, number>} */
  #counts = new Map()
  #title

  constructor({ document, data }) {
    this.#document = document
    this.#data = data
    this.#title = document.title
    for (const badge of document.querySelectorAll(".places [data-badge]")) {
      this.#counts.set(badge.dataset.badge, Number.parseInt(badge.textContent, 10) || 0)
    }
    this.#showTotal()
  }

  /** What the page is about now; the total stands before it. */
  set title(title) {
    this.#title = title
    this.#showTotal()
  }

  get total() {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  set(name, count) {
    if (!this.#counts.has(name) || this.#counts.get(name) === count) return
    this.#counts.set(name, count)
    for (const badge of this.#document.querySelectorAll(`[data-badge="${name}"]`)) {
      badge.hidden = count === 0
      badge.textContent = count > 0 ? written(count) : ""
    }
    for (const said of this.#document.querySelectorAll(`[data-badge-said="${name}"]`)) {
      said.textContent = count > 0 ? said.dataset.word.replace("{count}", written(count)) : ""
    }
    this.#showTotal()
  }

  #showTotal() {
    const count = this.total
    const title = count > 0 ? this.#data.word("title_waiting", { count: written(count), title: this.#title }) : this.#title
    if (this.#document.title !== title) this.#document.title = title
    // Where the app is installed; a browser may refuse it to a page that is not, which nobody misses.
    const told = count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.()
    told?.catch(() => {})
  }
}

function written(count) {
  return count > COUNT_MAX ? `${COUNT_MAX}+` : `${count}`
}
