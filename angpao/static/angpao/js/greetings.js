/** Greetings to tap instead of typing; what was typed before is replaced, and can be changed after. */
class Greetings extends HTMLElement {
  connectedCallback() {
    this.hidden = false
    this.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-part=greeting]")
      if (!button) return
      const field = document.getElementById(this.dataset.for)
      field.value = button.textContent
      field.focus()
    })
  }
}

customElements.define("nusa-greetings", Greetings)
