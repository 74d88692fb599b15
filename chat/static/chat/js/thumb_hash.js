const LONGEST = 32

/**
 * The blurred picture in a ThumbHash: some 25 bytes that stand for a photo until it is here. Colours are sums of a few cosine waves, of
 * lightness and of two differences of colour; where it shines through is left out, since photos do not.
 *
 * @param {string} text the hash in base64
 * @returns {{width: number, height: number, pixels: Uint8ClampedArray}} RGBA, or null for what is none
 */
export function decodeThumbHash(text) {
  const hash = bytesOf(text)
  if (hash.length < 5) return null
  const head = hash[0] | (hash[1] << 8) | (hash[2] << 16)
  const shape = hash[3] | (hash[4] << 8)
  const hasAlpha = head >> 23 !== 0
  const isLandscape = shape >> 15 !== 0
  const most = hasAlpha ? 5 : 7
  const across = Math.max(3, isLandscape ? most : shape & 7)
  const down = Math.max(3, isLandscape ? shape & 7 : most)
  const nibbles = nibblesOf(hash, hasAlpha ? 6 : 5)
  const light = waves(nibbles, across, down, (head & 63) / 63, ((head >> 18) & 31) / 31)
  const yellow = waves(nibbles, 3, 3, ((head >> 6) & 63) / 31.5 - 1, (((shape >> 3) & 63) / 63) * 1.25)
  const red = waves(nibbles, 3, 3, ((head >> 12) & 63) / 31.5 - 1, (((shape >> 9) & 63) / 63) * 1.25)
  const width = across > down ? LONGEST : Math.round((LONGEST * across) / down)
  const height = across > down ? Math.round((LONGEST * down) / across) : LONGEST
  return { width, height, pixels: painted(width, height, { light, yellow, red }) }
}

function painted(width, height, { light, yellow, red }) {
  const pixels = new Uint8ClampedArray(width * height * 4)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const place = [(Math.PI / width) * (x + 0.5), (Math.PI / height) * (y + 0.5)]
      const [l, p, q] = [light, yellow, red].map((channel) => sum(channel, place))
      const blue = l - (2 / 3) * p
      const redness = (3 * l - blue + q) / 2
      pixels.set([redness, redness - q, blue].map((value) => value * 255), at)
      pixels[at + 3] = 255
    }
  }
  return pixels
}

/** A channel: its mean, and waves with how often they swing across and down, and how much. */
function waves(nibbles, across, down, mean, scale) {
  const found = [{ x: 0, y: 0, by: mean }]
  for (let y = 0; y < down; y++) {
    for (let x = y ? 0 : 1; x * down < across * (down - y); x++) found.push({ x, y, by: (nibbles.next().value / 7.5 - 1) * scale * 2 })
  }
  return found
}

function sum(channel, [x, y]) {
  return channel.reduce((value, wave) => value + wave.by * Math.cos(wave.x * x) * Math.cos(wave.y * y), 0)
}

function* nibblesOf(hash, from) {
  for (const byte of hash.slice(from)) {
    yield byte & 15
    yield byte >> 4
  }
  // What is missing at the end is no wave at all.
  for (;;) yield 7.5
}

function bytesOf(text) {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}
