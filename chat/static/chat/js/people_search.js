import { fold } from "#lib/fold.js"
import { part } from "#ui/part.js"

// Finds people of this page by their names as one types. Whoever was picked stays picked, in sight or not.
const search = part(document, "people-search")
const people = part(document, "people")
if (search && people) attend(search, [...people.children])

function attend(search, rows) {
  search.addEventListener("input", () => show(search, rows))
  search.addEventListener("keydown", (event) => {
    // Enter would send the form in which the field stands.
    if (event.key === "Enter" && !event.isComposing) event.preventDefault()
    if (event.key !== "Escape" || !search.value) return
    event.preventDefault()
    search.value = ""
    show(search, rows)
  })
  people.addEventListener("change", () => count(people))
  // A page that comes back from the browser's memory has its boxes as they were left.
  addEventListener("pageshow", () => {
    show(search, rows)
    count(people)
  })
}

function show(search, rows) {
  const wanted = fold(search.value).replace(/^@/, "")
  for (const row of rows) row.hidden = !fold(row.dataset.name).includes(wanted)
  const isFound = rows.some((row) => !row.hidden)
  part(document, "people").hidden = !isFound
  part(document, "people-query").textContent = search.value.trim()
  part(document, "people-none").hidden = isFound
}

function count(people) {
  const shown = part(document, "picked-count")
  if (!shown) return
  const picked = people.querySelectorAll("input:checked").length
  shown.textContent = `${picked}`
  shown.hidden = picked === 0
}
