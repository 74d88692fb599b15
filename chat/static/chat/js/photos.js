const WIDEST = 320
const TALLEST = 360
const NARROWEST = 96

/** Where the server has a photo: `small`, `large`, or its `original`. */
export function addressOf(id, size) {
  return `/media/berkas/${id}/${size === "original" ? size : `${size}.webp`}`
}

/** The photos that a row of a message carries; those that are not sent yet have no `id`, but one of this device, `kept`. */
export function photosOf({ extras }) {
  return extras?.attachment?.type === "photos" ? extras.attachment.photos : []
}

/** What an entry of the outbox carries beside its text, as a row will have it. */
export function carriedBy({ photos }) {
  if (!photos) return null
  const held = photos.map(({ id, width, height }) => ({ id: null, kept: id, width, height, placeholder: null }))
  return { attachment: { type: "photos", photos: held } }
}

/** How large a photo is shown in its bubble, in px: whole if it can be, and never so thin that nothing is seen of it. */
export function sizeInBubble({ width, height }) {
  const scale = Math.min(WIDEST / width, TALLEST / height)
  const fit = (side) => Math.max(NARROWEST, Math.round(side * scale))
  return { width: fit(width), height: fit(height) }
}
