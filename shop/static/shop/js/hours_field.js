import { part } from "#ui/part.js"

/** Opening hours: `<nusa-hours>`. Days that are told apart begin with the hours that were said for all of them. */
export class HoursField extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this)
  }

  disconnectedCallback() {
    this.removeEventListener("change", this)
  }

  handleEvent({ target }) {
    if (target !== part(this, "same") || target.checked) return
    const [every, ...days] = this.querySelectorAll("[data-day]")
    if (days.some((day) => part(day, "first").value || part(day, "last").value)) return
    for (const day of days) for (const end of ["first", "last"]) part(day, end).value = part(every, end).value
  }
}
