// No address begins within a word, and none but these two kinds is ever made to be tapped.
const ADDRESS = /(?<![\p{L}\p{N}_/])https?:\/\/[^\s<>"“”«»\u0060]+/giu
// What stands before an @ reads like a host and is none: such an address leads elsewhere than it says.
const NAMES_A_USER = /^https?:\/\/[^/?#]*@/i
// What ends a sentence, or the formatting around an address, and not the address.
const AFTER = ".,!?;:…'’*_~"

/** A text in order, whole: what is an address and what stands between. The server finds the same. No DOM here. */
export function pieces(text) {
  const found = []
  let end = 0
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutWhatFollows(match[0])
    if (!address.split("://")[1] || NAMES_A_USER.test(address)) continue
    if (match.index > end) found.push({ text: text.slice(end, match.index), isLink: false })
    end = match.index + address.length
    found.push({ text: address, isLink: true })
  }
  if (end < text.length) found.push({ text: text.slice(end), isLink: false })
  return found
}

function withoutWhatFollows(address) {
  while (AFTER.includes(address.at(-1)) || (address.endsWith(")") && count(address, ")") > count(address, "("))) {
    address = address.slice(0, -1)
  }
  return address
}

function count(text, char) {
  return text.split(char).length - 1
}
