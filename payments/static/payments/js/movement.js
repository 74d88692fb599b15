/** Which way the money of a movement went. No DOM here. */
export function directionOf({ amount }) {
  return amount.amount_minor === 0 ? "held" : amount.amount_minor > 0 ? "in" : "out"
}

/** Which sentence says a movement, as on the server. */
export function wordOf({ kind, amount, purpose }, data) {
  const direction = directionOf({ amount })
  const key = `movement:${kind}_${direction}`
  if (purpose && data.has(`${key}:purpose`)) return `${key}:purpose`
  return data.has(key) ? key : `movement:other_${direction}`
}

/** The name in that sentence: of the shop whose order it was, else of the other person; empty if neither is known. */
export function nameOf({ peer, purpose }) {
  return purpose?.name || peer?.name || ""
}

/** How much was set aside or let go, without a sign: the balance is the same. */
export function heldOf({ held }) {
  return { ...held, amount_minor: Math.abs(held.amount_minor) }
}
