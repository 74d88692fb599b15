import { request } from "#ui/http.js"

// No more than the server takes of one frame.
const LONG_SIDE = 640
const SHORT_SIDE = 480
const BUSY = [429, 503]

/** Reads codes by sending grey frames to the server, where the browser has no reader of its own. */
export class FrameReader {
  #address

  constructor(address) {
    this.#address = address
  }

  /** The text of the code in what a video or a picture shows now; null without one. Throws `Busy` if the server has no time. */
  async read(source, width, height) {
    const frame = greyFrame(source, width, height)
    const address = `${this.#address}?w=${frame.width}&h=${frame.height}`
    const { status, text } = await request({ method: "POST", address, headers: { "Content-Type": "application/octet-stream" }, body: frame.grey })
    if (BUSY.includes(status) || status === 0) throw new Busy()
    return status === 200 ? JSON.parse(text).text || null : null
  }
}

export class Busy extends Error {}

/** The size of a frame of a picture: as it stands, upright or across, and never larger than it is. */
export function frameSize(width, height) {
  const [long, short] = width >= height ? [width, height] : [height, width]
  const scale = Math.min(1, LONG_SIDE / long, SHORT_SIDE / short)
  return { width: Math.floor(width * scale), height: Math.floor(height * scale) }
}

/** One byte of brightness for each pixel. */
export function toGrey(pixels) {
  const grey = new Uint8Array(pixels.length / 4)
  for (let at = 0; at < grey.length; at++) {
    const first = at * 4
    grey[at] = (pixels[first] * 77 + pixels[first + 1] * 150 + pixels[first + 2] * 29) >> 8
  }
  return grey
}

function greyFrame(source, width, height) {
  const size = frameSize(width, height)
  const pen = Object.assign(document.createElement("canvas"), size).getContext("2d", { willReadFrequently: true })
  pen.drawImage(source, 0, 0, size.width, size.height)
  return { ...size, grey: toGrey(pen.getImageData(0, 0, size.width, size.height).data) }
}
