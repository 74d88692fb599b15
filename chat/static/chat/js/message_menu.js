import { copy } from "#ui/forms.js"
import { toast } from "#ui/toast.js"

const LONG_PRESS_MS = 450
const STRAY_PX = 10

/** What may be done with a message: a sheet on a phone, a menu at the pointer on a desk. One for the whole page. */
export class MessageMenu {
  #menu
  #dialog
  #page
  #messenger
  #list = null
  #item = null
  #opener = null
  #press = null

  constructor({ document, page, messenger }) {
    this.#menu = document.getElementById("message-menu")
    this.#dialog = document.getElementById("recall-dialog")
    this.#page = page
    this.#messenger = messenger
    document.addEventListener("click", (event) => this.#clicked(event))
    document.addEventListener("contextmenu", (event) => this.#contextMenu(event))
    document.addEventListener("pointerdown", (event) => this.#pressed(event))
    for (const name of ["pointerup", "pointercancel", "scroll"]) document.addEventListener(name, () => this.#released(), true)
    document.addEventListener("pointermove", (event) => this.#strayed(event))
    this.#menu.addEventListener("click", (event) => this.#chosen(event))
    this.#menu.addEventListener("keydown", (event) => this.#key(event))
    this.#menu.addEventListener("toggle", (event) => event.newState === "closed" && this.#closed())
  }

  // Opening.

  #clicked(event) {
    const button = event.target.closest("nusa-timeline [data-action]")
    if (!button) return
    const { action } = button.dataset
    const list = button.closest("nusa-timeline")
    const item = list.itemOf(button)
    if (!item) return
    if (action === "menu") {
      const { left, bottom } = button.getBoundingClientRect()
      this.#open(list, item, button, { x: left, y: bottom })
    } else {
      this.#act(action, list, item, button)
    }
  }

  #contextMenu(event) {
    const bubble = event.target.closest("nusa-timeline [data-part=list] > li")
    // Whoever has marked text, or points at a link, wants the browser's own menu.
    if (!bubble || !getSelection().isCollapsed || event.target.closest("a[href^=http]")) return
    const list = bubble.closest("nusa-timeline")
    const item = list.itemOf(bubble)
    if (!item || item.kind === "event" || item.kind === "day" || item.kind === "new") return
    event.preventDefault()
    this.#released()
    this.#open(list, item, bubble, { x: event.clientX, y: event.clientY })
  }

  #pressed(event) {
    if (event.pointerType === "mouse" || !event.isPrimary) return
    const bubble = event.target.closest("nusa-timeline [data-part=list] > li[data-kind]:not([data-kind=event])")
    if (!bubble) return
    const at = { x: event.clientX, y: event.clientY }
    const list = bubble.closest("nusa-timeline")
    const timer = setTimeout(() => this.#open(list, list.itemOf(bubble), bubble, at), LONG_PRESS_MS)
    this.#press = { timer, at }
  }

  #strayed(event) {
    if (!this.#press) return
    const { x, y } = this.#press.at
    if (Math.hypot(event.clientX - x, event.clientY - y) > STRAY_PX) this.#released()
  }

  #released() {
    if (this.#press) clearTimeout(this.#press.timer)
    this.#press = null
  }

  #open(list, item, opener, { x, y }) {
    if (!item) return
    this.#list = list
    this.#item = item
    this.#opener = opener
    const may = this.#may(item)
    for (const button of this.#menu.querySelectorAll("[data-action]")) button.hidden = !may.has(button.dataset.action)
    for (const button of this.#menu.querySelectorAll("[data-emoji]")) {
      button.setAttribute("aria-checked", `${this.#isMine(item, button.dataset.emoji)}`)
    }
    if (may.size === 0) return
    this.#menu.style.setProperty("--x", `${x}px`)
    this.#menu.style.setProperty("--y", `${y}px`)
    if (!this.#menu.matches(":popover-open")) this.#menu.showPopover()
    this.#buttons[0]?.focus({ preventScroll: true })
  }

  #may({ row, isMine, state, entry }) {
    const may = new Set()
    if (row.recalled_at) return may
    may.add("copy")
    if (row.seq === null) {
      // Nobody but me has it: it can be changed and taken back without anybody knowing.
      if (entry?.state === "waiting") may.add("edit").add("discard")
      return may
    }
    may.add("react").add("reply")
    const isSettled = !entry || state === "failed"
    if (isMine && isSettled && row.kind === "text" && this.#page.mayEdit(row)) may.add("edit")
    if (isMine && isSettled && this.#page.mayRecall(row)) may.add("recall")
    return may
  }

  #isMine({ row }, emoji) {
    return row.reactions.some((one) => one.emoji === emoji && one.users.includes(this.#messenger.me.id))
  }

  // Choosing.

  get #buttons() {
    return [...this.#menu.querySelectorAll("button")].filter((button) => button.offsetParent !== null)
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    const buttons = this.#buttons
    const place = buttons.indexOf(document.activeElement)
    buttons[(place + step + buttons.length) % buttons.length].focus()
  }

  #chosen(event) {
    const button = event.target.closest("[data-action]")
    if (!button) return
    const [list, item] = [this.#list, this.#item]
    this.#menu.hidePopover()
    this.#act(button.dataset.action, list, item, button)
  }

  #closed() {
    if (this.#menu.contains(document.activeElement) || document.activeElement === document.body) this.#opener?.querySelector?.("button")?.focus()
    this.#opener = null
  }

  async #act(action, list, item, button) {
    const { conversation } = list
    const { row, entry } = item
    const composer = list.parentElement.querySelector("nusa-composer")
    if (action === "react") return this.#react(conversation, item, button.dataset.emoji)
    if (action === "reply") return composer.reply(row)
    if (action === "edit") return composer.edit(item)
    if (action === "retry") return this.#messenger.retry(entry)
    if (action === "discard") return this.#messenger.outbox.discard(conversation, entry.client_id)
    if (action === "copy") return toast(this.#page.data.word((await copy(row.body)) ? "copied" : "not_copied"))
    if (action === "recall" && (await this.#isSure())) return this.#messenger.recall(conversation, row.seq)
  }

  #react(conversation, item, emoji) {
    return this.#messenger.react(conversation, item.row.seq, this.#isMine(item, emoji) ? null : emoji)
  }

  #isSure() {
    this.#dialog.returnValue = ""
    this.#dialog.showModal()
    return new Promise((resolve) => {
      this.#dialog.addEventListener("close", () => resolve(this.#dialog.returnValue === "yes"), { once: true })
    })
  }
}
