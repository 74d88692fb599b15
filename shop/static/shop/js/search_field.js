const PAUSE_MS = 250
const CHARS_MIN = 2

/**
 * A search field that suggests how to go on: `<nusa-search-field data-shop="">` around an input with a list. Where no suggestion comes, it is
 * an ordinary field.
 */
export class SearchField extends HTMLElement {
  #timer
  #asking = null

  connectedCallback() {
    this.addEventListener("input", this)
  }

  disconnectedCallback() {
    this.removeEventListener("input", this)
    this.#stop()
  }

  handleEvent() {
    this.#stop()
    this.#timer = setTimeout(() => this.#suggest(), PAUSE_MS)
  }

  async #suggest() {
    const typed = this.querySelector("input").value.trim()
    if (typed.length < CHARS_MIN) return
    this.#asking = new AbortController()
    const fields = new URLSearchParams({ kata: typed, toko: this.dataset.shop })
    try {
      const answer = await fetch(`/cari/saran/?${fields}`, { signal: this.#asking.signal })
      if (answer.ok) this.#show((await answer.json()).suggestions)
    } catch {
      // Offline, or something else was typed meanwhile: the field goes on without.
    }
  }

  #show(suggestions) {
    const options = suggestions.map((text) => Object.assign(document.createElement("option"), { value: text }))
    this.querySelector("datalist").replaceChildren(...options)
  }

  #stop() {
    clearTimeout(this.#timer)
    this.#asking?.abort()
  }
}
