/** Tell the server, while the page is looked at, which subjects it shows: nobody is sent a text message about them. */
export function attendSeen({ line, isShown }) {
  const told = new Set()
  const tell = async () => {
    if (line.state !== "ready" || document.visibilityState !== "visible") return
    const subjects = isShown().filter((subject) => !told.has(subject))
    if (subjects.length === 0) return
    for (const subject of subjects) told.add(subject)
    // What was not heard is said again with the next line.
    if (!(await line.tell("notifications.seen", { subjects }))) for (const subject of subjects) told.delete(subject)
  }
  line.onReady.listen(tell)
  document.addEventListener("visibilitychange", tell)
  if (line.state === "ready") tell()
  return tell
}
