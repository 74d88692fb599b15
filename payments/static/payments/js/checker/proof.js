import { verifySignature } from "#payments/checker/ed25519.js"
import { sha256 } from "#payments/checker/sha2.js"

/**
 * An inclusion proof (docs/proofs.md), checked from its texts alone. No DOM here.
 */
const FORMAT = "nusa-ledger-proof-1"
const FIELDS = new Set(["format", "leaf", "index", "path", "block", "signature", "keys", "memo"])
const BYTES_MAX = 256 * 1024
const KEYS_MAX = 1_000

/** The proof does not hold; ``reason`` is the key of a sentence. */
export class ProofRejected extends Error {
  constructor(reason) {
    super(reason)
    this.reason = reason
  }
}

/**
 * What a proof says, if all of it holds.
 *
 * @param {string} text of the file
 * @param {{trusted?: string[], subtle?: SubtleCrypto}} options ids of the keys of which one must be in the chain
 */
export async function verifyProof(text, { trusted, subtle } = {}) {
  const proof = parse(text)
  const keys = await verifyKeys(proof.keys, subtle)
  const [block, journal] = [object(proof.block), object(proof.leaf)]
  const signer = keys.at(-1)
  if (block.key !== signer.key) throw new ProofRejected("keys")
  if (!(await isSigned("nusa ledger block", proof.block, proof.signature, signer.public, subtle))) throw new ProofRejected("block")
  if (!isIncluded(proof, block)) throw new ProofRejected("journal")
  if (proof.memo && toHex(sha256(encode(proof.memo.salt + proof.memo.text))) !== journal.memo_hash) throw new ProofRejected("memo")
  if (trusted) checkTrust(keys, trusted)
  return { journal, block, replaced: keys.filter(({ replaces }) => replaces), head: toHex(sha256(encode(proof.block))), memo: proof.memo?.text ?? "" }
}

function parse(text) {
  if (text.length > BYTES_MAX) throw new ProofRejected("file")
  const proof = object(text)
  const isWhole =
    Object.keys(proof).every((name) => FIELDS.has(name)) &&
    [proof.leaf, proof.block, proof.signature].every((one) => typeof one === "string") &&
    Number.isSafeInteger(proof.index) &&
    Array.isArray(proof.path) &&
    Array.isArray(proof.keys) &&
    proof.keys.length > 0 &&
    proof.keys.length <= KEYS_MAX &&
    proof.keys.every((key) => typeof key?.statement === "string" && typeof key.signature === "string") &&
    (proof.memo == null || (typeof proof.memo.text === "string" && typeof proof.memo.salt === "string"))
  if (proof.format !== FORMAT || !isWhole) throw new ProofRejected("file")
  return proof
}

/** Each key is signed by the one before it; the first, and one that says that it replaces a lost one, by itself. */
async function verifyKeys(signed, subtle) {
  const keys = []
  for (const { statement, signature } of signed) {
    const key = object(statement)
    const before = keys.at(-1) ?? key
    const signer = key.replaces ? key : before
    const isWhole =
      key.key === keyId(key.public) &&
      key.previous === signer.key &&
      (!key.replaces || (keys.length > 0 && key.replaces === before.key)) &&
      (await isSigned("nusa ledger key", statement, signature, signer.public, subtle))
    if (!isWhole) throw new ProofRejected("keys")
    keys.push(key)
  }
  return keys
}

/** Trust in a key does not reach beyond one that it has not signed. */
function checkTrust(keys, trusted) {
  const start = Math.max(keys.findLastIndex(({ replaces }) => replaces), 0)
  const isTrusted = ({ key }) => trusted.includes(key)
  if (keys.slice(start).some(isTrusted)) return
  throw new ProofRejected(keys.some(isTrusted) ? "replaced" : "stranger")
}

function isSigned(context, text, signature, publicKey, subtle) {
  return verifySignature({ publicKey: fromBase64(publicKey), signature: fromHex(signature), message: encode(`${context}\0${text}`), subtle })
}

/** Whether the path leads from the leaf at this index to the root, as in RFC 6962. */
function isIncluded({ leaf, index, path }, { leaves, root }) {
  if (!Number.isSafeInteger(leaves) || index < 0 || index >= leaves) return false
  let [node, at, last] = [sha256(join([0], encode(leaf))), index, leaves - 1]
  const left = [...path]
  while (last > 0) {
    if (at % 2 || at < last) {
      if (left.length === 0) return false
      const sibling = fromHex(left.shift())
      node = at % 2 ? sha256(join([1], sibling, node)) : sha256(join([1], node, sibling))
    }
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  return left.length === 0 && toHex(node) === root
}

/** The RFC 7638 thumbprint of a public key. */
function keyId(publicKey) {
  return toBase64(sha256(encode(`{"crv":"Ed25519","kty":"OKP","x":"${publicKey}"}`)))
}

function object(text) {
  try {
    const value = JSON.parse(text)
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value
  } catch {
    // Said below.
  }
  throw new ProofRejected("file")
}

const encode = (text) => new TextEncoder().encode(text)
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]))
const toHex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")

function fromHex(text) {
  if (typeof text !== "string" || !/^([0-9a-f]{2})*$/.test(text)) throw new ProofRejected("file")
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function fromBase64(text) {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]{43}$/.test(text)) throw new ProofRejected("keys")
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0))
}
