/** The photos that links on the page lead to, as the viewer takes them, and the place of the one that was followed. */
export function photosOfLinks(link) {
  const links = [...link.closest("[data-part=photo-grid]").querySelectorAll("[data-photo]")]
  const photos = links.map(({ dataset: { photo, width, height, who, at, caption } }) => ({ id: photo, width, height, who, at, caption }))
  return { photos, place: links.indexOf(link) }
}
