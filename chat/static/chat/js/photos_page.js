import { PageData } from "#ui/page_data.js"
import { isPlainClick } from "#ui/plain_click.js"
import { photoOfLink, photosOfLinks } from "#chat/photo_links.js"
import { PhotoViewer } from "#chat/photo_viewer.js"

// The photos of a conversation on a page of their own: each leads to itself, and with this module is looked at in its place. The next page
// of them is joined to this one when its end is near, in the viewer, or when it is asked for.
const viewer = new PhotoViewer({ document, data: new PageData(document) })
const grid = document.querySelector("[data-part=photo-grid]")
let coming = null

function moreLink() {
  return document.querySelector("[data-part=more-photos]")
}

/** Join the next page to this one. Answers its photos, none if there is no next page, null if it cannot be had now. */
async function joinNext() {
  const link = moreLink()
  if (!link) return []
  try {
    const answer = await fetch(link.href, { credentials: "same-origin" })
    if (!answer.ok || answer.redirected) return null
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    const items = [...page.querySelectorAll("[data-part=photo-grid] > li")]
    const following = page.querySelector("[data-part=more-photos]")
    grid.append(...items)
    if (following) link.setAttribute("href", following.getAttribute("href"))
    else link.remove()
    return items.map((item) => photoOfLink(item.querySelector("[data-photo]")))
  } catch (failure) {
    console.warn("no more photos now:", failure)
    return null
  }
}

/** One page at a time, whoever asks. */
function next() {
  coming ??= joinNext().finally(() => (coming = null))
  return coming
}

grid?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-photo]")
  if (!link || !isPlainClick(event)) return
  event.preventDefault()
  const { photos, place } = photosOfLinks(link)
  viewer.show(photos, place, link, { after: moreLink() ? next : undefined })
})

moreLink()?.addEventListener("click", async (event) => {
  if (!isPlainClick(event)) return
  event.preventDefault()
  const { href } = event.currentTarget
  if ((await next()) === null) location.assign(href)
})
