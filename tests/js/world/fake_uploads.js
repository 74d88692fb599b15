/** Uploads by tus 1.0 in memory, and what becomes of them: `request` is what a client asks by, `state` what `media.state` answers. */
export class FakeUploads {
  static PATH = "/media/unggahan/"

  #count = 0
  /** @type {Map<string, {owner: string, length: number, parts: Blob[], offset: number, metadata: string, state: string}>} */
  held = new Map()
  asked = []
  isUp = true
  /** Called before each request; may answer "lost" to do it and swallow the answer, or an answer to give in its place. */
  before = () => {}
  /** Told of each change of a photo, as hints would be. */
  changed = () => {}
  /** What becomes of a photo once all of it is here. */
  afterwards = { state: "ready", code: null }

  constructor({ clock }) {
    this.clock = clock
  }

  request = async ({ method, address, headers, body, signal, sent }) => {
    this.asked.push({ method, address, offset: headers["Upload-Offset"] })
    // An answer takes its time, in which a test may do something.
    await new Promise((resolve) => this.clock.after(10, resolve))
    if (signal?.aborted) throw signal.reason
    if (!this.isUp) return answer(0)
    const instead = this.before({ method, address })
    if (instead && instead !== "lost") return instead
    const done = await this[method](address, headers, body)
    sent?.(body.size)
    return instead === "lost" ? answer(0) : done
  }

  state(id) {
    const held = this.held.get(id)
    return { id, state: held.state, code: held.code ?? null, kind: "photo", width: 4, height: 3, placeholder: null }
  }

  /** All bytes of an upload, as text. */
  async textOf(id) {
    return new Blob(this.held.get(id).parts).text()
  }

  finish(id, afterwards = this.afterwards) {
    Object.assign(this.held.get(id), afterwards)
    this.changed(this.state(id))
  }

  POST(_, headers) {
    const id = `m${(this.#count += 1)}`
    this.held.set(id, { length: Number(headers["Upload-Length"]), metadata: headers["Upload-Metadata"], parts: [], offset: 0, state: "uploading" })
    return answer(201, { Location: `${FakeUploads.PATH}${id}` })
  }

  HEAD(address) {
    const held = this.held.get(idIn(address))
    return held ? answer(200, { "Upload-Offset": `${held.offset}` }) : answer(404)
  }

  PATCH(address, headers, body) {
    const held = this.held.get(idIn(address))
    if (!held) return answer(404)
    if (Number(headers["Upload-Offset"]) !== held.offset) return answer(409)
    held.parts.push(body)
    held.offset += body.size
    if (held.offset === held.length) {
      held.state = "processing"
      this.clock.after(50, () => this.afterwards && this.finish(idIn(address)))
    }
    return answer(204, { "Upload-Offset": `${held.offset}` })
  }
}

export function answer(status, headers = {}, text = "") {
  return { status, header: (name) => headers[name] ?? null, text }
}

function idIn(address) {
  return address.split("/").at(-1)
}
