// Rows go to the server by themselves, some at a time; what is not there yet lies in this browser, so that nothing typed is lost.
//
//   POST url {"rows": [{"id", "revision", "changes": {field: text}, "confirm": bool}]}
//   → {"rows": [{"id", "saved" | "conflict" | "errors" | "refused" | "gone", "row", "message"}]}

const SOON = 700
const MOST = 50
const LATER = 8000

export class Saver {
  /** `url` and `key` as above; `token` against forgery; `told(answer, sent)` is called for each row, `said(state)` for the foot. */
  constructor({ url, key, token, told, said }) {
    Object.assign(this, { url, token, told, said })
    this.key = `vk-grid:${key}`
    this.waiting = new Map()
    this.busy = false
    addEventListener('online', () => this.soon(0))
    addEventListener('pagehide', () => this.send(true))
  }

  /** What was not saved when the page was last left: {id: {revision, base, changes}}. */
  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? '{}')
    } catch {
      return {}
    }
  }

  keep(row) {
    const all = this.kept()
    if (Object.keys(row.changes).length) all[row.id] = { revision: row.revision, base: row.base, changes: row.changes }
    else delete all[row.id]
    if (Object.keys(all).length) localStorage.setItem(this.key, JSON.stringify(all))
    else localStorage.removeItem(this.key)
  }

  add(row) {
    this.waiting.set(row.id, row)
    this.soon(SOON)
  }

  soon(wait) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.send(), wait)
    this.say()
  }

  say(state = '') {
    this.said(state || (!navigator.onLine && this.waiting.size ? 'offline' : this.waiting.size ? 'unsaved' : ''), this.waiting.size)
  }

  async send(leaving = false) {
    clearTimeout(this.timer)
    const rows = [...this.waiting.values()].filter(row => !row.clash).slice(0, MOST)
    if (!rows.length || this.busy) return
    if (!navigator.onLine) return this.say()
    this.busy = true
    this.say('saving')
    const sent = new Map(rows.map(row => [row.id, { changes: { ...row.changes }, confirm: Boolean(row.confirm) }]))
    const body = JSON.stringify({ rows: rows.map(row => ({ id: row.id, revision: row.revision, ...sent.get(row.id) })) })
    for (const row of rows) this.waiting.delete(row.id)
    let answer = null
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-CSRFToken': this.token, Accept: 'application/json' },
        body,
        keepalive: leaving,
        redirect: 'manual',
      })
      if (response.ok) answer = await response.json()
      else if (response.type === 'opaqueredirect' || [401, 403].includes(response.status)) answer = { signedOut: true }
    } catch {
      // No connection: they wait below.
    }
    this.busy = false
    if (!answer?.rows) {
      for (const row of rows) if (!this.waiting.has(row.id)) this.waiting.set(row.id, row)
      this.say(answer?.signedOut ? 'signed_out' : 'offline')
      this.timer = setTimeout(() => this.send(), LATER)
      return
    }
    for (const one of answer.rows) this.told(one, sent.get(one.id))
    if (this.waiting.size) this.soon(50)
    else this.say('saved')
  }
}
