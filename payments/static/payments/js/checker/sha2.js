/**
 * SHA-256 and SHA-512 (FIPS 180-4) in plain words of BigInt, for pages where the browser offers no WebCrypto.
 * The two differ in the size of a word, in rounds and rotations; constants are roots of primes.
 */
const SHA_256 = { bits: 32n, rounds: 64, big: [[2n, 13n, 22n], [6n, 11n, 25n]], small: [[7n, 18n, 3n], [17n, 19n, 10n]] }
const SHA_512 = { bits: 64n, rounds: 80, big: [[28n, 34n, 39n], [14n, 18n, 41n]], small: [[1n, 8n, 7n], [19n, 61n, 6n]] }
const PRIMES = firstPrimes(80)
// The first 64 bits behind the point.
const SQUARE_ROOTS = PRIMES.slice(0, 8).map((prime) => fractionOfRoot(BigInt(prime), 2n))
const CUBE_ROOTS = PRIMES.map((prime) => fractionOfRoot(BigInt(prime), 3n))

/** @param {Uint8Array} bytes */
export const sha256 = (bytes) => hash(bytes, SHA_256)

/** @param {Uint8Array} bytes */
export const sha512 = (bytes) => hash(bytes, SHA_512)

function hash(bytes, { bits, rounds, big, small }) {
  const mask = (1n << bits) - 1n
  const size = Number(bits) / 8
  const cut = (roots) => roots.map((root) => root >> (64n - bits))
  const rotate = (word, by) => ((word >> by) | (word << (bits - by))) & mask
  const turn = (word, [a, b, c]) => rotate(word, a) ^ rotate(word, b) ^ rotate(word, c)
  const blend = (word, [a, b, shift]) => rotate(word, a) ^ rotate(word, b) ^ (word >> shift)
  const constants = cut(CUBE_ROOTS)
  let state = cut(SQUARE_ROOTS)
  const words = toWords(padded(bytes, size), size)
  for (let start = 0; start < words.length; start += 16) {
    const w = words.slice(start, start + 16)
    for (let i = 16; i < rounds; i += 1) w.push((blend(w[i - 2], small[1]) + w[i - 7] + blend(w[i - 15], small[0]) + w[i - 16]) & mask)
    let [a, b, c, d, e, f, g, h] = state
    for (let i = 0; i < rounds; i += 1) {
      const first = h + turn(e, big[1]) + ((e & f) ^ (~e & mask & g)) + constants[i] + w[i]
      const second = turn(a, big[0]) + ((a & b) ^ (a & c) ^ (b & c))
      ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) & mask, c, b, a, (first + second) & mask]
    }
    state = [a, b, c, d, e, f, g, h].map((word, i) => (word + state[i]) & mask)
  }
  return Uint8Array.from(state.flatMap((word) => toBytes(word, size)))
}

/** The message, a 1, zeros, and its length in bits as a number of two words. */
function padded(bytes, size) {
  const block = size * 16
  const length = Math.ceil((bytes.length + 1 + size * 2) / block) * block
  const whole = new Uint8Array(length)
  whole.set(bytes)
  whole[bytes.length] = 0x80
  whole.set(toBytes(BigInt(bytes.length) * 8n, 8), length - 8)
  return whole
}

function toWords(bytes, size) {
  const words = []
  for (let at = 0; at < bytes.length; at += size) words.push(bytes.slice(at, at + size).reduce((word, byte) => (word << 8n) | BigInt(byte), 0n))
  return words
}

function toBytes(word, size) {
  return Array.from({ length: size }, (_, i) => Number((word >> BigInt(8 * (size - 1 - i))) & 255n))
}

function firstPrimes(count) {
  const primes = []
  for (let n = 2; primes.length < count; n += 1) if (primes.every((prime) => n % prime)) primes.push(n)
  return primes
}

function fractionOfRoot(number, degree) {
  const wanted = number << (64n * degree)
  let [low, high] = [0n, 1n << 70n]
  while (low < high) {
    const middle = (low + high + 1n) / 2n
    if (middle ** degree <= wanted) low = middle
    else high = middle - 1n
  }
  return low & ((1n << 64n) - 1n)
}
