/** The address that a name suggests, as the server makes it: plain letters, digits, hyphens, a letter first. No DOM here. */
export function suggestedHandle(name, charsMax) {
  const plain = name
    .normalize("NFKD")
    .replace(/[^\x20-\x7e]/g, "")
    .toLowerCase()
  const words = plain.replace(/[^a-z0-9\s_-]/g, "").trim()
  const joined = words.replace(/[\s_-]+/g, "-")
  return joined.replace(/^[^a-z]+/, "").slice(0, charsMax).replace(/^-+|-+$/g, "")
}
