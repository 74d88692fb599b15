/** Photos of a telephone are made smaller before they travel: what the server keeps is no larger anyway. */

// A little more than the largest size that is kept of a product's photo.
export const LONGEST = 1600
const QUALITY = 0.88
const SMALL_BYTES = 400_000
// What travels as it is if it is small; all else becomes JPEG.
const COMMON = ["image/jpeg", "image/png", "image/webp"]

/** How large a picture becomes that may be so long at its longest; never larger than it is. */
export function fitted(width, height, longest = LONGEST) {
  const scale = Math.min(1, longest / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)), isSame: scale === 1 }
}

/** The file under the same name, smaller. What cannot be read here is left as it is: the server says why. */
export async function downscaled(file, { decode = decoded, draw = drawn } = {}) {
  let picture
  try {
    picture = await decode(file)
  } catch {
    return file
  }
  try {
    const size = fitted(picture.width, picture.height)
    if (size.isSame && file.size <= SMALL_BYTES) return file
    const blob = await draw(picture, size)
    if (!blob || blob.size >= file.size) return file
    return new File([blob], `${file.name.replace(/\.[^.]*$/, "")}.jpg`, { type: blob.type })
  } finally {
    picture.close()
  }
}

/**
 * A photo that fits into the longest side, upright, and how large it is. Reading and writing it happen beside the page, which goes on
 * meanwhile.
 *
 * @throws {Error} if it is nothing that can be read here as a photo
 */
export async function scaled(file, longest, { decode = decoded, draw = drawn } = {}) {
  const picture = await decode(file)
  try {
    const { isSame, ...size } = fitted(picture.width, picture.height, longest)
    if (isSame && file.size <= SMALL_BYTES && COMMON.includes(file.type)) return { blob: file, ...size }
    const blob = await draw(picture, size)
    if (!blob) throw new Error(`${file.name} cannot be drawn`)
    return { blob, ...size }
  } finally {
    picture.close()
  }
}

function decoded(file) {
  return createImageBitmap(file, { imageOrientation: "from-image" })
}

async function drawn(picture, { width, height }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height })
  const pen = canvas.getContext("2d")
  // What shines through becomes paper here as it does there.
  pen.fillStyle = "#fff"
  pen.fillRect(0, 0, width, height)
  pen.imageSmoothingQuality = "high"
  pen.drawImage(picture, 0, 0, width, height)
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY))
}
