const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }

/** Arrows go through the buttons of a menu, round and round. */
export function moveByArrows(menu, event) {
  const step = STEPS[event.key]
  if (!step) return
  event.preventDefault()
  const buttons = buttonsOf(menu)
  buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length].focus()
}

/** The buttons and links that are offered now. */
export function buttonsOf(menu) {
  return [...menu.querySelectorAll("button, a[href]")].filter((button) => button.offsetParent !== null)
}
