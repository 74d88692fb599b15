import { part } from "#ui/part.js"
import { Busy, FrameReader } from "#payments/frames.js"

// How often the browser's own reader looks, and how often a frame is sent.
const LOOK_EVERY_MS = 250
const SEND_EVERY_MS = 1_200
const BUSY_MS = 3_000
const NOT_ALLOWED = ["NotAllowedError", "SecurityError"]

/** The camera of the page that scans: whatever it reads is sent by the form, as if somebody had typed it. */
export class Scanner extends HTMLElement {
  #stream = null
  #timer = null
  #isOver = false
  #frames
  #detector = null

  async connectedCallback() {
    this.#frames = new FrameReader(this.dataset.frames)
    this.#detector = await ownReader()
    part(this, "picture").hidden = false
    part(this, "file").addEventListener("change", ({ target }) => target.files[0] && this.#readPicture(target.files[0]))
    // A camera that nobody sees is switched off, and on again with the page.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#stop() : this.#start()))
    addEventListener("pagehide", () => this.#stop())
    addEventListener("pageshow", ({ persisted }) => persisted && this.#start())
    // The code that was refused may still be in front of the camera, and would be refused again and again.
    if (!this.hasAttribute("data-paused")) return this.#start()
    part(this, "again").hidden = false
    part(this, "again").addEventListener("click", () => this.#resume())
  }

  disconnectedCallback() {
    this.#stop()
  }

  #resume() {
    this.removeAttribute("data-paused")
    part(this, "again").hidden = true
    return this.#start()
  }

  async #start() {
    if (this.#stream || this.#isOver || this.hasAttribute("data-paused")) return
    if (!navigator.mediaDevices?.getUserMedia) return this.#show("none")
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
        audio: false,
      })
    } catch (failure) {
      return this.#show(NOT_ALLOWED.includes(failure.name) ? "denied" : "none")
    }
    const video = part(this, "video")
    video.srcObject = this.#stream
    this.#show("view")
    await video.play().catch(() => {})
    this.#look()
  }

  #stop() {
    clearTimeout(this.#timer)
    for (const track of this.#stream?.getTracks() ?? []) track.stop()
    this.#stream = null
  }

  async #look() {
    if (!this.#stream) return
    const video = part(this, "video")
    let wait_ms = this.#detector ? LOOK_EVERY_MS : SEND_EVERY_MS
    try {
      const text = video.videoWidth > 0 ? await this.#read(video, video.videoWidth, video.videoHeight) : null
      part(this, "slow").hidden = true
      if (text) return this.#follow(text)
    } catch (failure) {
      if (!(failure instanceof Busy)) throw failure
      part(this, "slow").hidden = false
      wait_ms = BUSY_MS
    }
    this.#timer = setTimeout(() => this.#look(), wait_ms)
  }

  async #readPicture(file) {
    part(this, "unread").hidden = true
    let text = null
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" })
      text = await this.#read(picture, picture.width, picture.height)
      picture.close()
    } catch (failure) {
      part(this, "slow").hidden = !(failure instanceof Busy)
    }
    if (text) return this.#follow(text)
    part(this, "unread").hidden = false
    part(this, "file").value = ""
  }

  async #read(source, width, height) {
    if (!this.#detector) return this.#frames.read(source, width, height)
    const [found] = await this.#detector.detect(source)
    return found?.rawValue || null
  }

  #follow(text) {
    this.#isOver = true
    this.#stop()
    const form = this.querySelector("form")
    form.elements.qr.value = text
    form.requestSubmit()
  }

  #show(name) {
    for (const one of ["view", "denied", "none"]) part(this, one).hidden = one !== name
  }
}

/** The browser's reader of codes, if it has one that reads ours. */
async function ownReader() {
  if (!("BarcodeDetector" in globalThis)) return null
  const formats = await BarcodeDetector.getSupportedFormats()
  return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null
}
