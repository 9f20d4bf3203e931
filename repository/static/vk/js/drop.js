// Files dropped or chosen, folders too: one request per file, three at a time, each with its own bar.
//
//   POST url?name=<path inside the folder>   body: the bytes   X-CSRFToken
//   → {"status": "received" | "held" | "refused", "message": str, "item": uuid | null, "warnings": [str]}
//
// XMLHttpRequest and not fetch: fetch cannot say how much has been sent. The words come from the server (json_script).
// The section sends "drop:received" for each file in, and "drop:done" when nothing is left, for htmx to refresh lists.

const TRIES = 6
const LONGEST_WAIT = 30_000
const WINDOW = 20_000
const KEPT_ROWS = 50
const SYSTEM_FILES = new Set(['.ds_store', 'thumbs.db', 'desktop.ini'])
const lang = document.documentElement.lang || 'vi'
const figures = new Intl.NumberFormat(lang)
const megabytes = new Intl.NumberFormat(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** Every file below what was dropped, as [path, File]; folders are walked to the bottom. */
async function filesOf(transfer) {
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean)
  if (!entries.length) return [...transfer.files].map(file => [file.name, file])
  const found = []
  const walk = async entry => {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject))
      found.push([entry.fullPath.replace(/^\//, ''), file])
      return
    }
    const reader = entry.createReader()
    // readEntries hands out a hundred at a time, and an empty list at the end.
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))
      if (!some.length) return
      for (const one of some) await walk(one)
    }
  }
  for (const entry of entries) await walk(entry)
  return found
}

class Drop {
  constructor(section) {
    this.section = section
    this.field = section.querySelector('[data-drop-field]')
    this.words = JSON.parse(section.querySelector('script[type="application/json"]').textContent)
    this.parallel = Number(section.dataset.parallel) || 3
    this.list = section.querySelector('[data-drop-list]')
    this.total = section.querySelector('[data-drop-total]')
    this.model = section.querySelector('template')
    this.jobs = []
    this.known = new Set()
    this.waiting = []
    this.active = new Set()
    this.sent = []
    this.leftOut = 0
    this.paused = false
    this.stopped = ''
    this.listen()
    section.classList.add('is-live')
  }

  listen() {
    const input = this.section.querySelector('input[type="file"]')
    for (const button of this.section.querySelectorAll('[data-pick]')) {
      button.addEventListener('click', () => {
        input.webkitdirectory = button.dataset.pick === 'folder'
        input.click()
      })
    }
    input.addEventListener('change', () => {
      this.add([...input.files].map(file => [file.webkitRelativePath || file.name, file]))
      input.value = ''
    })
    this.field.addEventListener('submit', event => event.preventDefault())
    for (const name of ['dragenter', 'dragover']) {
      this.section.addEventListener(name, event => {
        event.preventDefault()
        this.field.classList.add('is-over')
      })
    }
    this.section.addEventListener('dragleave', event => {
      if (!this.section.contains(event.relatedTarget)) this.field.classList.remove('is-over')
    })
    this.section.addEventListener('drop', async event => {
      event.preventDefault()
      this.field.classList.remove('is-over')
      this.add(await filesOf(event.dataTransfer))
    })
    this.section.querySelector('[data-drop-pause]').addEventListener('click', event => {
      this.paused = !this.paused
      event.currentTarget.setAttribute('aria-pressed', String(this.paused))
      this.next()
    })
    this.section.querySelector('[data-drop-retry]').addEventListener('click', () => {
      this.stopped = ''
      for (const job of this.jobs.filter(one => one.state === 'failed')) this.again(job)
    })
    addEventListener('beforeunload', event => {
      if (this.active.size || this.waiting.length) event.preventDefault()
    })
  }

  add(pairs) {
    for (const [path, file] of pairs) {
      const key = `${path}\n${file.size}\n${file.lastModified}`
      if (this.known.has(key)) continue
      if (SYSTEM_FILES.has(file.name.toLowerCase())) {
        this.leftOut += 1
        continue
      }
      this.known.add(key)
      const job = { path, file, state: 'waiting', loaded: 0, tries: 0 }
      this.jobs.push(job)
      this.waiting.push(job)
    }
    this.started ??= performance.now()
    this.next()
  }

