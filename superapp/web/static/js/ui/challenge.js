import { part } from "#ui/part.js"

/** A challenge inside a form: it is solved here, and then the form goes by itself. */
export class Challenge extends HTMLElement {
  #isHere = false

  async connectedCallback() {
    this.#isHere = true
    const form = this.closest("form")
    const buttons = [...form.querySelectorAll("button")]
    for (const button of buttons) button.disabled = true
    part(this, "working").hidden = false
    const number = await this.#solve()
    if (!this.#isHere) return
    for (const button of buttons) button.disabled = false
    if (number === null) {
      // It is no challenge of ours: the button asks for another.
      part(this, "working").hidden = true
      return
    }
    const { algorithm, challenge, salt, signature } = this.dataset
    part(this, "solution").value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }))
    form.requestSubmit()
  }

  disconnectedCallback() {
    this.#isHere = false
  }

  async #solve() {
    const { solve } = await import("#lib/proof_of_work.js")
    const { challenge, salt, maxnumber } = this.dataset
    return solve(
      { challenge, salt, maxnumber: Number(maxnumber) },
      {
        now: () => performance.now(),
        pause: () => new Promise((resolve) => setTimeout(resolve)),
        progress: (tried) => (part(this, "progress").value = tried),
      },
    )
  }
}
