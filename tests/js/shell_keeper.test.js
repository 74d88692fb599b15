import assert from "node:assert/strict"
import { test } from "node:test"

import { keepShell } from "#ui/shell_keeper.js"

const OLD = "https://nusa.example/sw.js?v=1&l=id"
const NEW = "https://nusa.example/sw.js?v=2&l=id"
const settled = () => new Promise((resolve) => setTimeout(resolve))

/** A browser whose worker is this one, until the test has another take over. */
function browser(scriptURL) {
  const registration = { active: scriptURL && { scriptURL } }
  const serviceWorker = new EventTarget()
  let isReady
  const ready = new Promise((resolve) => (isReady = () => resolve(registration)))
  if (scriptURL) isReady()
  const registered = []
  Object.assign(serviceWorker, { ready, register: async (address) => void registered.push(address) })
  const document = { readyState: "complete", cookie: "" }
  Object.defineProperty(globalThis, "navigator", { value: { serviceWorker }, configurable: true })
  globalThis.document = document

  function takeOver(scriptURL) {
    registration.active = { scriptURL }
    isReady()
    serviceWorker.dispatchEvent(new Event("controllerchange"))
  }

  return { document, registered, takeOver }
}

test("a device that keeps the shell of this version says so at once", async () => {
  const { document, registered } = browser(NEW)
  await keepShell("2", "id")
  assert.deepEqual(registered, ["/sw.js?v=2&l=id"])
  assert.match(document.cookie, /^shell=2; path=\/; max-age=\d+; SameSite=Lax$/)
})

test("a device that was never here says so once its first worker is active", async () => {
  const { document, takeOver } = browser("")
  const kept = keepShell("2", "id")
  await settled()
  assert.equal(document.cookie, "")
  takeOver(NEW)
  await kept
  assert.match(document.cookie, /^shell=2;/)
})

test("a device with the version before says so only when the new worker has taken over", async () => {
  const { document, takeOver } = browser(OLD)
  const kept = keepShell("2", "id")
  await settled()
  assert.equal(document.cookie, "")
  takeOver(OLD)
  await settled()
  assert.equal(document.cookie, "")
  takeOver(NEW)
  await kept
  assert.match(document.cookie, /^shell=2;/)
})
