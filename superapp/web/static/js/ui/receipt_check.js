import { Receipt } from "#lib/receipt.js"
import { writeMoney } from "#lib/format.js"
import { clone, fill, part } from "#ui/part.js"

/**
 * The check of a receipt: `<nusa-receipt-check>`. What is pasted, chosen from what the device kept, or carried by the address
 * behind its `#` is checked here, without asking anybody.
 */
export class ReceiptCheck extends HTMLElement {
  #form

  connectedCallback() {
    this.#form = this.querySelector("form")
    this.#form.addEventListener("submit", this)
    addEventListener("hashchange", this)
    this.#showKept()
    this.#checkAddress()
  }

  disconnectedCallback() {
    this.#form.removeEventListener("submit", this)
    removeEventListener("hashchange", this)
  }

  handleEvent(event) {
    if (event.type === "hashchange") return this.#checkAddress()
    if (event.submitter === part(this, "ask-server")) return undefined
    event.preventDefault()
    return this.#check(this.#form.receipt.value)
  }

  #checkAddress() {
    const carried = location.hash.slice(1)
    if (!carried) return undefined
    this.#form.receipt.value = carried
    return this.#check(carried)
  }

  async #check(pasted) {
    const { keys, store } = this.page
    const receipt = Receipt.read(pasted)
    const verdict = receipt ? await receipt.check(keys, crypto.subtle) : "not_ours"
    this.dataset.verdict = verdict
    part(this, "ours").hidden = verdict !== "ours"
    part(this, "not-ours").hidden = verdict !== "not_ours"
    part(this, "unable").hidden = part(this, "ask-server").hidden = verdict !== "unable"
    part(this, "paper").hidden = verdict !== "ours"
    part(this, "proof").open = verdict !== "ours"
    if (verdict !== "ours") return
    this.#show(receipt.document)
    this.#offer(receipt)
    await store?.keepReceipt({ text: receipt.text, at: receipt.document.at })
    await this.#showKept()
  }

  #show(document) {
    const paper = part(this, "paper")
    fill(paper, "title", this.#title(document))
    fill(paper, "seller", document.seller?.name)
    fill(paper, "seller-is", sellerIs(document.seller))
    fill(paper, "number", document.number)
    fill(paper, "issuer", document.issuer)
    fill(paper, "at", this.page.moment(document.at))
    part(paper, "at").dateTime = document.at
    part(paper, "lines").replaceChildren(...(document.lines ?? []).map(lineOf))
    this.#leadBack(document)
    part(paper, "shipping-apart").hidden = document.shipping?.amount_minor !== 0
    // Each line has a total of its own, and stands before that of all.
    fill(paper.querySelector(".paper__total"), "total", document.total && writeMoney(document.total))
  }

  /** The buyer comes back to the order; nobody else may see it. */
  #leadBack({ about, buyer }) {
    const isMine = buyer !== undefined && buyer === this.page.person && `${about}`.startsWith("/pesanan/")
    part(this, "back").hidden = !isMine
    if (isMine) part(this, "order").href = about
  }

  /** Let the person hand it on: as a sentence that can be read, with an address at which anybody can check it. */
  #offer({ document, text }) {
    const address = `${location.origin}${location.pathname}#${text}`
    const amount = document.total && writeMoney(document.total)
    const said = [this.#title(document), document.seller?.name, amount].filter(Boolean).join(" · ")
    part(this, "share").dataset.share = `${said}\n${address}`
    part(this, "copy").dataset.copy = address
  }

  async #showKept() {
    const kept = (await this.page.store?.receipts()) ?? []
    part(this, "kept").hidden = kept.length === 0
    part(this, "kept-rows").replaceChildren(...kept.map(({ text }) => this.#row(text)))
  }

  #row(text) {
    const { document } = new Receipt(text)
    const row = clone("kept-receipt-template")
    part(row, "open").href = `#${text}`
    fill(row, "title", `${this.#title(document)} · ${document.number}`)
    fill(row, "seller", document.seller?.name)
    fill(row, "at", this.page.moment(document.at))
    part(row, "at").dateTime = document.at
    fill(row, "total", document.total && writeMoney(document.total))
    return row
  }

  #title({ kind }) {
    const { data } = this.page
    return data.word(data.has(`receipt:${kind}`) ? `receipt:${kind}` : "receipt:")
  }
}

/** What tells a shop from others of the same name: its address, which is its own alone, and its town. */
function sellerIs({ handle, town } = {}) {
  return handle ? [`/toko/${handle}/`, town].filter(Boolean).join(" · ") : null
}

function lineOf({ text, quantity, total }) {
  const line = clone("receipt-line-template")
  fill(line, "text", text)
  fill(line, "quantity", quantity)
  fill(line, "total", total && writeMoney(total))
  return line
}
