const PIXELS = 1024

// Buttons that save the QR code beside them as a picture, to pay it with an app on the same phone.
for (const button of document.querySelectorAll("[data-save-code]")) {
  button.hidden = false
  button.addEventListener("click", () => save(nearestCode(button), button.dataset.saveCode))
}

function nearestCode(button) {
  let around = button.parentElement
  while (around && !around.querySelector("svg.qr")) around = around.parentElement
  return around?.querySelector("svg.qr")
}

async function save(code, name) {
  const link = document.createElement("a")
  link.href = await draw(code)
  link.download = name
  link.click()
}

/** The address of a PNG of the code, drawn without smoothing so that its edges stay sharp. */
async function draw(code) {
  const copy = code.cloneNode(true)
  copy.setAttribute("width", PIXELS)
  copy.setAttribute("height", PIXELS)
  const picture = new Image(PIXELS, PIXELS)
  picture.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`
  await picture.decode()
  const canvas = Object.assign(document.createElement("canvas"), { width: PIXELS, height: PIXELS })
  canvas.getContext("2d").drawImage(picture, 0, 0, PIXELS, PIXELS)
  return canvas.toDataURL("image/png")
}
