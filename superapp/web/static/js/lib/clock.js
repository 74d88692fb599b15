/** The time, and alarms. Models take it as an argument, so that a test can bring its own. */
export class Clock {
  #ahead_ms = 0

  /** Learn what time it is for the server: phones are often minutes off. */
  adopt(serverNow) {
    this.#ahead_ms = Date.parse(serverNow) - Date.now()
  }

  /** Milliseconds since 1970 by this device, for measuring spans. */
  now() {
    return Date.now()
  }

  /** Milliseconds since 1970 as the server counts them, for comparing with times it gave us. */
  serverNow() {
    return Date.now() + this.#ahead_ms
  }

  /**
   * @param {number} ms
   * @param {() => void} work
   * @returns {() => void} calls it off
   */
  after(ms, work) {
    const timer = setTimeout(work, ms)
    return () => clearTimeout(timer)
  }
}
