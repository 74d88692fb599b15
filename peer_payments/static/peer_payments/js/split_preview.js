import { writeMoney } from "#lib/format.js"
import { part } from "#ui/part.js"

// Previews a bill while it is typed: each person's share, or the sum of the amounts.
const preview = part(document, "preview")
const form = preview?.closest("form")
if (form) {
  form.addEventListener("input", show)
  form.addEventListener("change", show)
  addEventListener("pageshow", show)
}

function show() {
  const rupiah = preview.dataset.how === "equal" ? each() : sum()
  preview.hidden = rupiah === 0
  preview.textContent = preview.dataset.words.replace("{amount}", writeMoney({ amount_minor: rupiah * 100, asset: "IDR" }))
}

function each() {
  const count = form.querySelectorAll("[name=users]:checked").length
  return count === 0 ? 0 : Math.floor(read(form.elements.amount) / count)
}

function sum() {
  return [...form.querySelectorAll("[name=share]")].reduce((total, field) => total + read(field), 0)
}

function read({ value }) {
  return Number(value.replace(/\D/g, ""))
}
