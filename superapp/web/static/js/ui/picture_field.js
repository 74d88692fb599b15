import { fill, part } from "#ui/part.js"

/** The choice of a picture: it is looked at here first, so that nobody uploads for a minute to be refused. */
export class PictureField extends HTMLElement {
  static MEGABYTE = 1_048_576

  connectedCallback() {
    this.addEventListener("change", this)
  }

  disconnectedCallback() {
    this.removeEventListener("change", this)
  }

  async handleEvent({ target }) {
    const file = target.files?.[0]
    if (!file) return
    const bytesMax = Number(this.dataset.bytesMax)
    if (file.size > bytesMax) {
      return this.#refuse(target, this.data.word("picture_too_large", { megabytes: Math.floor(bytesMax / PictureField.MEGABYTE) }))
    }
    const preview = part(this, "preview")
    const before = preview.src
    preview.src = URL.createObjectURL(file)
    try {
      await preview.decode()
    } catch {
      preview.src = before
      return this.#refuse(target, this.data.word("picture_unreadable"))
    }
    preview.hidden = false
    fill(this, "problem", null)
    target.form.requestSubmit()
  }

  #refuse(input, sentence) {
    input.value = ""
    fill(this, "problem", sentence)
  }
}
