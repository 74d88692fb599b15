import { fold } from "#lib/fold.js"
import { clone, fill, part } from "#ui/part.js"
import { showAvatar } from "#chat/avatar.js"

const OPTIONS_MAX = 12
const HOUR_MS = 3_600_000
const DIGITS = 1e6
const COORDINATES = /^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/

/** Ask for a poll; resolves with its attachment, or null. */
export function askPoll({ data, now }) {
  const dialog = document.getElementById("poll-dialog")
  const list = part(dialog, "options")
  part(dialog, "question").value = ""
  part(dialog, "several").checked = false
  part(dialog, "closes").value = ""
  list.replaceChildren(clone("poll-field-template"), clone("poll-field-template"))
  const inputs = () => [...list.querySelectorAll("input")]
  const label = () => inputs().forEach((input, place) => input.setAttribute("aria-label", data.word("poll_answer", { place: place + 1 })))
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

/** Ask for a place; resolves with its attachment, or null. */
export function askLocation({ data }) {
  const dialog = document.getElementById("location-dialog")
  const written = part(dialog, "coordinates")
  written.value = ""
  part(dialog, "name").value = ""
  part(dialog, "here").onclick = () => {
    if (!navigator.geolocation) return fill(dialog, "problem", data.word("location_unknown"))
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => (written.value = `${rounded(coords.latitude)}, ${rounded(coords.longitude)}`),
      () => fill(dialog, "problem", data.word("location_unknown")),
      { enableHighAccuracy: true, timeout: 15_000 },
    )
  }
  return ask(dialog, () => {
    const [, latitude, longitude] = COORDINATES.exec(written.value)?.map(Number) ?? []
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return { problem: data.word("location_invalid") }
    return { value: { type: "location", latitude, longitude, name: part(dialog, "name").value.trim() } }
  })
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

function rounded(degrees) {
  return Math.round(degrees * DIGITS) / DIGITS
}
