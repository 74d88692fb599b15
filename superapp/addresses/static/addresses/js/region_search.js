const TYPED_MS = 250
const CHARS_MIN = 3

/** The search for a village: results below the field while it is typed. Without it, the button beside the field searches. */
export class RegionSearch extends HTMLElement {
  #asked = ""
  #timer = null

  connectedCallback() {
    this.querySelector("input").addEventListener("input", this)
  }

  disconnectedCallback() {
    this.#forget()
  }

  handleEvent({ target }) {
    this.#forget()
    const words = target.value.trim()
    if (words.length >= CHARS_MIN) this.#timer = setTimeout(() => this.search(words), TYPED_MS)
  }

  /** Search no longer for what was typed before: neither what waits to be asked nor an answer that is on its way. */
  #forget() {
    clearTimeout(this.#timer)
    this.#asked = ""
  }

  async search(words) {
    this.#asked = words
    const found = await fetchRegions(this.dataset.address, words)
    // An older answer may come after a newer one, and one that failed leaves what is there.
    if (found && this.#asked === words) this.show(found)
  }

  show(rows) {
    const list = this.querySelector('[data-part="regions"]')
    list.replaceChildren(...rows.map((row) => this.#item(row)))
    list.hidden = rows.length === 0
    this.querySelector('[data-part="none"]').hidden = rows.length > 0
    this.querySelector('[data-part="parent"]')?.remove()
  }

  #item({ code, level, names }) {
    const [name, ...ancestors] = [...names].reverse()
    const item = this.querySelector("template").content.firstElementChild.cloneNode(true)
    const kind = this.dataset[`level${level}`]
    item.querySelector(".item__name").textContent = name
    item.querySelector(".item__note").textContent = [kind, ancestors.join(", ")].filter(Boolean).join(" · ")
    const button = item.querySelector("button")
    button.value = code
    button.setAttribute("aria-label", [name, ...ancestors].join(", "))
    return item
  }
}

async function fetchRegions(address, words) {
  try {
    const answer = await fetch(`${address}?${new URLSearchParams({ search: words })}`)
    return answer.ok ? (await answer.json()).rows : null
  } catch {
    return null
  }
}
