/** A stretch of a log that is held without gaps: up to the end of the log, unless it has a `high`. */
export class Span {
  /** The page that is being read before it, or after it. */
  paging = { earlier: null, later: null }

  constructor({ low, high = Infinity, hasEarlier }) {
    this.low = low
    this.high = high
    this.hasEarlier = hasEarlier
  }

  get hasLater() {
    return this.high !== Infinity
  }

  has(seq) {
    return this.low <= seq && seq <= this.high
  }

  /** Go on with what a span that begins earlier holds: they touch each other. */
  join({ low, hasEarlier }) {
    if (low > this.low) return
    this.low = low
    this.hasEarlier = hasEarlier
  }

  /** The rows of it, of rows that are in order. */
  of(rows) {
    return rows.slice(placeOf(rows, this.low), this.hasLater ? placeOf(rows, this.high + 1) : rows.length)
  }
}

/** The place of the first row that has this `seq` or a later one, found by halving. */
export function placeOf(rows, seq) {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (rows[middle].seq < seq) low = middle + 1
    else high = middle
  }
  return low
}
