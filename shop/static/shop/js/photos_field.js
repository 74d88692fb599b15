import { fill, part } from "#ui/part.js"

/**
 * The choice of photos: `<nusa-photos-field>`. They are looked at and made smaller here first, so that nobody uploads for minutes; the
 * form then sends what is left. A browser that cannot make them smaller sends them as they are.
 */
export class PhotosField extends HTMLElement {
  static SIDE_MAX = 1_600
  static QUALITY = 0.85
  static MEGABYTE = 1_048_576

  connectedCallback() {
    this.addEventListener("change", this)
  }

  disconnectedCallback() {
    this.removeEventListener("change", this)
  }

  async handleEvent({ target }) {
    fill(this, "problem", null)
    const chosen = [...target.files]
    const small = await Promise.all(chosen.map((file) => shrink(file)))
    const kept = small.filter((file) => file && file.size <= Number(this.dataset.bytesMax))
    if (kept.length < chosen.length) this.#refuse(small)
    const files = new DataTransfer()
    for (const file of kept) files.items.add(file)
    target.files = files.files
    this.#show(kept)
  }

  #refuse(small) {
    const megabytes = Math.floor(Number(this.dataset.bytesMax) / PhotosField.MEGABYTE)
    const isUnread = small.includes(null)
    fill(this, "problem", this.data.word(isUnread ? "picture_unreadable" : "picture_too_large", { megabytes }))
  }

  #show(files) {
    const list = part(this, "chosen")
    for (const picture of list.querySelectorAll("img")) URL.revokeObjectURL(picture.src)
    list.hidden = files.length === 0
    list.replaceChildren(...files.map((file) => this.#one(file)))
  }

  #one(file) {
    const one = part(this, "one").content.firstElementChild.cloneNode(true)
    one.querySelector("img").src = URL.createObjectURL(file)
    return one
  }
}

/** The photo in a size that is enough, upright; null if it is no picture. */
async function shrink(file) {
  let picture
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" })
  } catch {
    return null
  }
  const scale = Math.min(1, PhotosField.SIDE_MAX / Math.max(picture.width, picture.height))
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale))
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  const smaller = await canvas.convertToBlob({ type: "image/webp", quality: PhotosField.QUALITY })
  return smaller.size < file.size ? new File([smaller], `${file.name}.webp`, { type: smaller.type }) : file
}
