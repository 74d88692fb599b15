/** The viewer of the API's description. It asks this origin and nobody else. */

const place = document.getElementById("reference")

const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? ""

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  // Otherwise a badge of somebody else's server, which is sent our description.
  validatorUrl: null,
  requestInterceptor(request) {
    if (request.method && request.method !== "GET") request.headers["X-CSRFToken"] = csrfToken()
    return request
  },
})
