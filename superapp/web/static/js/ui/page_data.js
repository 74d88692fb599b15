/** What the server wrote into the page for its modules. */
export class PageData {
  #words

  constructor(document) {
    this.#words = read(document, "words") ?? {}
    this.boot = read(document, "boot")
  }

  has(key) {
    return key in this.#words
  }

  /** A sentence of the page, with values in their places. */
  word(key, values = {}) {
    const sentence = this.#words[key]
    if (sentence === undefined) throw new Error(`the page has no word "${key}"`)
    return sentence.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place)
  }
}

function read(document, id) {
  const script = document.getElementById(id)
  return script && JSON.parse(script.textContent)
}