  again(job) {
    Object.assign(job, { state: 'waiting', loaded: 0, tries: 0 })
    job.row?.remove()
    job.row = null
    this.waiting.push(job)
    this.next()
  }

  next() {
    while (!this.paused && !this.stopped && this.active.size < this.parallel && this.waiting.length) this.send(this.waiting.shift())
    this.draw()
    if (!this.active.size && !this.waiting.length && this.jobs.length) this.tell('drop:done', this.counts())
  }

  send(job) {
    job.state = 'sending'
    job.loaded = 0
    this.active.add(job)
    this.rowOf(job)
    const request = new XMLHttpRequest()
    const url = new URL(this.section.dataset.url, location.href)
    url.searchParams.set('name', job.path)
    request.open('POST', url)
    request.setRequestHeader('X-CSRFToken', this.field.querySelector('[name="csrfmiddlewaretoken"]')?.value ?? '')
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('Accept', 'application/json')
    request.upload.addEventListener('progress', event => {
      job.loaded = Math.min(event.loaded, job.file.size)
      this.draw()
    })
    request.addEventListener('loadend', () => this.answered(job, request))
    request.send(job.file)
  }

  answered(job, request) {
    const answer = read(request)
    if (answer) return this.finish(job, answer.status, answer.message, answer.warnings ?? [], answer)
    if ([401, 403].includes(request.status) || (request.status >= 200 && request.status < 400)) {
      this.stopped = this.words.signed_out
      return this.finish(job, 'failed', this.words.signed_out)
    }
    if (request.status === 413) return this.finish(job, 'refused', this.words.too_large)
    if (request.status && request.status < 500 && request.status !== 429) return this.finish(job, 'failed', this.words.not_taken)
    job.tries += 1
    if (job.tries >= TRIES) return this.finish(job, 'failed', this.words.no_connection)
    // The lane stays taken while it waits: a server in trouble is not asked more often.
    const told = Number(request.getResponseHeader('Retry-After')) * 1000
    const wait = told || Math.min(LONGEST_WAIT, 1000 * 2 ** (job.tries - 1)) * (0.75 + Math.random() / 2)
    job.state = 'resting'
    job.loaded = 0
    this.draw()
    setTimeout(() => {
      this.active.delete(job)
      this.send(job)
    }, wait * (Number(this.section.dataset.haste) || 1))
  }

  finish(job, state, message = '', warnings = [], answer = null) {
    Object.assign(job, { state, message, warnings, loaded: job.file.size })
    this.active.delete(job)
    this.sent.push([performance.now(), job.file.size])
    if (state === 'received' || state === 'held') this.tell('drop:received', answer)
    this.settle(job)
    this.next()
  }

  tell(name, detail) { this.section.dispatchEvent(new CustomEvent(name, { bubbles: true, detail })) }

  counts() {
    const counts = { received: 0, held: 0, refused: 0, failed: 0 }
    for (const job of this.jobs) if (job.state in counts) counts[job.state] += 1
    return counts
  }

  rowOf(job) {
    if (!job.row) {
      job.row = this.model.content.firstElementChild.cloneNode(true)
      const name = job.row.querySelector('[data-name]')
      name.textContent = name.title = job.path
      job.row.querySelector('progress').setAttribute('aria-label', job.path)
      job.row.querySelector('[data-again]').addEventListener('click', () => this.again(job))
    }
    if (!job.row.isConnected) this.list.append(job.row)
    return job.row
  }

