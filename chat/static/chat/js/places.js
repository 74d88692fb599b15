const NUMBER = "(-?\\d{1,3}(?:\\.\\d+)?)"
const PATTERNS = [
  new RegExp(`^${NUMBER}\\s*[,;\\s]\\s*${NUMBER}$`),
  new RegExp(`^geo:${NUMBER},${NUMBER}`),
  // The place that a link is about comes before the middle of the map that it opens.
  new RegExp(`!3d${NUMBER}!4d${NUMBER}`),
  new RegExp(`[?&](?:q|query|ll|daddr|destination|center)=(?:loc:)?${NUMBER},[+ ]?${NUMBER}`),
  new RegExp(`[?&]mlat=${NUMBER}&mlon=${NUMBER}`),
  new RegExp(`@${NUMBER},${NUMBER}`),
  new RegExp(`#map=\\d+(?:\\.\\d+)?/${NUMBER}/${NUMBER}`),
]
// As many write decimals: -7,7956, 110,3695.
const WITH_COMMAS = /^(-?\d{1,3}),(\d+)\s*[,;]?\s+(-?\d{1,3}),(\d+)$/
// As maps copy them: 7°47'44.2"S 110°22'10.2"E.
const DEGREES = /^(\d{1,3})°\s*(\d{1,2})['′]\s*(\d{1,2}(?:\.\d+)?)["″]\s*([NS])[,\s]+(\d{1,3})°\s*(\d{1,2})['′]\s*(\d{1,2}(?:\.\d+)?)["″]\s*([EW])$/i
const DIGITS = 1e6

/** The place that a text names, typed or pasted from a map; null where it names none. */
export function placeIn(text) {
  const [latitude, longitude] = numbersIn(decoded(text.trim()))
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return null
  return { latitude: rounded(latitude), longitude: rounded(longitude) }
}

/** A coordinate in degrees, to about a hand's breadth. */
export function rounded(degrees) {
  return Math.round(degrees * DIGITS) / DIGITS
}

function numbersIn(text) {
  for (const pattern of PATTERNS) {
    const found = pattern.exec(text)
    if (found) return found.slice(1, 3).map(Number)
  }
  const [, ...parts] = WITH_COMMAS.exec(text) ?? []
  if (parts.length > 0) return [Number(`${parts[0]}.${parts[1]}`), Number(`${parts[2]}.${parts[3]}`)]
  const [, ...angles] = DEGREES.exec(text) ?? []
  return angles.length > 0 ? [angle(angles.slice(0, 4)), angle(angles.slice(4))] : [Number.NaN, Number.NaN]
}

function angle([degrees, minutes, seconds, side]) {
  const size = Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3_600
  return /[SW]/i.test(side) ? -size : size
}

function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
