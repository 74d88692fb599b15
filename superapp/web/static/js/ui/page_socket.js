/** What opens the socket of a page, whose `boot` data may say where: see `Line`. */
export function pageSocket(boot) {
  const address = new URL(boot?.urls?.socket ?? "/ws", location.href)
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:"
  return () => new WebSocket(address, "app.v1")
}
