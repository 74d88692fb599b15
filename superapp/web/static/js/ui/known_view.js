import { fill, part } from "#ui/part.js"

/**
 * The one list that is honest about what it knows: `<nusa-known>`. What is seen follows from its `data-state`; rows are made and
 * filled by `page.rows`, since only the page knows what stands in them.
 */
export class KnownView extends HTMLElement {
  show(state, envelope) {
    this.dataset.state = state
    if (!envelope) return
    this.#showRows(envelope.items)
    const word = envelope.complete ? "known_age" : "known_in_part"
    fill(this, "age", state === "stale" ? this.page.data.word(word, { time: this.page.hour(envelope.as_of) }) : null)
  }

  /** Rows that stay are changed where they stand, so that nobody loses the place or the focus. */
  #showRows(items) {
    const { keyOf, make, fill: fillRow } = this.page.rows
    const list = part(this, "rows")
    const known = new Map([...list.children].map((row) => [row.dataset.key, row]))
    const wanted = items.map((item) => {
      const row = known.get(keyOf(item)) ?? make(item)
      row.dataset.key = keyOf(item)
      fillRow(row, item)
      return row
    })
    if (wanted.length !== list.children.length || wanted.some((row, place) => list.children[place] !== row)) {
      list.replaceChildren(...wanted)
    }
  }
}
