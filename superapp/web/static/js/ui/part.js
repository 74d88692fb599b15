/** The part of that name inside an element. */
export function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`)
}

/** Fill a part with text and show it, or hide it if there is none. */
export function fill(root, name, text) {
  const element = part(root, name)
  if (!element) return
  const isThere = text !== null && text !== undefined && text !== ""
  if (element.hidden === isThere) element.hidden = !isThere
  const wanted = isThere ? `${text}` : ""
  if (element.textContent !== wanted) element.textContent = wanted
}

/** Set or take away an attribute of presence. */
export function mark(element, name, isOn, value = "") {
  if (!isOn) element.removeAttribute(name)
  else if (element.getAttribute(name) !== `${value}`) element.setAttribute(name, value)
}

/** A copy of what a template holds. */
export function clone(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true)
}
