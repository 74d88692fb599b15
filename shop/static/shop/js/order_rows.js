import { clone, fill, part } from "#ui/part.js"

/** Rows of a list of orders: made from the page's own template, which is that of buyers or of merchants. */
export function orderRows({ brief }) {
  return {
    keyOf: ({ id }) => id,
    make: () => clone("row-template"),
    fill(row, item) {
      part(row, "open").href = item.href
      for (const name of ["calm", "section", "title", "who", "word", "note", "total"]) fill(row, name, item[name])
      part(row, "word").dataset.colour = item.colour
      const at = part(row, "at")
      at.dateTime = item.at
      fill(row, "at", brief(Date.parse(item.at)))
      showPhoto(part(row, "photo"), item.photo)
      showTap(part(row, "tap"), item)
      showGo(row, item)
    },
  }
}

function showPhoto(picture, address) {
  picture.hidden = !address
  if (address && picture.getAttribute("src") !== address) picture.src = address
}

function showTap(form, { tap, tap_word, rev }) {
  if (!form) return
  form.hidden = !tap
  if (!tap) return
  form.action = tap
  form.elements.rev.value = rev
  fill(form, "tap-word", tap_word)
  part(form, "tap-word").disabled = false
}

/** What is done on the page of the order itself, since more is to be said. */
function showGo(row, { go, go_word }) {
  const box = part(row, "going")
  if (!box) return
  box.hidden = !go
  if (!go) return
  part(row, "go").href = go
  fill(row, "go", go_word)
}
