import { fill, mark, part } from "#ui/part.js"

const HOUR_MS = 3_600_000
const LASTING_MS = { "8h": 8 * HOUR_MS, "1w": 168 * HOUR_MS, always: 36_500 * 24 * HOUR_MS }
const DAY_MS = 24 * HOUR_MS

/** Ask until when a conversation is muted; resolves with the moment, or null if it is not. */
export function askMute({ data, now, timeZone, zone }) {
  const dialog = document.getElementById("mute-dialog")
  const until = part(dialog, "until")
  dialog.querySelector("[value='8h']").checked = true
  until.value = `${writtenTime(now() + DAY_MS, timeZone).slice(0, 13)}:00`
  until.min = writtenTime(now(), timeZone)
  fill(dialog, "zone", data.word("mute_zone", { zone }))
  say(dialog, null)
  let value = null
  part(dialog, "send").onclick = () => {
    const { at, problem } = readMute(dialog.querySelector("input:checked").value, until.value, { now: now(), timeZone })
    if (problem) return say(dialog, data.word(problem))
    value = at
    dialog.close("sent")
  }
  // A time of one's own is chosen by writing it.
  until.oninput = () => (dialog.querySelector("[value=own]").checked = true)
  dialog.oninput = () => say(dialog, null)
  dialog.onkeydown = (event) => {
    if (event.key !== "Enter" || event.target.matches("button")) return
    event.preventDefault()
    part(dialog, "send").click()
  }
  dialog.returnValue = ""
  dialog.showModal()
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(value), { once: true }))
}

function say(dialog, problem) {
  fill(dialog, "problem", problem)
  mark(part(dialog, "until"), "aria-invalid", problem !== null, "true")
}

/** The moment that was chosen, as the server has it (`at`), or the key of the sentence why there is none (`problem`). */
export function readMute(choice, written, { now, timeZone }) {
  if (LASTING_MS[choice]) return { at: new Date(now + LASTING_MS[choice]).toISOString() }
  const at = momentOf(written, timeZone)
  if (at === null) return { problem: "mute_time_invalid" }
  if (at <= now) return { problem: "mute_time_passed" }
  return at > now + LASTING_MS.always ? { problem: "mute_time_too_far" } : { at: new Date(at).toISOString() }
}

/** The moment of a date and time (`2027-03-01T09:30`) in a time zone; null if it is none. */
export function momentOf(written, timeZone) {
  const asUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(written) ? Date.parse(`${written}Z`) : NaN
  if (Number.isNaN(asUtc)) return null
  // By how much the zone is ahead, first where the moment would be without it, then where it is.
  const ahead = (at) => Date.parse(`${writtenTime(at, timeZone)}Z`) - Math.floor(at / 60_000) * 60_000
  return asUtc - ahead(asUtc - ahead(asUtc))
}

function writtenTime(at, timeZone) {
  // Swedish writes a time nearly as fields of forms do: 2027-03-01 09:30.
  return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(at).replace(" ", "T")
}
