/**
 * Links to a file that the device can hand to another app; where it cannot, the link downloads the file as it is.
 */
for (const link of document.querySelectorAll("a[data-share-file]")) {
  link.addEventListener("click", (event) => {
    if (!canShare(link)) return
    event.preventDefault()
    share(link)
  })
}

/** Whether this browser shares files of this kind; asked with an empty one, since the real one is not here yet. */
function canShare({ dataset }) {
  return Boolean(navigator.canShare?.({ files: [new File([], dataset.shareFile, { type: "image/png" })] }))
}

async function share(link) {
  const { shareFile, text } = link.dataset
  try {
    const response = await fetch(link.href)
    if (!response.ok) throw new TypeError("the file did not come")
    const file = new File([await response.blob()], shareFile, { type: "image/png" })
    await navigator.share({ files: [file], text })
  } catch (fault) {
    // Whoever changes their mind aborts, which is no fault; whatever else went wrong, they can still have the file.
    if (fault.name !== "AbortError") location.assign(link.href)
  }
}
