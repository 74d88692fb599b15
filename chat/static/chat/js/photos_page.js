import { PageData } from "#ui/page_data.js"
import { isPlainClick } from "#ui/plain_click.js"
import { photosOfLinks } from "#chat/photo_links.js"
import { PhotoViewer } from "#chat/photo_viewer.js"

// The photos of a conversation on a page of their own: each leads to itself, and with this module is looked at in its place.
const viewer = new PhotoViewer({ document, data: new PageData(document) })
document.querySelector("[data-part=photo-grid]")?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-photo]")
  if (!link || !isPlainClick(event)) return
  event.preventDefault()
  const { photos, place } = photosOfLinks(link)
  viewer.show(photos, place, link)
})
