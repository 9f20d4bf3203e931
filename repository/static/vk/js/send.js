// One file to the server. XMLHttpRequest and not fetch: fetch cannot say how much has been sent.
//
//   POST url?name=<path inside the folder>   body: the bytes   X-CSRFToken
//   → {"status": "received" | "held" | "refused", "message": str, "item": uuid | null, "warnings": [str]}

/** What became of it: {answer} | {stopped} | {refused} | {failed} | {again: milliseconds or 0} | {offline}. */
export function send(url, path, file, token, progress) {
  return new Promise(resolve => {
    const request = new XMLHttpRequest()
    const address = new URL(url, location.href)
    address.searchParams.set('name', path)
    request.open('POST', address)
    request.setRequestHeader('X-CSRFToken', token)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('Accept', 'application/json')
    request.upload.addEventListener('progress', event => progress(Math.min(event.loaded, file.size)))
    request.addEventListener('loadend', () => resolve(outcome(request)))
    request.send(file)
  })
}

function outcome(request) {
  const answer = read(request)
  if (answer) return { answer }
  const { status } = request
  if ([401, 403].includes(status) || (status >= 200 && status < 400)) return { stopped: true }
  if (status === 413) return { refused: 'too_large' }
  if (status && status < 500 && status !== 429) return { failed: 'not_taken' }
  if (!status && !navigator.onLine) return { offline: true }
  return { again: Number(status && request.getResponseHeader('Retry-After')) * 1000 || 0, broken: !status }
}

function read(request) {
  try {
    const answer = JSON.parse(request.responseText)
    return ['received', 'held', 'refused'].includes(answer?.status) ? answer : null
  } catch {
    return null
  }
}

/** Resolves once the browser thinks that it has a connection. */
export function online() {
  if (navigator.onLine) return Promise.resolve()
  return new Promise(resolve => addEventListener('online', () => resolve(), { once: true }))
}
