/**
 * Ask the server for one thing, with what was sent of it as it goes, which `fetch` does not tell. Where no answer came, the status is 0.
 *
 * @param {{method: string, address: string, headers?: object, body?: Blob, signal?: AbortSignal, sent?: (bytes: number) => void}} asked
 */
export function request({ method, address, headers = {}, body = null, signal, sent }) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const asking = new XMLHttpRequest()
    asking.open(method, address)
    asking.timeout = ANSWER_MS
    for (const [name, value] of Object.entries({ ...headers, "X-CSRFToken": csrfToken() })) asking.setRequestHeader(name, value)
    const answer = () => resolve({ status: asking.status, header: (name) => asking.getResponseHeader(name), text: asking.responseText })
    asking.onload = asking.onerror = asking.ontimeout = answer
    asking.onabort = () => reject(signal.reason)
    if (sent) asking.upload.onprogress = ({ loaded }) => sent(loaded)
    signal?.addEventListener("abort", () => asking.abort(), { once: true })
    asking.send(body)
  })
}

// A part of an upload over a thin line takes its time.
const ANSWER_MS = 60_000

function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? ""
}
