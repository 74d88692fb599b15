import { PhotoSender } from "#lib/photo_sender.js"
import { request } from "#ui/http.js"

/** What brings the photos of messages to the server, over the line and the requests of this page. */
export function photoCourier({ line, clock }) {
  const sender = new PhotoSender({ request, line, clock })
  return (entry, tools) => sender.prepare(entry, tools)
}
