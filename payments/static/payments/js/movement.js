/** Which sentence says a movement, as on the server. No DOM here. */
export function wordOf({ kind, amount }, data) {
  const direction = amount.amount_minor === 0 ? "held" : amount.amount_minor > 0 ? "in" : "out"
  const key = `movement:${kind}_${direction}`
  return data.has(key) ? key : `movement:other_${direction}`
}

/** What a movement changed: what is set aside goes out of what can be spent. */
export function changeOf({ amount, held }) {
  return amount.amount_minor ? amount : { ...held, amount_minor: -held.amount_minor }
}
