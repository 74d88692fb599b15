import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"
import { clone, fill, part } from "#ui/part.js"

const SHOWN_MS = 5_000
const SHOWN_WITH_DOING_MS = 8_000

/**
 * Say one thing at the edge of the screen, for a moment; with a `doing`, its button can be pressed as long, and longer while it is
 * looked at. Answers that button.
 *
 * @param {{word: string, run: () => void} | null} doing
 */
export function toast(text, doing = null) {
  const element = clone("toast-template")
  const button = part(element, "doing")
  part(element, "text").textContent = text
  document.getElementById("toasts").append(element)
  if (doing) {
    fill(element, "doing", doing.word)
    button.onclick = () => {
      element.remove()
      doing.run()
    }
  }
  const end = () => (element.matches(":hover, :focus-within") ? setTimeout(end, SHOWN_MS) : element.remove())
  setTimeout(end, doing ? SHOWN_WITH_DOING_MS : SHOWN_MS)
  return button
}

/** Say why a command could not be done; what is no answer of the server, nor the lack of one, goes on. */
export function toastFailure(failure, data) {
  if (!(failure instanceof Refused || failure instanceof Unanswered)) throw failure
  toast(failure instanceof Refused ? failure.message : data.word("unavailable"))
}
