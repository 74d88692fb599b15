import { Refused } from "#lib/refused.js"
import { Unanswered } from "#lib/unanswered.js"

const VERSION = "1.0.0"
const GONE = [404, 410]
// These decide nothing: the same may be asked again, from where the server stands.
const UNDECIDED = [0, 401, 408, 409, 423, 425, 429, 460]

/**
 * One file on its way to the server by tus 1.0, part by part; whoever begins again goes on where the server stands. No DOM here.
 */
export class TusUpload {
  static PART_BYTES = 1_048_576

  #request
  #endpoint

  /**
   * @param {{
   *   request: (asked: {method: string, address: string, headers: object, body?: Blob, signal?: AbortSignal, sent?: (bytes: number) => void}) =>
   *     Promise<{status: number, header: (name: string) => string | null, text: string}>,
   *   endpoint: string,
   * }} collaborators `request` answers with status 0 where no answer came
   */
  constructor({ request, endpoint }) {
    this.#request = request
    this.#endpoint = endpoint
  }

  /**
   * Bring a file to the server. Answers its address there.
   *
   * @param {Blob} blob
   * @param {{
   *   metadata: Record<string, string>, address?: string | null, created: (address: string) => Promise<void>,
   *   progress?: (fraction: number) => void, signal?: AbortSignal,
   * }} options `address` is what an earlier attempt was told by `created`
   * @throws {Refused} if the server will not have it
   * @throws {Unanswered} if it is not all there yet
   */
  async send(blob, { metadata, address = null, created, progress = () => {}, signal }) {
    let offset = address === null ? null : await this.#offsetOf(address, signal)
    if (offset === null) {
      address = await this.#create(blob, metadata, signal)
      await created(address)
      offset = 0
    }
    while (offset < blob.size) {
      progress(offset / blob.size)
      offset = await this.#sendPart(blob, { address, offset, progress, signal })
    }
    progress(1)
    return address
  }

  /** How much of it the server has, or null if it knows nothing of it any more. */
  async #offsetOf(address, signal) {
    const answer = await this.#ask("HEAD", address, { signal })
    if (GONE.includes(answer.status)) return null
    if (answer.status >= 300 || answer.status === 0) throw failureOf(answer)
    return offsetIn(answer)
  }

  async #create(blob, metadata, signal) {
    const headers = { "Upload-Length": `${blob.size}`, "Upload-Metadata": written(metadata) }
    const answer = await this.#ask("POST", this.#endpoint, { headers, signal })
    const address = answer.header("Location")
    if (answer.status !== 201 || !address) throw failureOf(answer)
    return address
  }

  async #sendPart(blob, { address, offset, progress, signal }) {
    const body = blob.slice(offset, offset + TusUpload.PART_BYTES)
    const headers = { "Upload-Offset": `${offset}`, "Content-Type": "application/offset+octet-stream" }
    const sent = (bytes) => progress((offset + bytes) / blob.size)
    const answer = await this.#ask("PATCH", address, { headers, body, signal, sent })
    if (answer.status !== 204) throw GONE.includes(answer.status) ? new Unanswered({ wasHanded: true }) : failureOf(answer)
    const now = offsetIn(answer)
    // A server that takes nothing would be asked for ever.
    if (now <= offset) throw new Unanswered({ wasHanded: true })
    return now
  }

  #ask(method, address, { headers = {}, ...others } = {}) {
    return this.#request({ method, address, headers: { "Tus-Resumable": VERSION, ...headers }, ...others })
  }
}

function offsetIn(answer) {
  const text = answer.header("Upload-Offset")
  if (!/^\d+$/.test(text ?? "")) throw new Unanswered({ wasHanded: true })
  return Number(text)
}

/** What a client says of a file: names, each with its value in base64 of UTF-8. */
function written(metadata) {
  return Object.entries(metadata)
    .map(([name, value]) => `${name} ${btoa(String.fromCharCode(...new TextEncoder().encode(value)))}`)
    .join(",")
}

function failureOf({ status, text }) {
  if (UNDECIDED.includes(status) || status >= 500 || status < 400) return new Unanswered({ wasHanded: true })
  return new Refused(saidIn(text) ?? { code: "upload_refused", message: "" })
}

/** The error body of the product, or null if something else on the way answered. */
function saidIn(text) {
  try {
    const said = JSON.parse(text)
    return typeof said?.code === "string" && typeof said.message === "string" ? said : null
  } catch {
    return null
  }
}
