const LARGEST = 4
const DOUBLE_TAP = 2.5
const DOUBLE_TAP_MS = 300
const STRAY_PX = 24

/** A photo that two fingers, a double tap, or the wheel with Ctrl make larger, and one finger moves while it is larger. */
export class Zoom {
  #area
  #image
  #changed
  #scale = 1
  #at = { x: 0, y: 0 }
  #pointers = new Map()
  #tapped = null

  constructor({ area, image, changed }) {
    this.#area = area
    this.#image = image
    this.#changed = changed
    area.addEventListener("pointerdown", (event) => this.#down(event))
    area.addEventListener("pointermove", (event) => this.#move(event))
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) area.addEventListener(name, (event) => this.#up(event))
    area.addEventListener("wheel", (event) => this.#wheel(event), { passive: false })
  }

  reset() {
    if (this.#scale === 1) return
    this.#set(1, { x: 0, y: 0 })
  }

  /** Larger or smaller by a factor, around a point of the window, or the middle. */
  by(factor, point = null) {
    const scale = Math.max(1, Math.min(LARGEST, this.#scale * factor))
    const { left, top, width, height } = this.#area.getBoundingClientRect()
    const from = point ? { x: point.x - left - width / 2, y: point.y - top - height / 2 } : { x: 0, y: 0 }
    const grown = scale / this.#scale
    this.#set(scale, { x: from.x - (from.x - this.#at.x) * grown, y: from.y - (from.y - this.#at.y) * grown })
  }

  #set(scale, at) {
    const { clientWidth, clientHeight } = this.#area
    const room = (scale - 1) / 2
    const bound = (value, most) => Math.max(-most, Math.min(most, value))
    this.#scale = scale
    this.#at = { x: bound(at.x, clientWidth * room), y: bound(at.y, clientHeight * room) }
    this.#image.style.setProperty("--zoom", scale)
    this.#image.style.setProperty("--x", `${this.#at.x}px`)
    this.#image.style.setProperty("--y", `${this.#at.y}px`)
    this.#changed(scale > 1)
  }

  #down(event) {
    this.#pointers.set(event.pointerId, point(event))
    if (this.#pointers.size > 1 || !event.isPrimary) return
    const isSecond = this.#tapped && event.timeStamp - this.#tapped.at < DOUBLE_TAP_MS && apart(this.#tapped, point(event)) < STRAY_PX
    this.#tapped = isSecond ? null : { ...point(event), at: event.timeStamp }
    if (isSecond) this.by(this.#scale > 1 ? 1 / LARGEST : DOUBLE_TAP, point(event))
  }

  #move(event) {
    const before = this.#pointers.get(event.pointerId)
    if (!before) return
    const now = point(event)
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1]
    this.#pointers.set(event.pointerId, now)
    if (other) this.by(apart(now, other) / Math.max(1, apart(before, other)), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 })
    else if (this.#scale > 1) this.#set(this.#scale, { x: this.#at.x + now.x - before.x, y: this.#at.y + now.y - before.y })
  }

  #up(event) {
    this.#pointers.delete(event.pointerId)
  }

  #wheel(event) {
    // Two fingers on a touch pad are the wheel with Ctrl.
    if (!event.ctrlKey) return
    event.preventDefault()
    this.by(Math.exp(-event.deltaY / 100), point(event))
  }
}

function point({ clientX, clientY }) {
  return { x: clientX, y: clientY }
}

function apart(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y)
}
