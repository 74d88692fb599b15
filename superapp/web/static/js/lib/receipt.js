/**
 * A receipt: a document that the operator signed with Ed25519, as a compact JWS. No DOM here.
 *
 * It is checked with the public keys alone, so it proves what was said also when nobody answers.
 */
export class Receipt {
  static CHARS_MAX = 16_384
  static ALGORITHM = "EdDSA"

  /** @param {string} text */
  constructor(text) {
    this.text = text
    const [header, document, signature, ...rest] = text.split(".")
    if (signature === undefined || rest.length > 0) throw new SyntaxError("a receipt has three parts")
    this.header = JSON.parse(decodeText(header))
    this.document = JSON.parse(decodeText(document))
    this.signature = decode(signature)
    this.signed = new TextEncoder().encode(`${header}.${document}`)
  }

  /** The receipt in what somebody pasted, or null if that is none. */
  static read(pasted) {
    const text = pasted.replace(/\s+/g, "")
    if (text.length === 0 || text.length > Receipt.CHARS_MAX) return null
    try {
      const receipt = new Receipt(text)
      return isObject(receipt.header) && isObject(receipt.document) ? receipt : null
    } catch (fault) {
      if (fault instanceof SyntaxError || fault instanceof TypeError) return null
      throw fault
    }
  }

  /**
   * Whether one of these keys signed it: `ours`, `not_ours`, or `unable` where the browser cannot say.
   *
   * @param {{kid: string, x: string}[]} keys
   * @param {SubtleCrypto | undefined} subtle missing without https
   */
  async check(keys, subtle) {
    const jwk = keys.find(({ kid }) => kid === this.header.kid)
    if (!jwk || this.header.alg !== Receipt.ALGORITHM) return "not_ours"
    const key = await importKey(jwk, subtle)
    if (!key) return "unable"
    return (await subtle.verify({ name: "Ed25519" }, key, this.signature, this.signed)) ? "ours" : "not_ours"
  }
}

async function importKey({ x }, subtle) {
  if (!subtle) return null
  try {
    return await subtle.importKey("jwk", { kty: "OKP", crv: "Ed25519", x }, { name: "Ed25519" }, false, ["verify"])
  } catch (fault) {
    // Browsers of before 2025 do not know the algorithm; they say so by this.
    if (fault.name === "NotSupportedError") return null
    throw fault
  }
}

/** Bytes of base64url, written in the one way there is. */
function decode(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new SyntaxError("not base64url")
  const bytes = Uint8Array.from(raw(text), (letter) => letter.charCodeAt(0))
  if (encode(bytes) !== text) throw new SyntaxError("not the one way to write it")
  return bytes
}

function raw(text) {
  try {
    return atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  } catch {
    throw new SyntaxError("not base64url")
  }
}

function encode(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")
}

function decodeText(text) {
  return new TextDecoder("utf-8", { fatal: true }).decode(decode(text))
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
