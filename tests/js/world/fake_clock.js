/** A clock that moves only when told; work that falls due is done in order, each with its promises settled. */
export class FakeClock {
  #now = Date.parse("2027-03-01T02:00:00Z")
  #alarms = []
  #count = 0

  adopt() {}

  now() {
    return this.#now
  }

  serverNow() {
    return this.#now
  }

  after(ms, work) {
    const alarm = { at: this.#now + Math.max(0, ms), place: this.#count++, work }
    this.#alarms.push(alarm)
    return () => (this.#alarms = this.#alarms.filter((one) => one !== alarm))
  }

  async advance(ms) {
    const until = this.#now + ms
    await settle()
    for (;;) {
      const due = this.#alarms.filter((alarm) => alarm.at <= until).sort((one, other) => one.at - other.at || one.place - other.place)
      if (due.length === 0) break
      this.#alarms = this.#alarms.filter((alarm) => alarm !== due[0])
      this.#now = due[0].at
      due[0].work()
      await settle()
    }
    this.#now = until
  }
}

/** Let every promise that can go on go on. */
export function settle() {
  return new Promise((resolve) => setImmediate(resolve))
}
