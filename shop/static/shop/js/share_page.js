/**
 * The button that hands this page to whatever the device shares with; where it cannot, it copies the address. It stands
 * alone, since pages for strangers load nothing else.
 */
const button = document.querySelector("[data-share-page]")
const told = document.querySelector("[data-share-told]")

async function share() {
  const { sharePage: title, address: url } = button.dataset
  if (navigator.share) {
    // Whoever changes their mind refuses the promise, which is no fault.
    await navigator.share({ title, url }).catch(() => {})
    return
  }
  try {
    await navigator.clipboard.writeText(url)
    told.textContent = button.dataset.copied
  } catch {
    // The address is at least there to be copied by hand.
    told.textContent = url
  }
}

if (button) {
  button.hidden = false
  button.addEventListener("click", share)
}
