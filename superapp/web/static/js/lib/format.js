const ASSETS = { IDR: { digits: 2, symbol: "Rp" }, USD: { digits: 2, symbol: "US$" } }
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const REMEMBERED_MAX = 20_000

/** Times, days and numbers as this person writes them: their language, their time zone. No DOM here. */
export class Format {
  #dayKey
  #hour
  #weekday
  #shortDate
  #longDate
  #dayOfYear
  #number
  // What was formatted, by minute: a long conversation is gone through with each message that comes.
  #days = new Map()
  #hours = new Map()

  /** @param {{locale: string, timeZone: string}} where */
  constructor({ locale, timeZone }) {
    // Swedish writes a day as we do in attributes: 2027-03-01.
    this.#dayKey = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" })
    this.#hour = new Intl.DateTimeFormat(locale, { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
    this.#weekday = new Intl.DateTimeFormat(locale, { timeZone, weekday: "long" })
    this.#shortDate = new Intl.DateTimeFormat(locale, { timeZone, day: "numeric", month: "numeric", year: "2-digit" })
    this.#longDate = new Intl.DateTimeFormat(locale, { timeZone, day: "numeric", month: "long", year: "numeric" })
    this.#dayOfYear = new Intl.DateTimeFormat(locale, { timeZone, day: "numeric", month: "long" })
    this.#number = new Intl.NumberFormat(locale)
  }

  hour(at) {
    return remembered(this.#hours, at, this.#hour)
  }

  /** The day in this person's zone, as `2027-03-01`. */
  day(at) {
    return remembered(this.#days, at, this.#dayKey)
  }

  /** The minute in this person's zone, for comparing. */
  minute(at) {
    return `${this.day(at)} ${this.hour(at)}`
  }

  /** The whole date, as on paper. */
  date(at) {
    return this.#longDate.format(at)
  }

  /** The date as one says it beside another: the year only where it is not the same. */
  dateBeside(at, beside) {
    const isSameYear = this.day(at).slice(0, 4) === this.day(beside).slice(0, 4)
    return (isSameYear ? this.#dayOfYear : this.#longDate).format(at)
  }

  number(value) {
    return this.#number.format(value)
  }

  /** How many days `at` lies back: 0 today, 1 yesterday. */
  daysAgo(at, now) {
    return Math.round((Date.parse(this.day(now)) - Date.parse(this.day(at))) / DAY_MS)
  }

  /** The day in words, as between messages. */
  dayWords(at, now, { today, yesterday }) {
    const ago = this.daysAgo(at, now)
    if (ago <= 0) return today
    if (ago === 1) return yesterday
    return ago < 7 ? this.#weekday.format(at) : this.#longDate.format(at)
  }

  /** The shortest time that says enough, as in a list. */
  brief(at, now, { yesterday }) {
    const ago = this.daysAgo(at, now)
    if (ago <= 0) return this.hour(at)
    if (ago === 1) return yesterday
    return ago < 7 ? this.#weekday.format(at) : this.#shortDate.format(at)
  }
}

function remembered(memory, at, format) {
  const minute = Math.floor(at / MINUTE_MS)
  if (!memory.has(minute)) {
    if (memory.size >= REMEMBERED_MAX) memory.clear()
    memory.set(minute, format.format(at))
  }
  return memory.get(minute)
}

/** Money as the server writes it, in every language: `Rp1.250.000`, and `Rp1.250.000,50` only where there are sen. */
export function writeMoney({ amount_minor, asset }) {
  const { digits, symbol } = ASSETS[asset]
  const all = `${Math.abs(amount_minor)}`.padStart(digits + 1, "0")
  const [whole, minor] = [all.slice(0, -digits), all.slice(-digits)]
  return `${amount_minor < 0 ? "-" : ""}${symbol}${grouped(whole)}${Number(minor) ? `,${minor}` : ""}`
}

/** Money that came or went: `+Rp50.000`, `-Rp50.000`. */
export function writeChange(money) {
  return `${money.amount_minor > 0 ? "+" : ""}${writeMoney(money)}`
}

/** Digits with a point between thousands. */
export function grouped(digits) {
  return digits.replace(/\B(?=(\d{3})+$)/g, ".")
}
