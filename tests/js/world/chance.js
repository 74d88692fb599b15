/** Random numbers that come again with the same seed, so that a failure can be looked at. */
export function chance(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  next.below = (limit) => Math.floor(next() * limit)
  next.pick = (list) => list[next.below(list.length)]
  next.happens = (probability) => next() < probability
  return next
}
