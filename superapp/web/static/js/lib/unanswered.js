/** No answer came. If `wasHanded`, the command reached a socket, and nobody here knows whether it was done. */
export class Unanswered extends Error {
  constructor({ wasHanded }) {
    super(wasHanded ? "no answer came" : "there is no line")
    this.name = "Unanswered"
    this.wasHanded = wasHanded
  }
}
