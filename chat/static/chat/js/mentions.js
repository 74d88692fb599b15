// The words for everybody, in each language: a text keeps the one that its writer used.
const ALL_WORDS = ["semua", "all"]
const ALL = "all"
const WORD = "[\\p{L}\\p{N}_]"

/** Give each mention of these names its style, `m`; code and addresses are left alone. The server does the same. */
export function markMentions(blocks, names) {
  if (names.length === 0) return blocks
  const pattern = patternOf(names)
  return blocks.map((block) => ({ ...block, lines: block.lines.map((line) => ({ ...line, runs: line.runs.flatMap((run) => split(run, pattern)) })) }))
}

/** The names that a message mentions, as they stand in its text. */
export function mentionedNames({ extras }, nameOf) {
  return (extras?.mentions ?? []).flatMap((one) => (one === ALL ? ALL_WORDS : [nameOf(one)])).filter(Boolean)
}

/** Whether a message is for me by name, or for everybody. */
export function isMentioned({ extras }, meId) {
  return Boolean(extras?.mentions?.some((one) => one === ALL || one === meId))
}

/**
 * Whom a text mentions, of the people that can be: `{mentions, mentions_all}`, the fields of `chat.send`, each left out where empty.
 *
 * @param {{id: string, name: string}[]} people
 */
export function findMentions(text, people, { mayAll = false } = {}) {
  if (!text.includes("@")) return {}
  const byName = new Map(people.filter(({ name }) => name).map(({ id, name }) => [name, id]))
  const names = [...byName.keys(), ...(mayAll ? ALL_WORDS : [])]
  if (names.length === 0) return {}
  const found = [...text.matchAll(patternOf(names))].map(([at]) => at.slice(1))
  const ids = [...new Set(found.map((name) => byName.get(name)).filter(Boolean))]
  const isAll = mayAll && found.some((name) => !byName.has(name))
  return { ...(ids.length > 0 && { mentions: ids }), ...(isAll && { mentions_all: true }) }
}

/** The beginning of a name that is being typed before the caret, without its @; null where there is none. */
export function nameBeingTyped(text, caret) {
  return /(?:^|[\s(])@([^\s@][^@\n]{0,39}|)$/u.exec(text.slice(0, caret))?.[1] ?? null
}

// The longest first: of "Ana" and "Ana Wulan" the latter is meant where both fit.
function patternOf(names) {
  const longestFirst = [...names].sort((one, other) => other.length - one.length || (one < other ? -1 : 1))
  const escaped = longestFirst.map((name) => name.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&").replaceAll("\\-", "\\x2d"))
  return new RegExp(`(?<!${WORD})@(?:${escaped.join("|")})(?!${WORD})`, "gu")
}

function split(run, pattern) {
  if (/[ac]/.test(run.style)) return [run]
  const runs = []
  let end = 0
  for (const match of run.text.matchAll(pattern)) {
    if (match.index > end) runs.push({ text: run.text.slice(end, match.index), style: run.style })
    runs.push({ text: match[0], style: `${run.style}m` })
    end = match.index + match[0].length
  }
  if (end < run.text.length) runs.push({ text: run.text.slice(end), style: run.style })
  return runs
}
