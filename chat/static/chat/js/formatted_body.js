import { parse } from "#chat/formatting.js"
import { markMentions } from "#chat/mentions.js"
import { clone } from "#ui/part.js"

const ELEMENT_OF = { b: "strong", i: "em", s: "s", c: "code", m: "mark" }
const OWN_DIRECTION = ["p", "blockquote", "li"]
// Built for a text, and left alone while the text is the same: what somebody has marked in it stays marked.
const shown = new WeakMap()

/** Show what was written in its part of a message, with who is mentioned, as the filter `format_message` does on the server. */
export function showBody(body, text, names = []) {
  body.hidden = !text
  const wanted = [...names, text].join("\n")
  if (shown.get(body) === wanted) return
  shown.set(body, wanted)
  const blocks = text ? markMentions(parse(text), names) : []
  const isPlain = blocks.length === 1 && blocks[0].kind === "text"
  body.replaceChildren(...(isPlain ? lined(blocks[0].lines) : blocks.map(blockOf)))
  body.normalize()
}

function blockOf({ kind, lines }) {
  if (kind === "text") return made("p", lined(lines))
  if (kind === "quote") return made("blockquote", lined(lines))
  if (kind === "code") return made("pre", lined(lines))
  const items = lines.map(({ runs, number }) => Object.assign(made("li", runs.map(runOf)), number === undefined ? {} : { value: number }))
  return made(kind === "numbers" ? "ol" : "ul", items)
}

function lined(lines) {
  return lines.flatMap(({ runs }, place) => [...(place > 0 ? ["\n"] : []), ...runs.map(runOf)])
}

function runOf({ text, style }) {
  return [...style].reduceRight((inside, letter) => (letter === "a" ? link(text) : made(ELEMENT_OF[letter], [inside])), text)
}

function link(address) {
  const element = clone("link-template")
  element.href = address
  element.textContent = address
  return element
}

function made(name, children) {
  const element = document.createElement(name)
  if (OWN_DIRECTION.includes(name)) element.dir = "auto"
  element.append(...children)
  return element
}
