import { placeOf } from "#chat/span.js"

/**
 * The part of a stretch of rows that stands on the page: never more than so many, wherever one reads. No DOM here.
 *
 * Its edges are the numbers of rows, so that it stays where it is while rows come before and after it. At the end of the log it
 * follows what arrives, until one reads further up and there are too many.
 */
export class RowWindow {
  static ROWS_MAX = 300
  static STEP = 50

  /** The first `seq`, null until rows were shown. */
  first = null
  /** The last `seq`, null while it follows the end. */
  last = null

  get isFollowing() {
    return this.last === null
  }

  /** Go to the end of the log, and follow it. */
  showEnd() {
    this.first = null
    this.last = null
  }

  /** Go to a message. */
  showAround(seq, rows, span) {
    const place = placeOf(rows, seq)
    this.#place(rows, span, Math.max(0, place - RowWindow.STEP), Math.min(rows.length, place + RowWindow.STEP))
  }

  /** Make room for rows before, and drop those that are furthest after. */
  growEarlier(rows, span) {
    const { start, end } = this.#ends(rows)
    const earlier = Math.max(0, start - RowWindow.STEP)
    this.#place(rows, span, earlier, Math.min(end, earlier + RowWindow.ROWS_MAX))
  }

  /** Make room for rows after, and drop those that are furthest before. */
  growLater(rows, span) {
    const { start, end } = this.#ends(rows)
    const later = Math.min(rows.length, end + RowWindow.STEP)
    this.#place(rows, span, Math.max(start, later - RowWindow.ROWS_MAX), later)
  }

  /**
   * What is on the page of these rows, and whether there are others of them before and after. What arrived since is cut off where
   * nobody reads.
   *
   * @param {{isAtEnd: boolean}} where one reads
   */
  cut(rows, span, { isAtEnd }) {
    let { start, end } = this.#ends(rows)
    // Of what it was, nothing is held any more.
    if (start >= end && rows.length > 0) {
      this.showEnd()
      ;({ start, end } = this.#ends(rows))
    }
    if (end - start > RowWindow.ROWS_MAX) {
      if (isAtEnd) start = end - RowWindow.ROWS_MAX
      else end = start + RowWindow.ROWS_MAX
    }
    this.#place(rows, span, start, end)
    return { rows: rows.slice(start, end), hasEarlier: start > 0, hasLater: end < rows.length }
  }

  #ends(rows) {
    const end = this.last === null ? rows.length : placeOf(rows, this.last + 1)
    const start = this.first === null ? Math.max(0, end - RowWindow.ROWS_MAX) : placeOf(rows, this.first)
    return { start, end }
  }

  #place(rows, span, start, end) {
    this.first = rows[start]?.seq ?? null
    this.last = end === rows.length && !span.hasLater ? null : (rows[end - 1]?.seq ?? null)
  }
}
