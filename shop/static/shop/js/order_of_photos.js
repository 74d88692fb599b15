/** The order of some photos by their names. No DOM here. */
export class OrderOfPhotos {
  #names

  constructor(names) {
    this.#names = [...names]
  }

  get names() {
    return [...this.#names]
  }

  /** Put one at a place, counted from 0; places beyond the ends are the ends. Answers whether anything moved. */
  move(name, place) {
    const from = this.#names.indexOf(name)
    const to = Math.max(0, Math.min(this.#names.length - 1, place))
    if (from < 0 || from === to) return false
    this.#names.splice(from, 1)
    this.#names.splice(to, 0, name)
    return true
  }

  /** One step towards the front (-1) or the back (1). */
  step(name, by) {
    return this.move(name, this.#names.indexOf(name) + by)
  }
}
