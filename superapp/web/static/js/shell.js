import { Database } from "#lib/database.js"
import { Store } from "#lib/store.js"
import { CharCount } from "#ui/char_count.js"
import { CodeField } from "#ui/code_field.js"
import { Countdown } from "#ui/countdown.js"
import { lastPerson, openStore } from "#ui/device_store.js"
import { attendForms } from "#ui/forms.js"
import { PageData } from "#ui/page_data.js"
import { PictureField } from "#ui/picture_field.js"
import { keepShell } from "#ui/shell_keeper.js"

const ELEMENTS = {
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
attendForms(document, data)
keepShell(document.documentElement.dataset.version, document.documentElement.lang)
carry()

/** What was written in chat goes out from every page. Pages of chat send their own. */
async function carry() {
  const person = lastPerson()
  if (!person || document.body.dataset.view !== "page") return
  const store = await openStore(person)
  if (!(await store.hasUnsent())) return
  const { carryOutbox } = await import("#ui/outbox_carrier.js")
  await carryOutbox(person, store.database)
}

// Whoever logs out leaves nothing of theirs behind on this device.
document.addEventListener("submit", async (event) => {
  if (!event.target.matches("form[data-logs-out]") || event.target.dataset.isWiped !== undefined) return
  event.preventDefault()
  const person = localStorage.getItem("person")
  localStorage.removeItem("person")
  if (person) await Database.remove(indexedDB, Store.nameFor(person))
  event.target.dataset.isWiped = ""
  event.target.submit()
})
