import { ProofRejected, verifyProof } from "#payments/checker/proof.js"

/**
 * The page that checks a proof where it stands: a file of its own, without a network. Its words, keys and host are in its data.
 */
const data = JSON.parse(document.getElementById("data").textContent)
const part = (name) => document.querySelector(`[data-part="${name}"]`)
let words = data.words[startLanguage()]
let shown = null

for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => speak(button.dataset.language))
part("file").addEventListener("change", ({ target }) => target.files[0] && read(target.files[0]))
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault()
    part("place").toggleAttribute("data-over", name === "dragover")
    if (name === "drop" && event.dataTransfer.files[0]) read(event.dataTransfer.files[0])
  })
}
// A page that was kept is its own copy.
part("keep").hidden = location.protocol === "file:"
speak(startLanguage())

function startLanguage() {
  return Object.keys(data.words).find((language) => navigator.language.startsWith(language)) ?? data.language
}

function speak(language) {
  words = data.words[language]
  document.documentElement.lang = language
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word]
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language))
  if (shown) show(shown)
}

async function read(file) {
  try {
    show({ proof: await verifyProof(await file.text(), { trusted: data.keys, subtle: globalThis.crypto?.subtle }) })
  } catch (fault) {
    if (!(fault instanceof ProofRejected)) throw fault
    show({ reason: fault.reason })
  }
}

function show(result) {
  shown = result
  const { proof, reason } = result
  part("result").hidden = false
  // A file that is no proof is not a forgery.
  const verdict = proof ? "genuine" : reason === "file" ? "unreadable" : "refused"
  part("result").dataset.verdict = verdict
  part("verdict").textContent = words[verdict]
  part("reason").textContent = proof ? words.issued : words[`reason_${reason}`]
  part("rows").replaceChildren(...(proof ? rows(proof).flatMap(([label, value]) => [element("dt", label), element("dd", value)]) : []))
}

function rows({ journal, block, head, memo, replaced }) {
  const moved = journal.transfers.map(({ phase, amount, asset }) => `${words[`phase_${phase}`] ?? phase} ${money(amount, asset)}`)
  return [
    [words.amount, moved.join("\n")],
    [words.kind, words[`kind_${journal.kind}`] ?? journal.kind],
    [words.note, memo],
    [words.when, moment(journal.posted_at)],
    [words.number, number(journal.journal)],
    [words.sealed, `${moment(block.sealed_at)} · ${words.block} ${block.block}`],
    [words.head, head],
    [words.replaced, replaced.map(({ key, since }) => `${moment(since)} · ${key}\n${words.replaced_why}`).join("\n")],
  ].filter(([, value]) => value)
}

/** Minor units are hundredths of every asset that there is. */
function money(minor, asset) {
  const whole = BigInt(minor)
  const [major, rest] = [whole / 100n, whole % 100n]
  const format = new Intl.NumberFormat(words.locale)
  return `${asset === "IDR" ? "Rp" : `${asset} `}${format.format(major)}${rest ? `${words.point}${String(rest).padStart(2, "0")}` : ""}`
}

function moment(text) {
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? "" : new Intl.DateTimeFormat(words.locale, { dateStyle: "long", timeStyle: "long" }).format(at)
}

/** The number as it stands on the receipt: the last 40 bits of the id in Crockford's base 32. */
function number(id) {
  const last = BigInt(`0x${id.replaceAll("-", "").slice(-10)}`)
  const letters = Array.from({ length: 8 }, (_, i) => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[Number((last >> BigInt(5 * (7 - i))) & 31n)]).join("")
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}

function element(name, text) {
  const made = document.createElement(name)
  made.textContent = text
  return made
}
