import { writeMoney } from "#lib/format.js"
import { showAvatar } from "#ui/avatar.js"
import { clone } from "#ui/part.js"

/** The fields of a card as text; money is written out. */
export function written(card) {
  return Object.fromEntries(Object.entries(card).map(([name, value]) => [name, isMoney(value) ? writeMoney(value) : value]))
}

/**
 * A card in its place, from the template that its maker registered. `data-field` names what an element says, and it is hidden where the
 * card has no such field, unless `data-else` keeps its own words; `data-address` is where a link leads, with `{field}` in it;
 * `data-picture` is where a picture lies, with the one `{field}` in it without which there is none. The
 * card's `state` is put on the whole, so that its style sheet shows what belongs to it. `moment` writes the times in it, fields that
 * end in `_at`. `data-faces` is a list of the people in `faces`, with `data-done` on those who have done their part; `person` knows
 * what they look like. While the card waits for `me`, the whole has `data-asked`.
 */
export function showCard(box, card, { moment = (at) => at, me = null, person = () => null } = {}) {
  box.hidden = !card
  if (!card) return box.replaceChildren()
  if (box.firstElementChild?.dataset.cardType !== card.type) box.replaceChildren(blankOf(card.type))
  if (card.state !== undefined) box.firstElementChild.dataset.state = card.state
  box.firstElementChild.toggleAttribute("data-asked", isAsked(card, me?.id ?? ""))
  const fields = written(card)
  for (const [name, value] of Object.entries(card)) if (name.endsWith("_at") && value) fields[name] = moment(value)
  for (const time of box.querySelectorAll("time[data-field]")) time.dateTime = card[time.dataset.field] ?? time.dateTime
  for (const element of box.querySelectorAll("[data-field]")) fillField(element, fields[element.dataset.field])
  for (const list of box.querySelectorAll("[data-faces]")) showFaces(list, card.faces ?? [], person)
  for (const picture of box.querySelectorAll("[data-picture]")) fillPicture(picture, fields)
  for (const link of box.querySelectorAll("[data-address]")) {
    link.href = link.dataset.address.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(fields[name] ?? ""))
  }
}

/** Whether a card still waits for a person: for those in `asks`, or else for all but those in `done_by`. */
export function isAsked({ asks, done_by: doneBy }, personId) {
  const shortId = personId.split("-").at(-1)
  return asks === undefined ? !(doneBy ?? "").split(" ").includes(shortId) : asks.split(" ").includes(shortId)
}

function showFaces(list, faces, person) {
  list.hidden = faces.length === 0
  while (list.children.length > faces.length) list.lastElementChild.remove()
  faces.forEach(({ id, name, done }, place) => {
    const face = list.children[place] ?? list.appendChild(document.createElement("span"))
    if (face.childElementCount === 0) face.append(clone("message-face-template"))
    face.className = "card-face"
    face.toggleAttribute("data-done", Boolean(done))
    showAvatar(face, person(id) ?? { id }, name)
  })
}

function fillPicture(picture, fields) {
  const [place, name] = /\{(\w+)\}/.exec(picture.dataset.picture)
  picture.hidden = !fields[name]
  if (picture.hidden) return
  const address = picture.dataset.picture.replace(place, encodeURIComponent(fields[name]))
  if (picture.getAttribute("src") !== address) picture.src = address
}

function blankOf(type) {
  return clone(document.getElementById(`card-template-${type}`) ? `card-template-${type}` : "card-template-")
}

function fillField(element, text) {
  const isThere = text !== undefined && text !== null && text !== ""
  if (isThere && element.textContent !== `${text}`) element.textContent = text
  if ("else" in element.dataset) return
  element.hidden = !isThere
}

function isMoney(value) {
  return typeof value === "object" && value !== null && "amount_minor" in value
}