  /** A file that is through: trouble goes to the top and stays, what is in goes after a while. */
  settle(job) {
    const row = this.rowOf(job)
    const trouble = job.state === 'failed' || job.state === 'refused'
    const look = trouble ? 'fail' : job.state === 'held' || job.warnings.length ? 'unsure' : 'pass'
    row.dataset.state = job.state
    for (const icon of row.querySelectorAll('[data-icon]')) icon.toggleAttribute('hidden', icon.dataset.icon !== look)
    const bar = row.querySelector('progress')
    bar.value = 1
    bar.classList.toggle('vk-bar--fail', trouble)
    const state = row.querySelector('[data-said]')
    state.textContent = this.words[job.state]
    state.className = `vk-${look}`
    const why = row.querySelector('[data-why]')
    const said = [job.state === 'received' ? '' : job.message, ...job.warnings].filter(Boolean)
    why.hidden = !said.length
    why.querySelector('[data-message]').textContent = said.join(' ')
    why.querySelector('[data-again]').hidden = job.state !== 'failed'
    row.dataset.look = look
    if (trouble) this.list.prepend(row)
    else if (look === 'unsure') this.list.insertBefore(row, this.list.querySelector(':scope > :not([data-look="fail"])'))
    // Of what went well, and of what was here already, the last ones are enough: the counts say the rest.
    for (const quiet of ['[data-look="pass"]', '[data-state="held"]']) {
      const rows = this.list.querySelectorAll(quiet)
      if (rows.length > KEPT_ROWS) rows[quiet === '[data-look="pass"]' ? 0 : rows.length - 1].remove()
    }
  }

  draw() {
    this.drawing ??= setTimeout(() => {
      this.drawing = null
      this.drawNow()
    }, 120)
  }

  drawNow() {
    for (const job of this.active) {
      const row = this.rowOf(job)
      row.querySelector('progress').value = job.file.size ? job.loaded / job.file.size : 0
      row.querySelector('[data-said]').textContent = job.state === 'resting' ? this.words.resting : `${mb(job.loaded)} / ${mb(job.file.size)} MB`
    }
    const counts = this.counts()
    const through = counts.received + counts.held + counts.refused + counts.failed
    const bytes = this.jobs.reduce((sum, job) => sum + job.file.size, 0)
    const done = this.jobs.reduce((sum, job) => sum + job.loaded, 0)
    this.total.hidden = !this.jobs.length
    this.put('progress', bar => { bar.max = bytes || 1; bar.value = done })
    this.say('count', this.words.count, { done: figures.format(through), total: figures.format(this.jobs.length) })
    this.say('bytes', this.words.bytes, { done: mb(done), total: mb(bytes) })
    this.say('waiting', this.waiting.length ? this.words.waiting : '', { count: figures.format(this.waiting.length) })
    this.say('left_out', this.leftOut ? this.words.left_out : '', { count: figures.format(this.leftOut) })
    for (const state of ['held', 'refused', 'failed']) this.say(state, counts[state] ? this.words[`${state}_count`] : '', { count: figures.format(counts[state]) })
    this.rate(bytes - done, through)
    this.total.querySelector('[data-drop-retry]').hidden = !counts.failed
    this.total.querySelector('[data-drop-pause]').hidden = !this.waiting.length
  }

  rate(left, through) {
    const now = performance.now()
    this.sent = this.sent.filter(([at]) => now - at < WINDOW)
    const idle = !this.active.size && !this.waiting.length
    const span = Math.min(WINDOW, now - this.started) / 60_000
    this.say('rate', idle || !through ? '' : this.words.rate, { count: figures.format(Math.round(this.sent.length / span)) })
    const moving = this.sent.reduce((sum, [, size]) => sum + size, 0) + [...this.active].reduce((sum, job) => sum + job.loaded, 0)
    const seconds = moving ? (left / moving) * span * 60 : 0
    const key = seconds < 60 ? 'left_seconds' : seconds < 5400 ? 'left_minutes' : 'left_hours'
    const count = Math.max(1, Math.round(seconds / { left_seconds: 1, left_minutes: 60, left_hours: 3600 }[key]))
    const text = this.stopped || (idle ? this.words.finished : this.paused ? this.words.paused : moving ? this.words[key] : '')
    this.say('left', text, { count: figures.format(count) })
  }

  put(selector, change) {
    change(this.total.querySelector(selector))
  }

  say(place, text, values = {}) {
    this.put(`[data-say="${place}"]`, element => {
      const said = (text ?? '').replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
      if (element.textContent !== said) element.textContent = said
    })
  }
}

const mb = bytes => megabytes.format(bytes / 1e6)

function read(request) {
  try {
    const answer = JSON.parse(request.responseText)
    return ['received', 'held', 'refused'].includes(answer?.status) ? answer : null
  } catch {
    return null
  }
}

for (const section of document.querySelectorAll('[data-drop]')) new Drop(section)
