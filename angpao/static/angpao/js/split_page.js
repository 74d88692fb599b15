import { part } from "#ui/part.js"
import { isRight } from "#angpao/split.js"

/** Checks on the reader's own device that an angpao was split as it was promised. */
class SplitCheck extends HTMLElement {
  async connectedCallback() {
    // Browsers hash only where the connection is safe.
    if (!crypto.subtle) return
    const split = JSON.parse(document.getElementById("split").textContent)
    const verdict = (await isRight(split)) ? "right" : "wrong"
    part(this, "waiting").hidden = true
    part(this, verdict).hidden = false
  }
}

customElements.define("nusa-split-check", SplitCheck)
