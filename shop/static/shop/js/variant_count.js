/** Return how many combinations lists of choices make, each written with commas; an empty one counts as none. */
export function countVariants(written) {
  const counts = written.map((text) => text.split(/[,\n]/).filter((one) => one.trim()).length)
  return counts.reduce((product, count) => product * Math.max(1, count), 1)
}
