// Files dropped or chosen, folders too: kept in this browser first (queue.js), then one request per file (send.js), three at a time,
// each with its own bar. A closed tab, a folded laptop or a cut network goes on by itself.
//
// The words come from the server (json_script). The section sends "drop:received" for each file in, and "drop:done" when nothing is left,
// for htmx to refresh lists.

import { chosenFiles, filesOf, isSystemFile } from './dropped.js'
import { Queue, alone, keyOf } from './queue.js'
import { online, send } from './send.js'

const TRIES = 6
const LONGEST_WAIT = 30_000
const WINDOW = 20_000
const KEPT_ROWS = 50
const AT_ONCE = 200
// After a connection breaks the browser takes a moment to say that it is offline.
const TO_NOTICE = 400
const lang = document.documentElement.lang || 'vi'
const figures = new Intl.NumberFormat(lang)
const megabytes = new Intl.NumberFormat(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))

class Drop {
  constructor(section) {
    this.section = section
    this.field = section.querySelector('[data-drop-field]')
    this.words = JSON.parse(section.querySelector('script[type="application/json"]').textContent)
    this.parallel = Number(section.dataset.parallel) || 3
    this.list = section.querySelector('[data-drop-list]')
    this.total = section.querySelector('[data-drop-total]')
    this.model = section.querySelector('template')
    this.token = () => this.field.querySelector('[name="csrfmiddlewaretoken"]')?.value ?? ''
    this.counted = { all: 0, bytes: 0, through: 0, loaded: 0, received: 0, held: 0, refused: 0, failed: 0 }
    this.known = new Map()
    this.failed = new Set()
    this.missing = new Map()
    this.unkept = new Set()
    this.waiting = []
    this.active = new Set()
    this.queue = new Queue(`${section.dataset.owner ?? ''} ${section.dataset.url}`)
    this.sent = []
    this.leftOut = 0
    this.paused = false
    this.stopped = ''
    this.listen()
    section.classList.add('is-live')
    this.ready = this.resume()
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
      this.add(chosenFiles(input))
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
    this.section.querySelector('[data-drop-retry]').addEventListener('click', () => this.retry())
    addEventListener('online', () => this.retry(job => job.broken))
    addEventListener('beforeunload', event => {
      // What is kept goes on by itself when the page is opened again; only what is not needs the page.
      if (this.unkept.size) event.preventDefault()
    })
  }

  /** What an earlier visit left: files go on, of the rest the names are known and the same folder is asked for. */
  async resume() {
    for (const row of await this.queue.all().catch(() => [])) {
      if (this.known.has(row.key)) continue
      this.known.set(row.key, row.done)
      if (row.done) continue
      if (row.file) this.waiting.push(this.enter({ id: row.id, path: row.path, key: row.key, file: row.file, kept: true, resumed: true }))
      else this.missing.set(row.key, row.id)
    }
    this.next()
  }

  async add(pairs) {
    await this.ready
    const fresh = []
    for (const [path, file] of pairs) {
      const key = keyOf(path, file)
      const asked = this.missing.get(key)
      if (this.known.has(key) && !asked) continue
      if (isSystemFile(file)) {
        this.leftOut += 1
        continue
      }
      this.known.set(key, false)
      this.missing.delete(key)
      fresh.push(this.enter({ id: asked, path, key, file, kept: false }))
    }
    for (const job of fresh) this.unkept.add(job)
    this.draw()
    // Kept first, sent then: what is dropped and cut off right away is not lost.
    for (let at = 0; at < fresh.length; at += AT_ONCE) {
      const some = fresh.slice(at, at + AT_ONCE)
      await this.queue.add(some).catch(() => {})
      for (const job of some) if (job.kept) this.unkept.delete(job)
      this.waiting.push(...some)
      this.next()
    }
  }

  /** Among those that are counted. */
  enter(job) {
    Object.assign(job, { state: 'waiting', loaded: 0, tries: 0 })
    this.counted.all += 1
    this.counted.bytes += job.file.size
    this.started ??= performance.now()
    return job
  }

  retry(which = () => true) {
    this.stopped = ''
    for (const job of [...this.failed].filter(which)) this.again(job)
    this.next()
  }

  again(job) {
    this.failed.delete(job)
    this.counted.failed -= 1
    this.counted.through -= 1
    this.counted.loaded -= job.file.size
    Object.assign(job, { state: 'waiting', loaded: 0, tries: 0 })
    job.row?.remove()
    job.row = null
    this.waiting.push(job)
    this.next()
  }

  next() {
    while (!this.paused && !this.stopped && this.active.size < this.parallel && this.waiting.length) this.work(this.waiting.shift())
    this.draw()
    if (!this.active.size && !this.waiting.length && this.counted.all) this.through()
  }

  through() {
    // All in: the names of what is done are needed no more. What failed stays for the next visit.
    if (!this.failed.size && !this.missing.size) this.queue.all().then(rows => this.queue.remove(rows.filter(row => row.done).map(row => row.id))).catch(() => {})
    this.tell('drop:done', this.counts())
  }

