import { part } from "#ui/part.js"

const AGAIN_MIN_MS = 1_000
const AGAIN_MAX_MS = 15_000
const PATIENCE_MS = 15_000

/**
 * A form that pays: `<form data-keeps-trying>`. It is sent without leaving its page, so that a lost answer leaves nobody on a page
 * of the browser. While there is no answer, a dialog says that it is not known; the form is sent again as it was, under the key in
 * its address, until the server answers. Opening the address then shows what became of it. A refusal is shown in place, without an
 * entry of its own in the history.
 */
export function attendKeptForms(document) {
  document.addEventListener("submit", (event) => {
    const { target, submitter, defaultPrevented } = event
    // A button with a name leads to another page, or only counts; nothing is paid.
    if (defaultPrevented || !target.matches("form[data-keeps-trying]") || submitter?.name) return
    event.preventDefault()
    if (target.ariaBusy !== "true") send(target)
  })
}

async function send(form) {
  const body = new URLSearchParams(new FormData(form))
  hold(form, true)
  for (let wait_ms = AGAIN_MIN_MS; ; wait_ms = Math.min(AGAIN_MAX_MS, wait_ms * 2)) {
    const answer = await ask(form.action, body)
    if (answer?.type === "opaqueredirect") return location.replace(form.action)
    if (answer && answer.status < 500) return show(form, await answer.text())
    sayUnknown(true)
    // Asked before it is sent again: while nothing comes back, no further try of a PIN is counted.
    let state
    do {
      await aWhile(wait_ms)
      state = await ask(form.action)
      if (state?.type === "opaqueredirect") return location.replace(form.action)
    } while (!state || state.status >= 500)
  }
}

/** The answer; nothing, if there was none. */
async function ask(address, body) {
  const method = body ? "POST" : "GET"
  try {
    return await fetch(address, { method, body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) })
  } catch {
    return null
  }
}

/** Until it is time for the next try: at once when the device has a connection again, or when somebody asks for it. */
function aWhile(wait_ms) {
  const button = part(document.getElementById("unknown-dialog"), "again")
  return new Promise((resolve) => {
    setTimeout(resolve, wait_ms)
    addEventListener("online", resolve, { once: true })
    button.addEventListener("click", resolve, { once: true })
  })
}

/** Put what the server says about the form where the page stands. */
function show(form, html) {
  sayUnknown(false)
  const content = new DOMParser().parseFromString(html, "text/html").getElementById("content")
  if (!content) {
    // The browser shows an answer that is no page of ours; under the same key it pays nothing twice.
    form.submit()
    return
  }
  document.getElementById("content").replaceWith(document.adoptNode(content))
  const wrong = content.querySelector("[aria-invalid=true]") ?? content.querySelector("[role=alert]")
  wrong?.focus({ preventScroll: true })
  wrong?.scrollIntoView({ block: "center" })
}

function hold(form, isHeld) {
  form.ariaBusy = `${isHeld}`
  for (const button of form.querySelectorAll("button")) button.disabled = isHeld
}

function sayUnknown(isUnknown) {
  const dialog = document.getElementById("unknown-dialog")
  if (isUnknown && !dialog.open) dialog.showModal()
  if (!isUnknown) dialog.close()
}
