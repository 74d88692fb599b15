import { Refused } from "#lib/refused.js"
import { TusUpload } from "#lib/tus_upload.js"

/**
 * Photos of a message on their way to the server, before the message itself: each is uploaded, then awaited until the server has made it
 * ready. What was done before a break is not done again. No DOM here.
 */
export class PhotoSender {
  static ENDPOINT = "/media/unggahan/"
  // The server tells by a hint; whoever has missed it finds out by asking.
  static ASK_EVERY_MS = 2_000

  #upload
  #line
  #clock

  constructor({ request, line, clock }) {
    this.#upload = new TusUpload({ request, endpoint: PhotoSender.ENDPOINT })
    this.#line = line
    this.#clock = clock
  }

  /**
   * Bring the photos of an entry to the server. Answers what the message then says of them.
   *
   * @param {import("#lib/outbox.js").Entry} entry
   * @param {{
   *   blobOf: (photo: string) => Promise<Blob>, keep: (photo: string, fields: object) => Promise<void>,
   *   progress: (photo: string, fraction: number) => void, signal: AbortSignal,
   * }} tools `keep` remembers where an upload is, for whoever goes on after this page
   */
  async prepare(entry, { blobOf, keep, progress, signal }) {
    const media = []
    for (const photo of entry.photos) {
      const blob = await blobOf(photo.id)
      if (!blob) throw new Refused({ code: "photo_gone", message: "" })
      const address = await this.#upload.send(blob, {
        metadata: { kind: "photo", filename: photo.name },
        address: photo.upload ?? null,
        created: (created) => keep(photo.id, { upload: created }),
        progress: (fraction) => progress(photo.id, fraction),
        signal,
      })
      media.push(idIn(address))
    }
    await Promise.all(media.map((id) => this.#ready(id, signal)))
    return { attachment: { type: "photos", media } }
  }

  /** Wait until the server has made a photo ready; refused ones are refused with the server's sentence. */
  async #ready(id, signal) {
    for (;;) {
      const heard = this.#hear(id)
      try {
        const known = await this.#line.ask("media.state", { media: id })
        const now = isOpen(known) ? ((await this.#either(heard.hint, signal)) ?? known) : known
        if (now.state === "ready") return
        if (now.state === "refused") throw new Refused({ code: now.code, message: now.message ?? "" })
      } finally {
        heard.stop()
      }
      signal.throwIfAborted()
    }
  }

  /** What the hints say of a photo from now on, the first time that it is not open any more. */
  #hear(id) {
    let stop
    const hint = new Promise((resolve) => {
      stop = this.#line.onHint.listen(({ on, media }) => on === "media" && media.id === id && !isOpen(media) && resolve(media))
    })
    return { hint, stop }
  }

  #either(hint, signal) {
    return new Promise((resolve) => {
      const stop = this.#clock.after(PhotoSender.ASK_EVERY_MS, () => resolve(null))
      signal.addEventListener("abort", () => resolve(null), { once: true })
      hint.then((media) => {
        stop()
        resolve(media)
      })
    })
  }
}

function isOpen({ state }) {
  return state === "uploading" || state === "processing"
}

function idIn(address) {
  return new URL(address, "http://here").pathname.split("/").filter(Boolean).at(-1)
}
