import { Refused } from "#lib/refused.js"
import { fill, part } from "#ui/part.js"

const PUSH = "/api/v1/notifications/push"

/** The button with which this browser takes notifications while the app is closed, or stops to. */
export class PushSwitch extends HTMLElement {
  connectedCallback() {
    part(this, "on").addEventListener("click", () => this.#run(() => this.#subscribe()))
    part(this, "off").addEventListener("click", () => this.#run(() => this.#unsubscribe()))
    this.#show()
  }

  get #canPush() {
    return "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis
  }

  async #show(problem = "") {
    const isRefused = this.#canPush && Notification.permission === "denied"
    const why = !this.#canPush ? this.dataset.cannot : isRefused ? this.dataset.denied : ""
    const isOn = this.#canPush && !isRefused && this.dataset.here === "yes"
    part(this, "on").hidden = Boolean(why) || isOn
    part(this, "off").hidden = !isOn
    fill(this, "state", problem || why || (isOn ? this.dataset.isOn : ""))
  }

  async #run(work) {
    for (const button of this.querySelectorAll("button")) button.disabled = true
    let problem = ""
    try {
      await work()
    } catch (failure) {
      if (failure instanceof Refused) problem = failure.message
      // A browser refuses for reasons of its own: no service of its maker, no room, no wish; and a line breaks.
      else if (failure instanceof DOMException || !navigator.onLine) problem = this.dataset.failed
      else throw failure
    } finally {
      for (const button of this.querySelectorAll("button")) button.disabled = false
    }
    await this.#show(problem)
  }

  async #subscribe() {
    if ((await Notification.requestPermission()) !== "granted") return
    const registration = await navigator.serviceWorker.ready
    const key = Uint8Array.from(atob(this.dataset.key.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0))
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
    const { endpoint, keys } = subscription.toJSON()
    await ask("PUT", { endpoint, p256dh: keys.p256dh, auth: keys.auth })
    this.dataset.here = "yes"
  }

  async #unsubscribe() {
    await ask("DELETE")
    this.dataset.here = "no"
    const registration = await navigator.serviceWorker.ready
    await (await registration.pushManager.getSubscription())?.unsubscribe()
  }
}

async function ask(method, fields = {}) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token }
  const answer = await fetch(PUSH, { method, headers, body: JSON.stringify(fields) })
  if (!answer.ok) throw new Refused(await answer.json())
}
