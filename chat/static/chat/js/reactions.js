// Reactions as messages have them: a count for each emoji, the first few people, and mine, which my own marks know. No DOM here.

/** My reaction is counted at once; a row names the first few people only, so that it may not name me. */
export function reacted(item, meId, emoji) {
  const { row, reaction } = item
  if (reaction === emoji) return item
  const others = row.reactions
    .map((one) => (one.emoji === reaction ? { ...one, count: countOf(one) - 1, users: one.users.filter((user) => user !== meId) } : one))
    .filter((one) => countOf(one) > 0 || one.emoji === emoji)
  const known = others.find((one) => one.emoji === emoji)
  const mine = { emoji, count: (known ? countOf(known) : 0) + 1, users: [...(known?.users ?? []), meId] }
  const reactions = emoji === null ? others : known ? others.map((one) => (one === known ? mine : one)) : [...others, mine]
  return { ...item, reaction: emoji, row: { ...row, reactions } }
}

/** The emoji with which I reacted: my marks know it, and rows that were kept before they did name everybody. */
export function reactionOf({ reactions }, mark, meId) {
  if (mark?.reaction !== undefined) return mark.reaction
  return reactions.find(({ users }) => users.includes(meId))?.emoji ?? null
}

/** How many people reacted with an emoji; rows that were kept before they were counted name all of them. */
export function countOf({ count, users }) {
  return count ?? users.length
}
