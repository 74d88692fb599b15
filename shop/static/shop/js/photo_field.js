import { downscaled } from "#ui/downscale.js"
import { fill, mark, part } from "#ui/part.js"

/**
 * The choice of photos: each is made smaller here, then shown, and the form carries the smaller ones. Without this
 * module the form carries them as they are.
 */
export class PhotoField extends HTMLElement {
  #addresses = []

  connectedCallback() {
    this.addEventListener("change", this)
  }

  disconnectedCallback() {
    this.removeEventListener("change", this)
    this.#forget()
  }

  async handleEvent({ target }) {
    if (!target.matches("input[type=file]") || !target.files.length) return
    const most = Number(this.dataset.most || target.files.length)
    mark(this, "data-busy", true)
    const files = await Promise.all([...target.files].slice(0, most).map((file) => downscaled(file)))
    mark(this, "data-busy", false)
    const carried = new DataTransfer()
    for (const file of files) carried.items.add(file)
    target.files = carried.files
    const isAllRead = await this.#show(files)
    fill(this, "problem", isAllRead ? null : this.data.word("picture_unreadable"))
    if (isAllRead && this.hasAttribute("data-sends-at-once")) target.form.requestSubmit()
  }

  async #show(files) {
    this.#forget()
    const previews = part(this, "previews")
    previews?.replaceChildren()
    let isAllRead = true
    for (const file of files) {
      const image = Object.assign(new Image(), { alt: file.name, className: "photos__preview" })
      this.#addresses.push((image.src = URL.createObjectURL(file)))
      try {
        await image.decode()
        previews?.append(image)
      } catch {
        isAllRead = false
      }
    }
    return isAllRead
  }

  #forget() {
    for (const address of this.#addresses) URL.revokeObjectURL(address)
    this.#addresses = []
  }
}
