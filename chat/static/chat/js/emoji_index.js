const TONES = ["", "\u{1f3fb}", "\u{1f3fc}", "\u{1f3fd}", "\u{1f3fe}", "\u{1f3ff}"]

/** An emoji in a skin tone: 0 is none, 1 the lightest, 5 the darkest. All people in it get the same. */
export function withTone(emoji, tone) {
  return tone ? emoji.replace(/(\p{Emoji_Modifier_Base})\uFE0F?/gu, `$1${TONES[tone]}`) : emoji
}

/** The emoji in the order of Unicode, found by their names and keywords in all languages of the data. No DOM here. */
export class EmojiIndex {
  static LANGUAGES = ["id", "en"]
  static RESULTS_MAX = 80

  /** @param {{groups: {name: string, emoji: any[][]}[]}} data `emoji.json`; names are those of `language`, where there are some */
  constructor({ groups }, language) {
    const own = Math.max(0, EmojiIndex.LANGUAGES.indexOf(language))
    this.groups = groups.map(({ name, emoji }) => ({ name, emoji: emoji.map((fields) => entryOf(fields, own)) }))
    this.byEmoji = new Map(this.groups.flatMap((group) => group.emoji).map((entry) => [entry.emoji, entry]))
  }

  /** The entries of which each word of a query begins a word, those with the word in their name first. */
  search(query) {
    const wanted = words(query)
    if (wanted.length === 0) return []
    const found = []
    for (const entry of this.byEmoji.values()) {
      const ranks = wanted.map((word) => rank(entry, word))
      if (!ranks.includes(null)) found.push({ entry, rank: ranks.reduce((sum, one) => sum + one, 0) })
    }
    // Sorting is stable: of one rank, Unicode's order stays.
    return found.sort((one, other) => one.rank - other.rank).slice(0, EmojiIndex.RESULTS_MAX).map(({ entry }) => entry)
  }
}

function entryOf([emoji, hasTones, ...texts], own) {
  const names = EmojiIndex.LANGUAGES.map((_, place) => texts[2 * place])
  const ordered = [own, ...names.keys()].filter((place, at, all) => all.indexOf(place) === at)
  return {
    emoji,
    hasTones: hasTones === 1,
    label: names[own],
    inNames: ordered.map((place) => words(names[place])),
    inKeywords: ordered.map((place) => words(texts[2 * place + 1])),
  }
}

/** Lower is better; null where no word of it begins so. */
function rank({ inNames, inKeywords }, wanted) {
  let best = null
  const take = (list, base) =>
    list.forEach((each, place) => {
      for (const word of each) {
        if (!word.startsWith(wanted)) continue
        const found = base + place + (word === wanted ? 0 : 2)
        if (best === null || found < best) best = found
      }
    })
  take(inNames, 0)
  take(inKeywords, 1)
  return best
}

function words(text) {
  return text.normalize("NFKC").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean)
}
