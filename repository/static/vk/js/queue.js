// The files that wait, kept in this browser (IndexedDB) until the server has them: a closed tab or laptop goes on where it was.
//
// A row: {id, url, key, path, size, file, at, done}. Where the browser's room does not hold the bytes, `file` is null: then the
// same folder is asked for again, and what is in is skipped. `done` rows stay, without bytes, until the whole of the list is in.

const NAME = 'vk-queue'
const STORE = 'files'
const SHARE = 0.8
const AT_ONCE = 100
const KEPT = 30 * 24 * 3600 * 1000

const answered = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(request.error)
})

const ended = transaction => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve()
  transaction.onabort = transaction.onerror = () => reject(transaction.error)
})

export const keyOf = (path, file) => `${path}\n${file.size}\n${file.lastModified}`

export class Queue {
  /** `url` names the list: files for one dossier, of one person. */
  constructor(url) {
    this.url = url
    this.opened = this.open().catch(() => null)
  }

  async open() {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { keyPath: 'id', autoIncrement: true }).createIndex('url', 'url')
    }
    return answered(request)
  }

  async store(mode) {
    const base = await this.opened
    return base?.transaction(STORE, mode, { durability: 'relaxed' }).objectStore(STORE)
  }

  /** Everything kept for this list, in the order it came; what is older than a month is thrown away first. */
  async all() {
    const store = await this.store('readonly')
    if (!store) return []
    const rows = await answered(store.index('url').getAll(this.url))
    const old = rows.filter(row => Date.now() - row.at > KEPT)
    if (old.length) await this.remove(old.map(row => row.id))
    return rows.filter(row => !old.includes(row))
  }

  async get(id) {
    const store = await this.store('readonly')
    return store ? answered(store.get(id)) : undefined
  }

  /** Keep jobs {path, file, key}; each gets its `id` and whether its bytes are `kept`. Without a store nothing is kept, and sending goes on. */
  async add(jobs) {
    let room = await this.room()
    for (let at = 0; at < jobs.length; at += AT_ONCE) {
      const some = jobs.slice(at, at + AT_ONCE)
      try {
        room = await this.put(some, room)
      } catch {
        // The estimate was wrong: names cost next to nothing.
        await this.put(some, 0).catch(() => {})
        room = 0
      }
    }
  }

  async put(jobs, room) {
    const store = await this.store('readwrite')
    if (!store) return 0
    let left = room
    const made = jobs.map(job => {
      const fits = job.file.size < left
      if (fits) left -= job.file.size
      const row = { url: this.url, key: job.key, path: job.path, size: job.file.size, file: fits ? job.file : null, at: Date.now(), done: false }
      if (job.id) row.id = job.id
      return [job, fits, answered(store.put(row))]
    })
    await ended(store.transaction)
    for (const [job, fits, request] of made) Object.assign(job, { id: await request, kept: fits })
    return left
  }

  /** Bytes that may still be kept. */
  async room() {
    // Without HTTPS the browser does not say; then it is tried until it refuses.
    const { quota = Infinity, usage = 0 } = await navigator.storage?.estimate() ?? {}
    return quota * SHARE - usage
  }

  /** The server has it: its bytes go, its name stays until the list is through. */
  async done(id) {
    if (!id) return
    const store = await this.store('readwrite')
    if (!store) return
    const row = await answered(store.get(id))
    if (row) store.put({ ...row, file: null, done: true })
    await ended(store.transaction)
  }

  async remove(ids) {
    const store = await this.store('readwrite')
    if (!store) return
    for (const id of ids.filter(Boolean)) store.delete(id)
    await ended(store.transaction)
  }
}

/** Run the work only if no other tab is at the same; false where one is. */
export async function alone(name, work) {
  if (!navigator.locks) {
    await work()
    return true
  }
  return navigator.locks.request(name, { ifAvailable: true }, async lock => {
    if (!lock) return false
    await work()
    return true
  })
}
