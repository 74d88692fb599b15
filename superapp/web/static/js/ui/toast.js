import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"
import { clone } from "#ui/part.js"

const SHOWN_MS = 5_000

/** Say one thing at the edge of the screen, for a moment. */
export function toast(text) {
  const element = clone("toast-template")
  const inside = element.matches("[data-part=text]") ? element : element.querySelector("[data-part=text]")
  inside.textContent = text
  document.getElementById("toasts").append(element)
  setTimeout(() => element.remove(), SHOWN_MS)
}

/** Say why a command could not be done; what is no answer of the server, nor the lack of one, goes on. */
export function toastFailure(failure, data) {
  if (!(failure instanceof Refused || failure instanceof Unanswered)) throw failure
  toast(failure instanceof Refused ? failure.message : data.word("unavailable"))
}
