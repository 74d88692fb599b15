import { grouped } from "#lib/format.js"

/** The field of an amount: digits only, with the points that people put between thousands. The form sends what is seen. */
export class AmountField extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this)
    this.#write(this.querySelector("input"))
  }

  disconnectedCallback() {
    this.removeEventListener("input", this)
  }

  handleEvent({ target, isComposing }) {
    if (!isComposing) this.#write(target)
  }

  /** The caret stays behind the same digit, however the points move. */
  #write(input) {
    const written = input.value
    // Sen are rare, and written by hand: whoever types a comma knows what they do.
    if (written.includes(",")) return
    const digits = written.replace(/\D/g, "").replace(/^0+(?=\d)/, "")
    const text = grouped(digits)
    if (text === written) return
    const behind = written.slice(input.selectionStart ?? written.length).replace(/\D/g, "").length
    input.value = text
    if (document.activeElement === input) input.setSelectionRange(...Array(2).fill(placeBefore(text, behind)))
  }
}

/** The place in a text behind which so many digits are left. */
function placeBefore(text, digitsLeft) {
  let place = text.length
  for (let left = digitsLeft; left > 0 && place > 0; place--) if (/\d/.test(text[place - 1])) left--
  return place
}
