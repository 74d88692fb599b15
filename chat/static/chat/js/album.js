import { addressOf, sizeInBubble } from "#chat/photos.js"
import { decodeThumbHash } from "#chat/thumb_hash.js"
import { clone, fill, mark, part } from "#ui/part.js"

const TILES_MAX = 4
const TILE_SIDE = 160

/**
 * The photos of a message in their places, each with the room that it will take and a blurred picture of it before it comes. A photo that
 * was sent from here is shown from here, so that nothing flickers once the server has it. `entry` is what is still said of the message.
 */
export function showAlbum(box, photos, { data, keptPhotos, entry }) {
  if (box.hidden !== (photos.length === 0)) box.hidden = photos.length === 0
  const shown = photos.slice(0, TILES_MAX)
  mark(box, "data-count", photos.length > 0, shown.length)
  while (box.children.length > shown.length) box.lastElementChild.remove()
  while (box.children.length < shown.length) box.append(clone("photo-template"))
  shown.forEach((photo, place) => {
    const tile = box.children[place]
    const isAlone = photos.length === 1
    showGround(tile, photo, isAlone)
    showPicture(tile, photo, keptPhotos)
    showWay(tile, photo, entry)
    part(tile, "picture").alt = data.word(isAlone ? "photo" : "photo_of", { place: place + 1, count: photos.length })
    const hidden = place === TILES_MAX - 1 ? photos.length - TILES_MAX : 0
    fill(tile, "more", hidden > 0 ? `+${hidden}` : null)
  })
}

/** How much of a photo the server has, from 0 to 1. */
export function showProgress(tile, fraction) {
  const percent = Math.round(fraction * 100)
  const progress = part(tile, "progress")
  progress.style.setProperty("--done", `${percent}%`)
  progress.setAttribute("aria-valuenow", percent)
}

/** Pictures that did not come are asked for again, once there is a connection. */
export function askAgain(root) {
  for (const picture of root.querySelectorAll(".album__picture[data-missed]")) picture.src = picture.getAttribute("src")
}

function showPicture(tile, photo, keptPhotos) {
  const picture = part(tile, "picture")
  const link = part(tile, "photo-link")
  const name = photo.id ?? photo.kept
  const isNew = tile.dataset.photo !== name
  mark(tile, "data-photo", true, name)
  if (photo.id) link.href = addressOf(photo.id, "large")
  else link.removeAttribute("href")
  if (photo.id && !picture.src.startsWith("blob:")) return show(picture, addressOf(photo.id, "small"))
  if (photo.id || (!isNew && picture.src)) return
  keptPhotos.urlOf(photo.kept).then((address) => address && tile.dataset.photo === name && show(picture, address))
}

function show(picture, address) {
  if (picture.getAttribute("src") === address) return
  picture.onerror = () => mark(picture, "data-missed", true)
  picture.onload = () => mark(picture, "data-missed", false)
  picture.src = address
}

/** A photo on its way shows how far it is, and can be taken out as long as its message can. */
function showWay(tile, photo, entry) {
  const isWaiting = photo.id === null && entry?.state === "waiting"
  part(tile, "cancel").hidden = !isWaiting
  const progress = part(tile, "progress")
  if (progress.hidden === isWaiting) showProgress(tile, 0)
  progress.hidden = !isWaiting
}

function showGround(tile, photo, isAlone) {
  const { width, height } = isAlone ? sizeInBubble(photo) : { width: TILE_SIDE, height: TILE_SIDE }
  const ground = part(tile, "ground")
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) mark(ground, name, true, value)
  const hash = part(tile, "hash")
  if (!photo.placeholder || hash.dataset.of === photo.placeholder) return
  hash.dataset.of = photo.placeholder
  const blurred = decodeThumbHash(photo.placeholder)
  hash.hidden = blurred === null
  if (!blurred) return
  Object.assign(hash, { width: blurred.width, height: blurred.height })
  hash.getContext("2d").putImageData(new ImageData(blurred.pixels, blurred.width, blurred.height), 0, 0)
}
