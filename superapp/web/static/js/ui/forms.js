import { part } from "#ui/part.js"
import { toast } from "#ui/toast.js"

const LATE_ENTER_MS = 2_000

const isBlank = (form) => [...form.querySelectorAll("input:not([type=hidden])")].every(({ value }) => value.trim() === "")

/** Copy to the clipboard. Answers whether that was possible: without https a browser may refuse. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** Hand a text to whatever the device shares with; where it cannot, the button beside it copies. */
function shareFrom(document) {
  if (!navigator.share) return
  for (const button of document.querySelectorAll("[data-share]")) {
    button.hidden = false
    // Whoever changes their mind refuses the promise, which is no fault.
    button.addEventListener("click", () => navigator.share({ text: button.dataset.share }).catch(() => {}))
  }
}

/** Small behaviours of plain forms and buttons, wherever they stand on the page. */
export function attendForms(document, data) {
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]")
    if (button) toast(data.word((await copy(button.dataset.copy)) ? "copied" : "not_copied"))
  })
  shareFrom(document)
  document.addEventListener("submit", (event) => {
    const { target } = event
    // The form of the code went by itself; the Enter that was meant for it reaches an empty field of the next page.
    if (target.matches("form[data-after-code]") && event.timeStamp < LATE_ENTER_MS && isBlank(target)) event.preventDefault()
    if (event.defaultPrevented || !target.matches("form[data-once]")) return
    // Only once the form is on its way: a disabled button would not say which one was pressed.
    setTimeout(() => {
      for (const button of target.querySelectorAll("button:not([type=button])")) button.disabled = true
    })
  })
  document.addEventListener("change", ({ target }) => {
    if (target.form?.matches("form[data-sends-at-once]")) target.form.requestSubmit()
  })
  for (const form of document.querySelectorAll("form[data-sends-at-once]")) {
    const send = part(form, "send")
    if (send) send.hidden = true
  }
  // A page that comes back from the browser's memory may be used again.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return
    for (const button of document.querySelectorAll("form[data-once] button[disabled]")) button.disabled = false
  })
}
