/** The field of a one-time code: digits only, and the form goes as soon as all are there. */
export class CodeField extends HTMLElement {
  static DIGITS = 6

  connectedCallback() {
    this.addEventListener("input", this)
  }

  disconnectedCallback() {
    this.removeEventListener("input", this)
  }

  handleEvent({ target }) {
    const digits = target.value.replace(/\D/g, "").slice(0, CodeField.DIGITS)
    if (target.value !== digits) target.value = digits
    if (digits.length === CodeField.DIGITS) target.form.requestSubmit()
  }
}
