import { fold } from "#lib/fold.js"
import { clone, fill, mark, part } from "#ui/part.js"
import { showAvatar } from "#ui/avatar.js"
import { placeIn, rounded } from "#chat/places.js"

const OPTIONS_MAX = 12
const HOUR_MS = 3_600_000

/** Ask for a poll; resolves with its attachment, or null. */
export function askPoll({ data, now }) {
  const dialog = document.getElementById("poll-dialog")
  const list = part(dialog, "options")
  part(dialog, "question").value = ""
  part(dialog, "several").checked = false
  part(dialog, "closes").value = ""
  list.replaceChildren(clone("poll-field-template"), clone("poll-field-template"))
  const inputs = () => [...list.querySelectorAll("input")]
  const label = () => inputs().forEach((input, place) => (input.placeholder = input.ariaLabel = data.word("poll_answer", { place: place + 1 })))
  label()
  // There is always one more field to write in.
  list.oninput = () => {
    if (inputs().at(-1).value.trim() && inputs().length < OPTIONS_MAX) list.append(clone("poll-field-template"))
    label()
  }
  return ask(dialog, () => {
    const question = part(dialog, "question").value.trim()
    const options = inputs().map(({ value }) => value.trim()).filter(Boolean)
    const hours = Number(part(dialog, "closes").value)
    if (!question) return { problem: data.word("poll_question_missing") }
    if (options.length < 2 || new Set(options.map((one) => one.toLowerCase())).size < options.length) return { problem: data.word("poll_options_few") }
    const closes_at = hours ? new Date(now() + hours * HOUR_MS).toISOString() : null
    return { value: { type: "poll", question, options, several: part(dialog, "several").checked, closes_at } }
  })
}

/** Ask for a place: where I am, or another that is written or pasted from a map; resolves with its attachment, or null. */
export function askLocation({ data, format }) {
  const dialog = document.getElementById("location-dialog")
  const written = part(dialog, "coordinates")
  let here = null
  written.value = ""
  part(dialog, "name").value = ""
  part(dialog, "elsewhere").open = false
  fill(dialog, "found", null)
  // Only what is sent counts as wrong, and no longer once it is written anew.
  const refuse = (problem) => {
    part(dialog, "elsewhere").open = true
    mark(written, "aria-invalid", true, "true")
    written.focus()
    return { problem }
  }
  written.oninput = () => mark(written, "aria-invalid", false)
  written.oninput()
  part(dialog, "here").onclick = async () => {
    fill(dialog, "found", data.word("location_looking"))
    here = await whereIAm()
    fill(dialog, "found", here ? data.word("location_found", { metres: format.number(here.accuracy) }) : data.word("location_unknown"))
    if (here) {
      written.value = ""
      written.oninput()
      fill(dialog, "problem", null)
    } else part(dialog, "elsewhere").open = true
  }
  return ask(dialog, () => {
    const text = written.value.trim()
    if (!text && !here) return refuse(data.word("location_missing"))
    const place = text ? placeIn(text) : here
    if (!place) return refuse(data.word(/^https?:/i.test(text) ? "location_not_in_link" : "location_invalid"))
    return { value: { type: "location", latitude: place.latitude, longitude: place.longitude, name: part(dialog, "name").value.trim() } }
  })
}

/** Where this device is, null where it does not tell. */
function whereIAm() {
  if (!navigator.geolocation) return null
  return new Promise((resolve) =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ latitude: rounded(coords.latitude), longitude: rounded(coords.longitude), accuracy: Math.max(1, Math.ceil(coords.accuracy)) }),
      () => resolve(null),
      { enableHighAccuracy: true, timeout: 15_000 },
    ),
  )
}

/**
 * Ask for one or several of `choices` (`{key, name, looks, via?}`), found by their names; resolves with the chosen keys, or null.
 */
export function askChoice({ data, title, choices, max }) {
  const dialog = document.getElementById("choose-dialog")
  fill(dialog, "title", title)
  const search = part(dialog, "search")
  search.value = ""
  const rows = choices.map(({ key, name, via, looks }) => {
    const row = clone("choice-template")
    showAvatar(row, looks, name)
    fill(row, "name", name)
    fill(row, "via", via)
    Object.assign(part(row, "check"), { value: key, type: max === 1 ? "radio" : "checkbox", name: "choice" })
    return { key, name, row }
  })
  part(dialog, "choices").replaceChildren(...rows.map(({ row }) => row))
  const chosen = () => rows.filter(({ row }) => part(row, "check").checked)
  const limit = () => {
    const isFull = max > 1 && chosen().length >= max
    for (const { row } of rows) part(row, "check").disabled = isFull && !part(row, "check").checked
  }
  part(dialog, "choices").onchange = limit
  search.oninput = () => {
    const wanted = fold(search.value)
    for (const { row, name } of rows) row.hidden = !fold(name).includes(wanted)
    part(dialog, "none").hidden = rows.some(({ row }) => !row.hidden)
  }
  search.oninput()
  limit()
  return ask(dialog, () => (chosen().length > 0 ? { value: chosen().map(({ key }) => key) } : { problem: data.word("choose_somebody") }))
}

/** Open a dialog until it is left, or `read` gives a value. */
function ask(dialog, read) {
  fill(dialog, "problem", null)
  dialog.returnValue = ""
  let value = null
  const send = () => {
    const found = read()
    if (found.problem) return fill(dialog, "problem", found.problem)
    value = found.value
    dialog.close("sent")
  }
  part(dialog, "send").onclick = send
  // What was missing is being written.
  dialog.oninput = () => fill(dialog, "problem", null)
  // Enter sends, and never chooses "cancel", which is the form's first button.
  dialog.onkeydown = (event) => {
    if (event.key !== "Enter" || event.target.matches("button, select") || event.isComposing) return
    event.preventDefault()
    send()
  }
  dialog.showModal()
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(value), { once: true }))
}
