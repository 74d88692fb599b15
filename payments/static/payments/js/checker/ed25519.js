import { sha512 } from "#payments/checker/sha2.js"

/**
 * Verification of Ed25519 signatures: by WebCrypto where the browser knows the algorithm, else as in RFC 8032, section 5.1.7.
 * Nothing here is secret, so it need not take the same time for all numbers.
 */
const P = 2n ** 255n - 19n
const L = 2n ** 252n + 27742317777372353535851937790883648493n
const D = modulo(-121665n * inverse(121666n))
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n)
const BASE = decodePoint(encodeNumber(modulo(4n * inverse(5n))))

/**
 * @param {{publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array, subtle?: SubtleCrypto}} signed
 */
export async function verifySignature({ publicKey, signature, message, subtle }) {
  const key = await importKey(publicKey, subtle)
  if (key) return subtle.verify({ name: "Ed25519" }, key, signature, message)
  return verifyByArithmetic(publicKey, signature, message)
}

async function importKey(publicKey, subtle) {
  try {
    return (await subtle?.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"])) ?? null
  } catch {
    // Unknown to this browser, or no key: arithmetic says which.
    return null
  }
}

/** Whether S·B = R + k·A, with k the hash of R, A and the message. */
export function verifyByArithmetic(publicKey, signature, message) {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  const [a, r] = [decodePoint(publicKey), decodePoint(signature.slice(0, 32))]
  const s = decodeNumber(signature.slice(32))
  if (!a || !r || s >= L) return false
  const k = decodeNumber(sha512(Uint8Array.from([...signature.slice(0, 32), ...publicKey, ...message]))) % L
  return isSame(multiply(BASE, s), add(r, multiply(a, k)))
}

/** A point in extended coordinates from its 32 bytes, or null if there is none on the curve. */
function decodePoint(bytes) {
  const number = decodeNumber(bytes)
  const [sign, y] = [number >> 255n, number & (2n ** 255n - 1n)]
  if (y >= P) return null
  const [u, v] = [modulo(y * y - 1n), modulo(D * y * y + 1n)]
  let x = modulo(u * v ** 3n * power(modulo(u * v ** 7n), (P - 5n) / 8n))
  const square = modulo(v * x * x)
  if (square === modulo(-u)) x = modulo(x * ROOT_OF_MINUS_ONE)
  else if (square !== u) return null
  if (x === 0n && sign) return null
  if ((x & 1n) !== sign) x = P - x
  return [x, y, 1n, modulo(x * y)]
}

function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = modulo((y1 - x1) * (y2 - x2))
  const b = modulo((y1 + x1) * (y2 + x2))
  const c = modulo(2n * D * t1 * t2)
  const d = modulo(2n * z1 * z2)
  const [e, f, g, h] = [b - a, d - c, d + c, b + a]
  return [modulo(e * f), modulo(g * h), modulo(f * g), modulo(e * h)]
}

function multiply(point, times) {
  let [sum, doubled] = [[0n, 1n, 1n, 0n], point]
  for (let rest = times; rest; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, doubled)
    doubled = add(doubled, doubled)
  }
  return sum
}

const isSame = ([x1, y1, z1], [x2, y2, z2]) => modulo(x1 * z2 - x2 * z1) === 0n && modulo(y1 * z2 - y2 * z1) === 0n

function modulo(number) {
  const rest = number % P
  return rest < 0n ? rest + P : rest
}

function power(base, exponent) {
  let [result, square] = [1n, modulo(base)]
  for (let rest = exponent; rest; rest >>= 1n) {
    if (rest & 1n) result = modulo(result * square)
    square = modulo(square * square)
  }
  return result
}

function inverse(number) {
  return power(number, P - 2n)
}

/** Numbers are written with their least byte first. */
function decodeNumber(bytes) {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n)
}

function encodeNumber(number) {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 255n))
}
