import { fill, mark } from "#ui/part.js"

/** Says what is wrong with the connection, and what will happen; silent while all is well: `<nusa-connection>`. */
export class ConnectionStrip extends HTMLElement {
  static PATIENCE_MS = 1_500

  #undo = []
  #patience = null

  connectedCallback() {
    const show = () => this.#show()
    this.#undo.push(this.messenger.line.onState.listen(show), this.messenger.outbox.onChange.listen(show))
    for (const name of ["online", "offline"]) {
      addEventListener(name, show)
      this.#undo.push(() => removeEventListener(name, show))
    }
    show()
  }

  disconnectedCallback() {
    for (const undo of this.#undo) undo()
    this.#undo = []
    clearTimeout(this.#patience)
  }

  #show() {
    const { state, reason } = this.messenger.line
    if (state === "ready") return this.#hide()
    const word = this.#wordFor(state, reason)
    // A blink of the line is not worth a word; being offline is known at once.
    if (this.hidden && navigator.onLine) {
      this.#patience ??= setTimeout(() => {
        this.#patience = null
        if (this.messenger.line.state !== "ready") this.#say(this.#wordFor(this.messenger.line.state, this.messenger.line.reason))
      }, ConnectionStrip.PATIENCE_MS)
      return
    }
    this.#say(word)
  }

  #wordFor(state, reason) {
    // A promise to send is made only where something waits to be sent.
    if (!navigator.onLine) return this.messenger.outbox.isWaiting ? "offline_waiting" : "offline"
    if (state === "ended") return reason === "crowded" ? "crowded" : "unavailable"
    return "connecting"
  }

  #say(word) {
    mark(this, "data-state", true, word.startsWith("offline") ? "offline" : "connecting")
    fill(this, "text", this.page.data.word(word))
    this.hidden = false
  }

  #hide() {
    clearTimeout(this.#patience)
    this.#patience = null
    this.hidden = true
  }
}
