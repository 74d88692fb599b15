/**
 * Finds the number of a challenge: the one that, written behind the salt, has the challenge as its SHA-256.
 *
 * The hash is written out here instead of asking the browser's own: that one is missing where a page came without https, and each of its
 * hashes is an event of its own, which takes five times as long as the hash. The part of the salt that fills whole blocks is hashed once.
 */
const SLICE_MS = 40
const BATCH = 500

const K = Int32Array.from(fractions(64, Math.cbrt))
const START = Uint32Array.from(fractions(8, Math.sqrt))

/**
 * The number, or null if there is none. `progress` hears of the part that was tried after each slice, and `pause` lets the page breathe
 * between two.
 */
export async function solve({ challenge, salt, maxnumber }, { now, pause, progress = () => {} }) {
  const search = new Search(challenge, salt)
  let number = 0
  while (number <= maxnumber) {
    const ends_at = now() + SLICE_MS
    do {
      const last = Math.min(maxnumber, number + BATCH - 1)
      for (; number <= last; number++) if (search.isIt(number)) return number
    } while (number <= maxnumber && now() < ends_at)
    progress(Math.min(1, number / maxnumber))
    await pause()
  }
  return null
}

/** The SHA-256 of a text of ASCII, in hexadecimal. */
export function sha256(text) {
  const state = Uint32Array.from(START)
  for (const block of blocks(text, text.length)) compress(state, block)
  return [...state].map((word) => word.toString(16).padStart(8, "0")).join("")
}

/** Looks at one number after the other. All of the same count of digits share their last blocks, but for the digits. */
class Search {
  #wanted
  #before = Uint32Array.from(START)
  #state = new Uint32Array(8)
  #rest
  #length
  #last = []
  #digits = 0

  constructor(challenge, salt) {
    this.#wanted = Uint32Array.from(challenge.match(/.{8}/g), (word) => parseInt(word, 16))
    const whole = salt.length - (salt.length % 64)
    for (let at = 0; at < whole; at += 64) compress(this.#before, words(salt.slice(at, at + 64)))
    this.#rest = salt.slice(whole)
    this.#length = whole
  }

  isIt(number) {
    const digits = `${number}`.length
    if (digits !== this.#digits) this.#begin(digits)
    let rest = number
    for (let at = this.#rest.length + digits - 1; at >= this.#rest.length; at--) {
      const shift = 24 - (at & 3) * 8
      const block = this.#last[at >> 6]
      const place = (at & 63) >> 2
      block[place] = (block[place] & ~(255 << shift)) | ((48 + (rest % 10)) << shift)
      rest = (rest / 10) | 0
    }
    this.#state.set(this.#before)
    for (const block of this.#last) compress(this.#state, block)
    return this.#state[0] === this.#wanted[0] && this.#state.every((word, place) => word === this.#wanted[place])
  }

  #begin(digits) {
    const text = this.#rest + "0".repeat(digits)
    this.#last = blocks(text, this.#length + text.length)
    this.#digits = digits
  }
}

/** The last blocks of a message of this length in bytes, with the padding that ends it. */
function blocks(text, length) {
  const zeros = (119 - (text.length % 64)) % 64
  const bits = length * 8
  const padded = words(`${text}\x80${"\0".repeat(zeros + 8)}`)
  padded[padded.length - 2] = Math.floor(bits / 2 ** 32)
  padded[padded.length - 1] = bits
  if (padded.length === 16) return [padded]
  return Array.from({ length: padded.length / 16 }, (_, place) => padded.subarray(place * 16, place * 16 + 16))
}

function words(text) {
  const found = new Uint32Array(text.length / 4)
  for (let at = 0; at < text.length; at++) found[at >> 2] |= text.charCodeAt(at) << (24 - (at & 3) * 8)
  return found
}

// Numbers with a sign: those without are slower, once they pass 2**31.
const W = new Int32Array(64)

function compress(state, block) {
  W.set(block)
  for (let i = 16; i < 64; i++) {
    const near = W[i - 2]
    const far = W[i - 15]
    const s1 = ((near >>> 17) | (near << 15)) ^ ((near >>> 19) | (near << 13)) ^ (near >>> 10)
    const s0 = ((far >>> 7) | (far << 25)) ^ ((far >>> 18) | (far << 14)) ^ (far >>> 3)
    W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0
  }
  let a = state[0]
  let b = state[1]
  let c = state[2]
  let d = state[3]
  let e = state[4]
  let f = state[5]
  let g = state[6]
  let h = state[7]
  for (let i = 0; i < 64; i++) {
    const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const one = (h + S1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0
    const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const two = (S0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + one) | 0
    d = c
    c = b
    b = a
    a = (one + two) | 0
  }
  state[0] += a
  state[1] += b
  state[2] += c
  state[3] += d
  state[4] += e
  state[5] += f
  state[6] += g
  state[7] += h
}

/** The first 32 bits behind the point of the roots of the first primes, of which the standard makes its constants. */
function fractions(count, root) {
  const primes = []
  for (let number = 2; primes.length < count; number++) {
    if (primes.every((prime) => number % prime)) primes.push(number)
  }
  return primes.map((prime) => ((root(prime) % 1) * 2 ** 32) | 0)
}
