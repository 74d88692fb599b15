import { pieces } from "#chat/links.js"

// The delimiters of a style in a line, and the letter of the style.
const STYLES = { "*": "b", _: "i", "~": "s" }
// Named here, since \s is not the same in Python and JavaScript.
const BLANK = " \\t\\n\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
const TICK = "\u0060"
const FENCE = TICK.repeat(3)
const MAY_BE_FORMATTED = /[*_~\u0060]|^(?:> |- |[0-9]{1,3}\. )/m
const FENCED = new RegExp(`\\n?${FENCE}\\n?(?![${BLANK}]*${FENCE})((?:(?!${FENCE})[\\s\\S])+?)\\n?${FENCE}\\n?`, "g")
const CODE = new RegExp(`${TICK}(?![${BLANK}]*${TICK})([^${TICK}]+)${TICK}`, "g")
const MARKER = new RegExp(`^(?:(?<quote>> +)|(?<bullet>[-*] +)|(?<number>[0-9]{1,3})\\. +)(?=[^${BLANK}])`)
const IS_BLANK = new RegExp(`[${BLANK}]`)
const IS_WORD = /^[\p{L}\p{M}\p{N}]/u

/**
 * A text as people format it while typing: `*bold*`, `_italic_`, `~struck~`, code, quotes and lists. Blocks of lines, each of runs of
 * one style (letters of `b`, `i`, `s`, `c` code, `a` address), never nested; nothing here makes HTML. The server finds the same.
 *
 * @returns {{kind: "text" | "quote" | "bullets" | "numbers" | "code", lines: {runs: {text: string, style: string}[], number?: number}[]}[]}
 */
export function parse(text) {
  if (!MAY_BE_FORMATTED.test(text)) return [{ kind: "text", lines: text.split("\n").map((line) => ({ runs: addresses(line) })) }]
  const blocks = []
  let at = 0
  for (const match of text.matchAll(FENCED)) {
    if (match.index > at) addLines(blocks, text.slice(at, match.index))
    blocks.push({ kind: "code", lines: [{ runs: [{ text: match[1], style: "c" }] }] })
    at = match.index + match[0].length
  }
  if (at < text.length) addLines(blocks, text.slice(at))
  return blocks.length === 1 ? blocks : blocks.map(withoutBlankEdges).filter(({ lines }) => lines.length > 0)
}

/** A text on one line without its formatting, for lists, quotes and what is read aloud. */
export function plain(text) {
  const lines = parse(text).flatMap(({ kind, lines }) => lines.map((line) => spokenMarker(kind, line) + line.runs.map((run) => run.text).join("")))
  return lines.join(" ").replace(/\s+/g, " ").trim()
}

function spokenMarker(kind, { number }) {
  if (kind === "bullets") return "• "
  return kind === "numbers" ? `${number}. ` : ""
}

function addLines(blocks, text) {
  for (const raw of text.split("\n")) {
    const marker = MARKER.exec(raw)
    const { quote, bullet, number } = marker?.groups ?? {}
    const kind = quote ? "quote" : bullet ? "bullets" : number ? "numbers" : "text"
    if (blocks.at(-1)?.kind !== kind) blocks.push({ kind, lines: [] })
    const runs = splitRuns(raw.slice(marker?.[0].length ?? 0))
    blocks.at(-1).lines.push(number ? { runs, number: Number(number) } : { runs })
  }
}

/** The space between blocks is drawn. */
function withoutBlankEdges(block) {
  if (block.kind !== "text") return block
  const isFull = ({ runs }) => runs.some(({ text }) => [...text].some((char) => !IS_BLANK.test(char)))
  const { lines } = block
  return { ...block, lines: lines.slice(Math.max(0, lines.findIndex(isFull)), lines.findLastIndex(isFull) + 1) }
}

function addresses(line) {
  return pieces(line).map(({ text, isLink }) => ({ text, style: isLink ? "a" : "" }))
}

/** Code and addresses are whole: no delimiter in them counts. */
function splitRuns(line) {
  const atoms = findAtoms(line)
  const runs = []
  const style = new Set()
  let at = 0
  for (const { start, end, text, letter } of [...atoms, ...pairDelimiters(line, atoms)].sort((one, other) => one.start - other.start)) {
    if (start > at) runs.push({ text: line.slice(at, start), style: letters(style) })
    if (text) runs.push({ text, style: letters(new Set([...style, letter])) })
    else if (!style.delete(letter)) style.add(letter)
    at = end
  }
  if (at < line.length) runs.push({ text: line.slice(at), style: letters(style) })
  return runs
}

function findAtoms(line) {
  const codes = [...line.matchAll(CODE)].map((match) => ({ start: match.index, end: match.index + match[0].length, text: match[1], letter: "c" }))
  const found = [...codes]
  let at = 0
  let passed = 0
  let code_end = 0
  for (const { text, isLink } of pieces(line)) {
    while (passed < codes.length && codes[passed].start < at) code_end = codes[passed++].end
    // An address has no backtick in it, so that it is either within code or outside.
    if (isLink && at >= code_end) found.push({ start: at, end: at + text.length, text, letter: "a" })
    at += text.length
  }
  return found
}

/** The pairs of delimiters that hug their text and do not stand within a word, the nearest two first. */
function pairDelimiters(line, atoms) {
  const paired = []
  const opened = {}
  const ends = new Map(atoms.map(({ start, end }) => [start, end]))
  let at = 0
  while (at < line.length) {
    if (ends.has(at)) {
      at = ends.get(at)
      continue
    }
    const char = line[at]
    const letter = STYLES[char]
    if (letter) {
      const before = charBefore(line, at)
      const after = at + 1 < line.length ? String.fromCodePoint(line.codePointAt(at + 1)) : ""
      if (char in opened && hugs(before, char) && !IS_WORD.test(after) && after !== char) {
        for (const start of [opened[char], at]) paired.push({ start, end: start + 1, text: "", letter })
        delete opened[char]
      } else if (hugs(after, char) && !IS_WORD.test(before) && before !== char) {
        opened[char] = at
      }
    }
    at += 1
  }
  return paired
}

function charBefore(line, at) {
  return [...line.slice(Math.max(0, at - 2), at)].at(-1) ?? ""
}

function hugs(char, delimiter) {
  return char !== "" && char !== delimiter && !IS_BLANK.test(char)
}

function letters(style) {
  return [..."bisca"].filter((letter) => style.has(letter)).join("")
}
