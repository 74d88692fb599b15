/** The split of an angpao, repeated from its seed: the same steps as `angpao/domain/splits.py`. */

// Drawn numbers have 48 bits, which are counted exactly here.
const NUMBER_BYTES = 6
const NUMBERS = 256 ** NUMBER_BYTES

/** Whether seed and rules lead to these amounts, and to what was promised before anybody opened one. */
export async function isRight({ mode, total, slots, least, seed, amounts, commitment }) {
  const repeated = await split({ mode, total, slots, least, seed })
  return repeated.join() === amounts.join() && (await commitTo(seed, amounts)) === commitment
}

export async function split({ mode, total, slots, least, seed }) {
  if (mode === "equal") return Array(slots).fill(total / slots)
  const below = draws(seed)
  const amounts = []
  let left = total - slots * least
  for (let others = slots - 1; others > 0; others--) {
    const extra = await below(Math.floor((2 * left) / (others + 1)) + 1)
    amounts.push(least + extra)
    left -= extra
  }
  amounts.push(least + left)
  for (let last = slots - 1; last > 0; last--) {
    const other = await below(last + 1)
    ;[amounts[last], amounts[other]] = [amounts[other], amounts[last]]
  }
  return amounts
}

export async function commitTo(seed, amounts) {
  const digest = await hash(`${seed}|${amounts.join()}`)
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/** Uniform draws below a bound that follow from the seed; numbers that would favour some are skipped. */
function draws(seed) {
  let count = 0
  return async (bound) => {
    const fair = NUMBERS - (NUMBERS % bound)
    for (;;) {
      const digest = await hash(`${seed}:${count++}`)
      const number = digest.slice(0, NUMBER_BYTES).reduce((sum, byte) => sum * 256 + byte, 0)
      if (number < fair) return number % bound
    }
  }
}

async function hash(text) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))
}
