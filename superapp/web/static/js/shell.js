import { Badges } from "#ui/badges.js"
import { Challenge } from "#ui/challenge.js"
import { CharCount } from "#ui/char_count.js"
import { CodeField } from "#ui/code_field.js"
import { Countdown } from "#ui/countdown.js"
import { lastPerson, openStore } from "#ui/device_store.js"
import { forgetPerson, forgetWhoIsGone } from "#ui/forget.js"
import { attendForms } from "#ui/forms.js"
import { attendKeptForms } from "#ui/kept_form.js"
import { PageData } from "#ui/page_data.js"
import { PictureField } from "#ui/picture_field.js"
import { forgetVisitedPages, keepShell } from "#ui/shell_keeper.js"

const ELEMENTS = {
  "nusa-challenge": Challenge,
  "nusa-code-field": CodeField,
  "nusa-countdown": Countdown,
  "nusa-picture-field": PictureField,
  "nusa-char-count": CharCount,
}

const data = new PageData(document)
for (const [name, Element] of Object.entries(ELEMENTS)) {
  Element.prototype.data = data
  customElements.define(name, Element)
}
attendKeptForms(document)
attendForms(document, data)
keepShell(document.documentElement.dataset.version, document.documentElement.lang)
forgetWhoIsGone(document.querySelector(".places")?.dataset.person)
if (document.body.dataset.view === "page") live()

/**
 * Counts on the bar, and what was written in chat, live on every page once it has been shown; a page without the bar has a line only
 * while something waits to be sent. Pages of chat do all of it themselves.
 */
async function live() {
  const places = document.querySelector(".places")
  const badges = new Badges({ document, data })
  // The shell that a device keeps knows nobody but who used it last.
  const person = places?.dataset.person ?? lastPerson()
  if (!person) {
    // A page that the device keeps for everybody leads a stranger to no places of somebody who is logged in.
    if (places && !places.dataset.person) places.hidden = true
    return
  }
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve, { once: true }))
  const store = await openStore(person)
  if (!places && !(await store.hasUnsent())) return
  const { livePage } = await import("#ui/live_page.js")
  await livePage({ boot: data.boot, person, badges, store })
}

// Whoever logs out leaves nothing of theirs behind on this device.
document.addEventListener("submit", async (event) => {
  if (!event.target.matches("form[data-logs-out]") || event.target.dataset.isWiped !== undefined) return
  event.preventDefault()
  const person = localStorage.getItem("person")
  if (person) await forgetPerson(person)
  await forgetVisitedPages()
  event.target.dataset.isWiped = ""
  event.target.submit()
})
