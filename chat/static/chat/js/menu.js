import { buttonsOf, moveByArrows } from "#chat/menu_keys.js"

const LONG_PRESS_MS = 450
const STRAY_PX = 10
// The click that a finger makes follows it within this.
const CLICK_MS = 60

/** A sheet on a phone, a menu at the pointer on a desk: opened by a long press, the other button or a key; left as one came. */
export class Menu {
  #element
  #rowOf
  #open
  #choose
  #opener = null
  #press = null

  /**
   * @param {{
   *   element: HTMLElement,
   *   rowOf: (target: Element) => Element | null,
   *   open: (row: Element) => Set<string> | null,
   *   choose: (action: string, button: HTMLElement) => void,
   * }} collaborators `rowOf` finds what a menu would be about; `open` answers which actions it may offer
   */
  constructor({ element, rowOf, open, choose }) {
    this.#element = element
    this.#rowOf = rowOf
    this.#open = open
    this.#choose = choose
    document.addEventListener("contextmenu", (event) => this.#contextMenu(event))
    document.addEventListener("pointerdown", (event) => this.#pressed(event))
    document.addEventListener("pointerup", (event) => this.#lifted(event), true)
    for (const name of ["pointercancel", "scroll"]) document.addEventListener(name, () => this.#released(), true)
    document.addEventListener("pointermove", (event) => this.#strayed(event))
    element.addEventListener("click", (event) => this.#chosen(event))
    element.addEventListener("keydown", (event) => moveByArrows(element, event))
    element.addEventListener("toggle", (event) => event.newState === "closed" && this.#closed())
  }

  /** Open it for a row, at a place of the window. */
  show(row, { x, y }, opener = row) {
    const may = this.#open(row)
    if (!may || may.size === 0) return
    this.#opener = opener
    for (const button of this.#element.querySelectorAll("[data-action]")) button.hidden = !may.has(button.dataset.action)
    this.#element.style.setProperty("--x", `${x}px`)
    this.#element.style.setProperty("--y", `${y}px`)
    if (!this.#element.matches(":popover-open")) this.#element.showPopover()
    buttonsOf(this.#element)[0]?.focus({ preventScroll: true })
  }

  #contextMenu(event) {
    const row = this.#rowOf(event.target)
    // Whoever has marked text wants the browser's own menu.
    if (!row || !getSelection().isCollapsed) return
    event.preventDefault()
    this.#released()
    const isByKey = event.clientX === 0 && event.clientY === 0
    const { left, bottom } = row.getBoundingClientRect()
    this.show(row, isByKey ? { x: left, y: bottom } : { x: event.clientX, y: event.clientY })
  }

  #pressed(event) {
    if (event.pointerType === "mouse" || !event.isPrimary) return
    const row = this.#rowOf(event.target)
    if (!row) return
    const at = { x: event.clientX, y: event.clientY }
    this.#press = { row, at, began_at: event.timeStamp }
  }

  /** Where a long press is no `contextmenu`, it opens the menu as the finger goes up: earlier, that would close it again. */
  #lifted(event) {
    const press = this.#press
    this.#released()
    if (!press || event.timeStamp - press.began_at < LONG_PRESS_MS) return
    addEventListener("click", keepFromTapping, { capture: true, once: true })
    setTimeout(() => {
      removeEventListener("click", keepFromTapping, { capture: true })
      this.show(press.row, press.at)
    }, CLICK_MS)
  }

  #strayed(event) {
    if (!this.#press) return
    const { x, y } = this.#press.at
    if (Math.hypot(event.clientX - x, event.clientY - y) > STRAY_PX) this.#released()
  }

  #released() {
    this.#press = null
  }

  #chosen(event) {
    const button = event.target.closest("[data-action]")
    if (!button) return
    this.#element.hidePopover()
    this.#choose(button.dataset.action, button)
  }

  #closed() {
    const isAdrift = this.#element.contains(document.activeElement) || document.activeElement === document.body
    if (isAdrift) (this.#opener?.matches("button") ? this.#opener : this.#opener?.querySelector("a, button"))?.focus({ preventScroll: true })
    this.#opener = null
  }
}

function keepFromTapping(event) {
  event.preventDefault()
  event.stopPropagation()
}
