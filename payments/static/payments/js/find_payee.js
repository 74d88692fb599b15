import { fold } from "#lib/fold.js"
import { part } from "#ui/part.js"

// Filter the contacts by the typed name or username. A phone number filters nothing.
const field = part(document, "people-find")
const people = part(document, "people")
if (field && people) {
  field.addEventListener("input", show)
  addEventListener("pageshow", show)
}

function show() {
  const wanted = fold(field.value).replace(/^@/, "")
  const isName = /\p{L}/u.test(wanted)
  for (const row of people.children) row.hidden = isName && !fold(row.dataset.name).includes(wanted)
}
