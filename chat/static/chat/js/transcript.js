import { carriedBy } from "#chat/photos.js"
import { reacted, reactionOf } from "#chat/reactions.js"
import { Summary } from "#chat/summary.js"

// One to three emoji and nothing else: pictograms with their tones, joiners, flags and key caps.
const FEW_EMOJI =
  /^(?:(?:\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?(?:\u200D\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?)*)\s*){1,3}$/u

const NO_VOTES = []

/**
 * What a conversation looks like: its messages with what I have said about them and is not answered yet, then what waits to be sent;
 * with days, groups, and the line before what is new. A plain list of items, each with a `key` that stays the same from the
 * first tap to the last reaction. No DOM here.
 */
export class Transcript {
  /**
   * @param {{
   *   rows: any[],
   *   entries: any[],
   *   answered: any[],
   *   summary: any,
   *   me: {id: string},
   *   format: import("#lib/format.js").Format,
   *   isReady: boolean,
   *   news?: {seq: number, count: number} | null,
   *   mark?: (seq: number) => {starred: boolean} | undefined,
   * }} what `entries` are those of the outbox, `answered` those whose effect has not arrived; `news` is the first
   *   new message, and how many there are
   */
  static compose({ rows, entries, answered, summary, me, format, isReady, news = null, mark = () => undefined }) {
    const changes = [...answered, ...entries].filter((entry) => entry.do !== "chat.send")
    const reach = Summary.reach(summary, me.id)
    const messages = rows.map((row) => held(row, changes, { reach, me, isReady, mark })).filter((item) => !item.isHidden)
    const here = new Set(rows.filter((row) => row.from === me.id).map((row) => row.client_id))
    const sends = [...answered.map((entry) => ({ ...entry, state: "sent" })), ...entries]
    for (const entry of sends) {
      if (entry.do !== "chat.send" || here.has(entry.client_id)) continue
      here.add(entry.client_id)
      messages.push(pending(entry, { me, isReady }))
    }
    return group(withBreaks(messages, { format, news }), format)
  }

  /** The first message of others after `newAfter`, the last that had been read, and how many there are; null for none. */
  static news(rows, newAfter, me) {
    if (newAfter === null) return null
    const found = rows.filter((row) => row.seq > newAfter && row.from !== me.id && row.kind !== "event")
    return found.length > 0 ? { seq: found[0].seq, count: found.length } : null
  }
}

function held(row, changes, { reach, me, isReady, mark }) {
  const isMine = row.from === me.id
  const item = {
    kind: row.kind,
    key: isMine ? row.client_id : `${row.seq}`,
    at: Date.parse(row.sent_at),
    row,
    isMine,
    state: isMine ? Summary.stateOf(row.seq, reach) : null,
    isBig: FEW_EMOJI.test(row.body),
    isStarred: Boolean(mark(row.seq)?.starred),
    votes: mark(row.seq)?.votes ?? NO_VOTES,
    reaction: reactionOf(row, mark(row.seq), me.id),
    entry: null,
  }
  if (changes.length === 0) return item
  return changes.filter((entry) => entry.fields.seq === row.seq).reduce((so_far, entry) => changed(so_far, entry, { me, isReady }), item)
}

/** A message as I have just changed it. A recall is not shown before it is done: until then the others can read what was said. */
function changed(item, entry, { me, isReady }) {
  const { fields } = entry
  if (entry.do === "chat.react") return reacted(item, me.id, fields.emoji)
  if (entry.do === "chat.mark") return marked(item, entry)
  if (entry.do === "chat.vote") return voted(item, entry)
  const isFailed = entry.state === "refused"
  const row = entry.do === "chat.edit" && !isFailed ? { ...item.row, body: fields.body, edits: item.row.edits + 1 } : item.row
  return { ...item, row, entry, isBig: FEW_EMOJI.test(row.body), state: stateOf(entry, isReady) }
}

function marked(item, { fields: { hidden = false, starred = item.isStarred }, state }) {
  return state === "refused" ? item : { ...item, isHidden: hidden, isStarred: starred }
}

/** My choice is counted at once. */
function voted(item, { fields: { options }, state }) {
  const { votes, row } = item
  if (state === "refused" || !row.poll || (options.length === votes.length && options.every((one) => votes.includes(one)))) return item
  const tally = row.poll.options.map((one, place) => ({ ...one, count: Math.max(0, one.count + options.includes(place) - votes.includes(place)) }))
  const voters = Math.max(0, row.poll.voters + (options.length > 0) - (votes.length > 0))
  return { ...item, votes: options, row: { ...row, poll: { ...row.poll, voters, options: tally } } }
}

function pending(entry, { me, isReady }) {
  const { reply_to = null } = entry.fields
  const { body, extras } = entry.shown ?? { body: entry.fields.body, extras: carriedBy(entry) }
  return {
    kind: "text",
    key: entry.client_id,
    at: entry.written_at,
    row: { seq: null, client_id: entry.client_id, from: me.id, body, reply_to, extras, edits: 0, recalled_at: null, reactions: [] },
    isMine: true,
    state: stateOf(entry, isReady),
    isBig: FEW_EMOJI.test(body),
    votes: NO_VOTES,
    reaction: null,
    entry,
  }
}

function stateOf(entry, isReady) {
  if (entry.state === "sent") return "sent"
  if (entry.state === "refused") return "failed"
  if (isReady) return "waiting"
  return entry.state === "handed" ? "uncertain" : "unsent"
}

/** Put a day before its first message, and one line before what is new. */
function withBreaks(messages, { format, news }) {
  const items = []
  const days = new Set()
  let day = null
  for (const message of messages) {
    const today = format.day(message.at)
    // A phone with a wrong clock may go back a day: its key must not stand twice.
    if (today !== day) items.push({ kind: "day", key: days.has(today) ? `day before ${message.key}` : `day ${today}`, at: message.at, day: today })
    day = today
    days.add(today)
    if (news && message.row.seq === news.seq) items.push({ kind: "new", key: "new", count: news.count })
    items.push(message)
  }
  return items
}

/** One sender within one minute is a group, unless something stands between. */
function group(items, format) {
  const isMessage = (item) => item !== undefined && item.kind !== "day" && item.kind !== "new" && item.kind !== "event"
  const isSame = (one, other) =>
    isMessage(one) && isMessage(other) && one.row.from === other.row.from && format.minute(one.at) === format.minute(other.at)
  return items.map((item, place) =>
    isMessage(item)
      ? { ...item, starts: !isSame(items[place - 1], item), ends: !isSame(item, items[place + 1]) }
      : item,
  )
}