  async work(job) {
    this.active.add(job)
    const mine = job.id ? await alone(`vk-file ${job.id}`, () => this.deliver(job)) : (await this.deliver(job), true)
    if (mine) return
    // Another tab is at it: look again in a while whether it is through.
    this.rest(job)
    await pause(1500)
    this.active.delete(job)
    this.waiting.push(job)
    this.next()
  }

  /** Until the server has said something about the file, or too often nothing. */
  async deliver(job) {
    if (job.id) {
      const row = await this.queue.get(job.id).catch(() => undefined)
      if (job.kept && (!row || row.done)) return this.finish(job, 'received')
    }
    for (;;) {
      job.state = 'sending'
      const became = await send(this.section.dataset.url, job.path, job.file, this.token(), loaded => {
        job.loaded = loaded
        this.draw()
      })
      if (became.answer) {
        const { status, message, warnings } = became.answer
        await this.queue.done(job.id).catch(() => {})
        // Cut off after the server had it and before it could say so.
        const state = status === 'held' && job.resumed ? 'received' : status
        return this.finish(job, state, message, warnings ?? [], became.answer)
      }
      if (became.stopped) {
        this.stopped = this.words.signed_out
        return this.finish(job, 'failed', this.words.signed_out)
      }
      if (became.refused) return this.finish(job, 'refused', this.words[became.refused])
      if (became.failed) return this.finish(job, 'failed', this.words[became.failed])
      this.rest(job)
      if (became.broken) await pause(TO_NOTICE)
      if (became.offline || !navigator.onLine) {
        // Nobody's fault, and no attempt.
        await online()
        continue
      }
      job.tries += 1
      job.broken = became.broken
      if (job.tries >= TRIES) return this.finish(job, 'failed', this.words.no_connection)
      // The lane stays taken while it waits: a server in trouble is not asked more often.
      const wait = became.again || Math.min(LONGEST_WAIT, 1000 * 2 ** (job.tries - 1)) * (0.75 + Math.random() / 2)
      await pause(wait * (Number(this.section.dataset.haste) || 1))
    }
  }

  rest(job) {
    Object.assign(job, { state: 'resting', loaded: 0 })
    this.draw()
  }

  finish(job, state, message = '', warnings = [], answer = null) {
    Object.assign(job, { state, message, warnings, loaded: job.file.size })
    this.active.delete(job)
    this.unkept.delete(job)
    this.counted.through += 1
    this.counted.loaded += job.file.size
    this.counted[state] += 1
    if (state === 'failed') this.failed.add(job)
    else this.known.set(job.key, true)
    if (state === 'refused') this.queue.remove([job.id]).catch(() => {})
    this.sent.push([performance.now(), job.file.size])
    if (state === 'received' || state === 'held') this.tell('drop:received', answer)
    this.settle(job)
    // The bytes of what is in are not held on to.
    if (state !== 'failed') job.file = { size: job.file.size }
    this.next()
  }

  tell(name, detail) { this.section.dispatchEvent(new CustomEvent(name, { bubbles: true, detail })) }

  counts() {
    const { received, held, refused, failed } = this.counted
    return { received, held, refused, failed }
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
    const { all, through, bytes } = this.counted
    const done = this.counted.loaded + [...this.active].reduce((sum, job) => sum + job.loaded, 0)
    this.total.hidden = !all && !this.missing.size
    this.put('progress', bar => { bar.max = bytes || 1; bar.value = done })
    this.say('count', this.words.count, { done: figures.format(through), total: figures.format(all) })
    this.say('bytes', this.words.bytes, { done: mb(done), total: mb(bytes) })
    this.say('waiting', this.waiting.length ? this.words.waiting : '', { count: figures.format(this.waiting.length) })
    this.say('missing', this.missing.size ? this.words.missing : '', { count: figures.format(this.missing.size) })
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
    const cut = !navigator.onLine && !idle
    const span = Math.min(WINDOW, now - this.started) / 60_000
    this.say('rate', idle || !through ? '' : this.words.rate, { count: figures.format(Math.round(this.sent.length / span)) })
    const moving = this.sent.reduce((sum, [, size]) => sum + size, 0) + [...this.active].reduce((sum, job) => sum + job.loaded, 0)
    const seconds = moving ? (left / moving) * span * 60 : 0
    const key = seconds < 60 ? 'left_seconds' : seconds < 5400 ? 'left_minutes' : 'left_hours'
    const count = Math.max(1, Math.round(seconds / { left_seconds: 1, left_minutes: 60, left_hours: 3600 }[key]))
    const text = this.stopped || (cut ? this.words.cut : idle ? this.words.finished : this.paused ? this.words.paused : moving ? this.words[key] : '')
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

for (const section of document.querySelectorAll('[data-drop]')) new Drop(section)
