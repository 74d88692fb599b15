import assert from "node:assert/strict"
import { test } from "node:test"

import { RowWindow } from "#chat/row_window.js"
import { Span } from "#chat/span.js"

const rowsOf = (first, last) => Array.from({ length: last - first + 1 }, (_, place) => ({ seq: first + place }))
const newest = (low = 1) => new Span({ low, hasEarlier: false })
const edges = ({ rows }) => [rows[0]?.seq, rows.at(-1)?.seq, rows.length]

test("window at the end of a log follows it, and drops what is furthest before", () => {
  const shown = new RowWindow()
  shown.cut(rowsOf(1, 50), newest(), { isAtEnd: true })

  const cut = shown.cut(rowsOf(1, 500), newest(), { isAtEnd: true })

  assert.deepEqual(edges(cut), [201, 500, 300])
  assert.deepEqual([cut.hasEarlier, cut.hasLater, shown.isFollowing], [true, false, true])
})

test("window of whoever reads further up cuts off what arrives, and follows no more", () => {
  const shown = new RowWindow()
  shown.cut(rowsOf(1, 290), newest(), { isAtEnd: true })

  const cut = shown.cut(rowsOf(1, 400), newest(), { isAtEnd: false })

  assert.deepEqual(edges(cut), [1, 300, 300])
  assert.deepEqual([cut.hasEarlier, cut.hasLater, shown.isFollowing], [false, true, false])
})

test("window that grows to both sides never holds more than its rows, and every row comes by", () => {
  const shown = new RowWindow()
  const rows = rowsOf(1, 1_000)
  const seen = new Set()
  const look = () => {
    const cut = shown.cut(rows, newest(), { isAtEnd: false })
    cut.rows.forEach(({ seq }) => seen.add(seq))
    assert.ok(cut.rows.length <= RowWindow.ROWS_MAX)
    return cut
  }

  while (look().hasEarlier) shown.growEarlier(rows, newest())
  assert.equal(seen.size, 1_000)
  seen.clear()
  while (look().hasLater) shown.growLater(rows, newest())

  assert.equal(seen.size, 1_000)
  assert.equal(shown.isFollowing, true)
})

test("window stays where it is when earlier rows were read", () => {
  const shown = new RowWindow()
  shown.cut(rowsOf(51, 100), newest(51), { isAtEnd: false })

  const cut = shown.cut(rowsOf(1, 100), newest(), { isAtEnd: false })

  assert.deepEqual([...edges(cut), cut.hasEarlier], [51, 100, 50, true])
})

test("window around a message of an island ends with the island, and does not follow it", () => {
  const shown = new RowWindow()
  const island = new Span({ low: 26, high: 75, hasEarlier: true })

  shown.showAround(50, rowsOf(26, 75), island)

  assert.deepEqual(edges(shown.cut(rowsOf(26, 75), island, { isAtEnd: true })), [26, 75, 50])
  assert.equal(shown.isFollowing, false)
})

test("window whose rows are held no more goes to the end", () => {
  const shown = new RowWindow()
  shown.showAround(50, rowsOf(26, 75), new Span({ low: 26, high: 75, hasEarlier: true }))

  const cut = shown.cut(rowsOf(951, 1_000), newest(951), { isAtEnd: false })

  assert.deepEqual(edges(cut), [951, 1_000, 50])
  assert.equal(shown.isFollowing, true)
})

test("window of an empty log is empty and follows", () => {
  const shown = new RowWindow()

  assert.deepEqual(shown.cut([], newest(), { isAtEnd: true }), { rows: [], hasEarlier: false, hasLater: false })
  assert.deepEqual(edges(shown.cut(rowsOf(1, 1), newest(), { isAtEnd: true })), [1, 1, 1])
})

