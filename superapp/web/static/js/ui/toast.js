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
