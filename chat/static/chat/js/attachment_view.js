import { showAvatar } from "#ui/avatar.js"
import { clone, fill, mark, part } from "#ui/part.js"

const TYPES = ["poll", "contact", "location"]
export const OFTEN_FORWARDED = 5

/** Show the poll, contact card or location that a message carries, as `chat/pages/attachment_presenters.py` does on the server. */
export function showAttachment(box, item, { data, format, me, now, person }) {
  const { attachment } = item.row.extras ?? {}
  const type = TYPES.includes(attachment?.type) ? attachment.type : null
  box.hidden = type === null
  if (type === null) return box.replaceChildren()
  if (box.firstElementChild?.dataset.attachment !== type) box.replaceChildren(clone(`attachment-template-${type}`))
  const element = box.firstElementChild
  if (type === "poll") showPoll(element, item, { data, format, now })
  else if (type === "contact") showContact(element, attachment, { me, person })
  else showLocation(element, attachment)
}

/** How a forwarded message is marked, or null. */
export function forwardedWord({ extras }, data) {
  if (!extras?.forwards) return null
  return data.word(extras.forwards >= OFTEN_FORWARDED ? "forwarded_often" : "forwarded")
}

/** Whether votes of a poll may change no more. */
function isClosed({ extras, poll }, now) {
  const { closes_at } = extras.attachment
  return Boolean(poll?.closed_at) || (closes_at !== null && closes_at !== undefined && Date.parse(closes_at) <= now)
}

function showPoll(element, { row, votes, isMine }, { data, format, now }) {
  const { question, options, several } = row.extras.attachment
  const over = isClosed(row, now)
  mark(element, "data-closed", over)
  mark(element, "data-several", several)
  fill(element, "question", question)
  fill(element, "hint", data.word(over ? "poll_closed" : several ? "poll_choose_several" : "poll_choose_one"))
  const list = part(element, "options")
  while (list.children.length < options.length) list.append(clone("poll-option-template"))
  options.forEach((text, place) => {
    const option = list.children[place]
    const count = row.poll?.options[place].count ?? 0
    const button = option.querySelector("[data-option]")
    button.dataset.option = place
    button.setAttribute("aria-pressed", `${votes.includes(place)}`)
    button.disabled = over || row.seq === null
    fill(option, "text", text)
    part(option, "count").textContent = format.number(count)
    Object.assign(part(option, "bar"), { max: Math.max(1, row.poll?.voters ?? 0), value: count })
  })
  part(element, "voters").hidden = !row.poll?.voters
  part(element, "close").hidden = !isMine || over || row.seq === null
}

/** Shows the name as it was sent; a person the device does not know gets initials. */
function showContact(element, { user, name }, { me, person }) {
  showAvatar(element, person(user) ?? { id: user }, name)
  fill(element, "name", name)
  part(element, "doing").hidden = user === me.id
}

function showLocation(element, { latitude, longitude, name }) {
  fill(element, "name", name)
  fill(element, "coordinates", `${latitude}, ${longitude}`)
  part(element, "map").href = `geo:${latitude},${longitude}`
}
