/** What a list shows of one conversation; how two reports of it become one. No DOM here. */
export class Summary {
  /** The newer of two reports, field by field: all are absolute, so the order of arrival does not matter. */
  static merge(one, other) {
    const [older, newer] = other.rev >= one.rev ? [one, other] : [other, one]
    const isFaceOlder = (older.face?.rev ?? 0) > (newer.face?.rev ?? 0)
    return {
      ...older,
      ...newer,
      ...(isFaceOlder ? { face: older.face } : {}),
      // Who left knows nothing of the group any more.
      ...(newer.group && older.group?.rev > newer.group.rev ? { group: older.group } : {}),
      last_seq: Math.max(one.last_seq, other.last_seq),
      counted: Math.max(one.counted, other.counted),
      // How many ask to join is told without a number: what came last is what was read last.
      ...(other.requests === undefined ? {} : { requests: other.requests }),
      mentioned_seq: Math.max(one.mentioned_seq ?? 0, other.mentioned_seq ?? 0),
      ...Summary.#lastOf(one, other),
      members: Summary.mergeMembers(older.members, newer.members),
      mine: one.mine && other.mine ? (other.mine.rev >= one.mine.rev ? other.mine : one.mine) : (other.mine ?? one.mine),
    }
  }

  /** The summary after a mark of mine on its last message; `hid` holds those, since a report may be older than the mark. */
  static withMark(summary, { seq, rev, hidden }) {
    if (summary.last?.seq !== seq && summary.hid?.[seq] === undefined) return summary
    if ((summary.hid?.[seq]?.rev ?? -1) >= rev) return summary
    const hid = { ...summary.hid, [seq]: { rev, hidden } }
    return { ...summary, hid, last: hidden && summary.last?.seq === seq ? null : summary.last }
  }

  static #lastOf(one, other) {
    if (!one.hid && !other.hid) return { last: Summary.#newerMessage(one.last, other.last) }
    const hid = { ...one.hid }
    for (const [seq, mark] of Object.entries(other.hid ?? {})) if ((hid[seq]?.rev ?? -1) < mark.rev) hid[seq] = mark
    const shown = ({ last }) => (last && hid[last.seq]?.hidden ? null : last)
    return { hid, last: Summary.#newerMessage(shown(one), shown(other)) }
  }

  /** Receipts never go back; who is a member is told by the newer report. */
  static mergeMembers(older, newer) {
    const known = new Map(older.map((member) => [member.user, member]))
    return newer.map((member) => {
      const before = known.get(member.user)
      if (!before) return member
      return {
        ...member,
        read_seq: Math.max(before.read_seq, member.read_seq),
        delivered_seq: Math.max(before.delivered_seq, member.delivered_seq),
      }
    })
  }

  /** The summary after a message was posted or changed; `isMention` if it is for me by name, or for everybody. */
  static withMessage(summary, row, isMention = false) {
    return {
      ...summary,
      mentioned_seq: Math.max(summary.mentioned_seq ?? 0, isMention ? row.seq : 0),
      rev: Math.max(summary.rev, row.rev),
      last_seq: Math.max(summary.last_seq, row.seq),
      counted: Math.max(summary.counted, row.counted),
      last: Summary.#newerMessage(summary.last, row),
    }
  }

  static #newerMessage(one, other) {
    if (!one || !other) return one ?? other
    if (one.seq !== other.seq) return one.seq > other.seq ? one : other
    return one.rev > other.rev ? one : other
  }

  static unread({ counted, mine }) {
    return mine ? Math.max(0, counted - mine.read_counted - mine.own_since) : 0
  }

  /** Whether an unread message of it is for me by name, or for everybody. */
  static isMentioned({ mentioned_seq, mine }) {
    return Boolean(mine) && (mentioned_seq ?? 0) > mine.read_seq
  }

  /** Whether it keeps still: muted, and nobody in it mentions me. */
  static isQuiet(summary, now) {
    return Summary.isMuted(summary, now) && !Summary.isMentioned(summary)
  }

  /** Whether it asks to be read: for its messages, or because I marked it so. */
  static isUnread(summary) {
    return Summary.unread(summary) > 0 || Boolean(summary.mine?.marked_unread)
  }

  static isGone({ until_seq }) {
    return until_seq !== null
  }

  static isHidden({ last_seq, mine }) {
    return Boolean(mine) && last_seq <= mine.hidden_seq
  }

  /** In which list it stands: `main`, `archived`, `hidden`; null where nothing was said yet. What is hidden stands nowhere else. */
  static placeOf(summary) {
    if (Summary.isHidden(summary)) return summary.last_seq > 0 ? "hidden" : null
    return summary.mine?.archived ? "archived" : "main"
  }

  /** The place among pinned conversations, of which the highest is on top; 0 where it is not pinned. */
  static pinOf({ mine }) {
    return mine?.pinned ? 1 + (mine.pin_order ?? 0) : 0
  }

  static isMuted({ mine }, now) {
    return Boolean(mine?.muted_until) && Date.parse(mine.muted_until) > now
  }

  /** Whether a preference that is a button is on; a yes or no of its own is in `mine` under its name. */
  static isOn(preference, summary, now) {
    if (preference === "muted") return Summary.isMuted(summary, now)
    if (preference === "hidden") return Summary.placeOf(summary) === "hidden"
    return Boolean(summary.mine?.[preference])
  }

  /** The one I talk to, for a conversation of two. */
  static otherId({ kind, members }, meId) {
    return kind === "direct" ? members.find((member) => member.user !== meId)?.user : undefined
  }

  /** Whether all members are listed: of a large group only some are. */
  static isWhole({ group, members }) {
    return !group || group.member_count <= members.length
  }

  /** How far messages of mine have come: up to which `seq` everybody else has received them, and read them; since I left, as it was then. */
  static reach(summary, meId) {
    if (summary.mine?.reach) return summary.mine.reach
    const others = summary.members.filter((member) => member.user !== meId)
    if (others.length === 0 || !Summary.isWhole(summary)) return { delivered: 0, read: 0 }
    return {
      delivered: Math.min(...others.map((member) => Math.max(member.delivered_seq, member.read_seq))),
      read: Math.min(...others.map((member) => member.read_seq)),
    }
  }

  /** Whether a list tells of its last message how far that came: of what I wrote, not of an event that I caused. */
  static hasState(row, meId) {
    return row?.from === meId && !row.recalled_at && row.kind !== "event"
  }

  /** The state of a message of mine that the server has: `sent`, `delivered` to everybody, or `read` by everybody. */
  static stateOf(seq, { delivered, read }) {
    if (seq <= read) return "read"
    return seq <= delivered ? "delivered" : "sent"
  }

  /** The name of the sentence that stands above the first message. */
  static beginning({ kind, from_seq }) {
    if (kind === "self") return "beginning_self"
    return from_seq > 1 ? "beginning_joined" : "beginning"
  }
}
