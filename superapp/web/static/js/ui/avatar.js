import { part } from "#ui/part.js"

/** Show a person in an avatar: their picture, or their initials on a colour that is theirs; a sign for what is nobody. */
export function showAvatar(root, person, name) {
  const avatar = part(root, "avatar")
  if (!avatar) return
  const picture = part(avatar, "picture")
  const initials = part(avatar, "initials")
  const hue = hueOf(person?.id)
  if (avatar.dataset.hue !== hue) avatar.dataset.hue = hue
  const firsts = name.split(/\s+/).map((word) => [...word][0] ?? "").filter((letter) => /[\p{L}\p{N}]/u.test(letter))
  if (person?.icon) avatar.dataset.icon = person.icon
  else delete avatar.dataset.icon
  initials.textContent = person?.icon ? "" : (firsts.slice(0, 2).join("") || [...name.trim()].slice(0, 1).join("")).toUpperCase()
  if (person?.avatar) {
    if (picture.getAttribute("src") !== person.avatar) picture.src = person.avatar
  } else {
    picture.removeAttribute("src")
  }
  picture.hidden = !person?.avatar
}

/** One of sixteen hues for a person, always the same one. */
export function hueOf(id) {
  return `${Number.parseInt((id || "0").slice(-1), 16)}`
}
