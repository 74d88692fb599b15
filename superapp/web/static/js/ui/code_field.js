/** The field of a one-time code: digits only, and the form goes as soon as all are there. */
export class CodeField extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this)
  }

  disconnectedCallback() {
    this.removeEventListener("input", this)
  }

  handleEvent({ target }) {
    const count = Number(this.getAttribute("digits") ?? 6)
    const digits = target.value.replace(/\D/g, "").slice(0, count)
    if (target.value !== digits) target.value = digits
    if (digits.length === count) target.form.requestSubmit()
  }
}
