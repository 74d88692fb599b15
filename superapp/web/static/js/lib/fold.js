/** A text as it is compared in a search: without case, accents, or the difference between letters that look alike. */
export function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim()
}
