/** The photos that links on the page lead to, as the viewer takes them, and the place of the one that was followed. */
export function photosOfLinks(link) {
  const links = [...link.closest("[data-part=photo-grid]").querySelectorAll("[data-photo]")]
  return { photos: links.map(photoOfLink), place: links.indexOf(link) }
}

/** The photo that a link leads to. */
export function photoOfLink({ dataset: { photo, width, height, who, at, caption } }) {
  return { id: photo, width, height, who, at, caption }
}
