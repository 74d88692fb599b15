const EVERY_MS = 3_000

/** Reloads the page once the server reports another state than the one that the page shows. */
class AwaitState extends HTMLElement {
  #timer = null

  connectedCallback() {
    this.#timer = setInterval(() => this.#look(), EVERY_MS)
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
  }

  async #look() {
    if (document.visibilityState !== "visible") return
    try {
      const response = await fetch(this.dataset.url, { headers: { accept: "application/json" } })
      if (response.ok && (await response.json()).state !== this.dataset.state) location.reload()
    } catch {
      // Without a connection nothing is known; the next look may be luckier.
    }
  }
}

customElements.define("nusa-await-state", AwaitState)
