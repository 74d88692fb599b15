/** Addresses, in this page, of photos that this device keeps until they are sent. */
export class KeptPhotos {
  // What was sent is shown from here until the page goes; not without end.
  static ADDRESSES_MAX = 120

  #outbox
  /** @type {Map<string, Promise<string | null>>} */
  #addresses = new Map()

  constructor({ outbox }) {
    this.#outbox = outbox
  }

  /** The address of a photo, or null if it is not kept any more. */
  urlOf(id) {
    if (!this.#addresses.has(id)) this.#addresses.set(id, this.#make(id))
    return this.#addresses.get(id)
  }

  async #make(id) {
    const blob = await this.#outbox.photo(id)
    if (!blob) return null
    this.#letOldOnesGo()
    return URL.createObjectURL(blob)
  }

  async #letOldOnesGo() {
    const [oldest] = this.#addresses
    if (this.#addresses.size <= KeptPhotos.ADDRESSES_MAX) return
    this.#addresses.delete(oldest[0])
    const address = await oldest[1]
    if (address) URL.revokeObjectURL(address)
  }
}
