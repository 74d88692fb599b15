/**
 * The server's answer that a command will not be done: a frozen `code`, and a sentence in the person's language.
 *
 * Some refusals decide nothing about the command itself; `isFinal` tells those apart, since what was not decided may be asked again.
 */
export class Refused extends Error {
  static UNDECIDED = new Set(["unavailable", "fault", "rate_limited", "too_many_commands", "not_logged_in"])

  constructor({ code, message, params = {}, retry_after = null }) {
    super(message)
    this.name = "Refused"
    this.code = code
    this.params = params
    this.retryAfter_ms = retry_after === null ? null : retry_after * 1000
  }

  get isFinal() {
    return !Refused.UNDECIDED.has(this.code)
  }
}
