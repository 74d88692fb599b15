/** Where one reads in a list that scrolls from its end: `scrollTop` 0 is the end, and what is before it is negative. */
export class ReadingPlace {
  /** How far the end is below what is in sight. It is kept: asking the browser would have it lay out the page. */
  fromEnd_px
  #scroll
  #list

  constructor({ scroll, list }) {
    this.#scroll = scroll
    this.#list = list
    this.scrolled()
  }

  /** To be called as the list was scrolled. */
  scrolled() {
    this.fromEnd_px = -this.#scroll.scrollTop
  }

  goToEnd({ isSmooth = false } = {}) {
    this.#scroll.scrollTo({ top: 0, behavior: isSmooth ? "smooth" : "instant" })
    if (!isSmooth) this.fromEnd_px = 0
  }

  /** Do something to the list, and stay with the message that was read. */
  keep(work) {
    let anchor = this.#firstInSight()
    // A day goes up with what comes before it.
    while (anchor && !anchor.dataset.seq) anchor = anchor.nextElementSibling
    const before = anchor?.getBoundingClientRect().top
    work()
    if (!anchor?.isConnected) return
    const moved = anchor.getBoundingClientRect().top - before
    if (Math.abs(moved) < 1) return
    this.#scroll.scrollTop += moved
    this.scrolled()
  }

  /** Whether an element begins above what is in sight. */
  isAbove(element) {
    return element.getBoundingClientRect().top < this.#scroll.getBoundingClientRect().top
  }

  lastInSight() {
    const bottom = this.#scroll.getBoundingClientRect().bottom
    const { children } = this.#list
    const below = this.#search((element) => element.getBoundingClientRect().top >= bottom)
    return below ? below.previousElementSibling : children[children.length - 1]
  }

  #firstInSight() {
    const top = this.#scroll.getBoundingClientRect().top
    return this.#search((element) => element.getBoundingClientRect().bottom > top)
  }

  /** The first child for which `isPast` holds, found by halving. */
  #search(isPast) {
    const { children } = this.#list
    let low = 0
    let high = children.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (isPast(children[middle])) high = middle
      else low = middle + 1
    }
    return children[low]
  }
}
