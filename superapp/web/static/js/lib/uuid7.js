/** Makes version 7 UUIDs that grow: by the millisecond, and within one by a counter. */
export class Uuid7 {
  static COUNTER_MAX = 0xfff
  // Half of the counter is left free, so that it rarely runs out within a millisecond.
  static COUNTER_START_MAX = 0x7ff

  #now
  #fill
  #last_ms = 0
  #counter = 0

  /**
   * @param {{now?: () => number, fill?: (bytes: Uint8Array) => Uint8Array}} [sources]
   */
  constructor({ now = () => Date.now(), fill = (bytes) => crypto.getRandomValues(bytes) } = {}) {
    this.#now = now
    this.#fill = fill
  }

  /** @returns {string} */
  next() {
    const bytes = this.#fill(new Uint8Array(16))
    this.#tick((bytes[6] << 8) | bytes[7])
    let ms = this.#last_ms
    for (let place = 5; place >= 0; place--) {
      bytes[place] = ms % 256
      ms = Math.floor(ms / 256)
    }
    bytes[6] = 0x70 | (this.#counter >> 8)
    bytes[7] = this.#counter & 0xff
    bytes[8] = 0x80 | (bytes[8] & 0x3f)
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
  }

  #tick(random) {
    const now = this.#now()
    if (now > this.#last_ms) {
      this.#last_ms = now
      this.#counter = random & Uuid7.COUNTER_START_MAX
    } else if (this.#counter < Uuid7.COUNTER_MAX) {
      this.#counter += 1
    } else {
      // The clock stands still or was set back: borrow from the future rather than shrink.
      this.#last_ms += 1
      this.#counter = 0
    }
  }
}
