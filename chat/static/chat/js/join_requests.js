import { part } from "#ui/part.js"

/** Show how many people ask to join a group, wherever `element` stands; nothing for whoever may not let them in. */
export function showRequests(element, { requests }, { data, format }) {
  const count = requests ?? 0
  if (!element || (count === 0 && element.hidden)) return
  element.hidden = count === 0
  const figure = part(element, "requests-count")
  if (figure) figure.textContent = count ? format.number(count) : ""
  part(element, "requests-word").textContent = count === 1 ? data.word("requests_one") : count ? data.word("requests", { count: format.number(count) }) : ""
}
