// Documents of a dossier in order: dragged by the pointer, or lifted and moved by keys. What moves is seen at once and saved behind;
// it goes back where saving failed, and Ctrl+Z (or the toast) undoes it. Without script the rows have buttons that do the same.
const body = document.getElementById('documents')
const words = JSON.parse(document.getElementById('vk-order-words')?.textContent ?? '{}')
const voice = document.getElementById('vk-order-says')
const undone = []
const EDGE = 72
const PAGE = 10
let lifted = null
let saving = Promise.resolve()

const say = (text, places = {}) => {
  const said = text.replace(/\{(\w+)\}/g, (_, name) => places[name] ?? '')
  if (voice) voice.textContent = said
  return said
}
const rows = () => [...body.querySelectorAll('tr[data-document]')]
const numberOf = row => Number(row.dataset.number)

function setNumber(row, number) {
  row.dataset.number = number
  row.querySelector('[data-number-shown]').textContent = number
}

// The row stands at its new place already; figures follow. Returns the number it has now.
function renumber(row, was) {
  const before = row.previousElementSibling
  const after = row.nextElementSibling
  let number = was
  if (before && numberOf(before) > was) number = numberOf(before)
  else if (after && numberOf(after) < was) number = numberOf(after)
  if (number === was) return was
  const by = number < was ? 1 : -1
  for (const other of rows()) {
    const at = numberOf(other)
    if (other !== row && at >= Math.min(was, number) && at <= Math.max(was, number)) setNumber(other, at + by)
  }
  setNumber(row, number)
  return number
}

// Puts the row where that number belongs, among those that are on the page.
function place(row, number) {
  const was = numberOf(row)
  const others = rows().filter(other => other !== row)
  const next = others.find(other => number < was ? numberOf(other) >= number : numberOf(other) > number)
  body.insertBefore(row, next ?? null)
  renumber(row, was)
}

function orderIs(kind) {
  const button = document.querySelector('[data-by-hand]')
  if (button) button.hidden = kind !== 'hand'
}

async function send(fields) {
  const form = document.getElementById('vk-order')
  const data = new FormData(form)
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  const answer = await fetch(body.dataset.order, { method: 'POST', body: data, headers: { Accept: 'application/json' } })
  const said = await answer.json().catch(() => ({}))
  if (!answer.ok || answer.redirected) throw new Error(said.message ?? '')
  return said
}

function save(row, from, to, { forgets = false } = {}) {
  const id = row.dataset.document
  const byDate = forgets && !undone.length && body.dataset.was === 'date'
  orderIs(byDate ? 'date' : 'hand')
  body.setAttribute('aria-busy', 'true')
  saving = saving.then(() => send(byDate ? {} : { document: id, number: to, was: from })).then(
    () => {
      document.body.dispatchEvent(new CustomEvent('changed'))
      return true
    },
    error => {
      // What stood on the screen is not what is saved: later moves that waited for this one would be wrong as well.
      undone.length = 0
      place(row, from)
      toast(error.message || words.failed, { failed: true })
      say(error.message || words.failed)
      return false
    }
  ).finally(() => body.removeAttribute('aria-busy'))
}

function moved(row, from) {
  const to = renumber(row, from)
  if (to === from) return
  undone.push({ row, from, to })
  save(row, from, to)
  toast(say(words.put, { from, to }), { undo: true })
}

function undo() {
  const last = undone.pop()
  if (!last) return false
  const { row, from } = last
  const at = numberOf(row)
  place(row, from)
  save(row, at, from, { forgets: true })
  document.querySelector('.vk-toast[data-order]')?.remove()
  say(words.undone, { number: from })
  row.querySelector('[data-drag]')?.focus()
  return true
}

function toast(text, { undo: undoes = false, failed = false } = {}) {
  let shelf = document.querySelector('.vk-toasts')
  if (!shelf) {
    shelf = document.createElement('div')
    shelf.className = 'vk-toasts'
    document.getElementById('main').after(shelf)
  }
  shelf.querySelector('[data-order]')?.remove()
  const shown = document.createElement('div')
  shown.className = `vk-toast${failed ? ' vk-toast--fail' : ''}`
  shown.dataset.order = ''
  const said = document.createElement('p')
  said.textContent = text
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = undoes ? words.undo : words.close
  button.addEventListener('click', () => (undoes ? undo() : shown.remove()))
  shown.append(said, button)
  shelf.append(shown)
  if (!failed) setTimeout(() => shown.remove(), 10000)
}

function lift(row, byKey) {
  lifted = { row, from: numberOf(row), next: row.nextElementSibling, byKey }
  row.classList.add('is-lifted')
  row.querySelector('[data-drag]').setAttribute('aria-pressed', 'true')
  if (byKey) say(words.lifted, { number: lifted.from })
}

function drop(back = false) {
  if (!lifted) return
  const { row, from, next } = lifted
  lifted = null
  row.classList.remove('is-lifted')
  row.querySelector('[data-drag]').setAttribute('aria-pressed', 'false')
  if (back) {
    body.insertBefore(row, next)
    say(words.back, { number: from })
  } else moved(row, from)
}

// ── keys ──
function step(by) {
  const all = rows()
  const at = all.indexOf(lifted.row)
  const to = Math.min(all.length - 1, Math.max(0, at + by))
  if (to === at) return
  const others = all.filter(row => row !== lifted.row)
  const handle = lifted.row.querySelector('[data-drag]')
  lifted.moving = true
  body.insertBefore(lifted.row, others[to] ?? null)
  handle.focus({ preventScroll: true })
  lifted.moving = false
  lifted.row.scrollIntoView({ block: 'nearest' })
  say(words.at, { number: numberOf(all[to]), total: body.dataset.total })
}

const STEPS = { ArrowUp: -1, ArrowDown: 1, PageUp: -PAGE, PageDown: PAGE, Home: -Infinity, End: Infinity }

function pressed(event) {
  const handle = event.target.closest?.('[data-drag]')
  if (handle && (event.key === ' ' || event.key === 'Enter')) {
    event.preventDefault()
    if (lifted) drop()
    else lift(handle.closest('tr'), true)
  } else if (lifted && event.key === 'Escape') {
    event.preventDefault()
    drop(true)
  } else if (lifted?.byKey && event.key in STEPS) {
    event.preventDefault()
    step(STEPS[event.key])
  }
}

// ── pointer ──
function grabbed(event) {
  const handle = event.target.closest('[data-drag]')
  if (!handle || event.button !== 0) return
  event.preventDefault()
  handle.focus({ preventScroll: true })
  if (lifted) drop()
  lift(handle.closest('tr'), false)
  lifted.pointer = event.pointerId
}

function dragged(event) {
  if (lifted?.pointer !== event.pointerId) return
  lifted.y = event.clientY
  follow()
  if (!lifted.scrolling) scrollAtEdge()
}

function follow() {
  const { row, y } = lifted
  const others = rows().filter(other => other !== row)
  const next = others.find(other => {
    const box = other.getBoundingClientRect()
    return y < box.top + box.height / 2
  })
  if (next !== row.nextElementSibling || (!next && row.nextElementSibling)) body.insertBefore(row, next ?? null)
}

function scrollAtEdge() {
  if (!lifted || lifted.y === undefined) return
  const { y } = lifted
  const by = y < EDGE ? y - EDGE : y > innerHeight - EDGE ? y - innerHeight + EDGE : 0
  lifted.scrolling = Boolean(by)
  if (!by) return
  scrollBy(0, by / 4)
  follow()
  requestAnimationFrame(scrollAtEdge)
}

function released(event) {
  if (lifted?.pointer === event.pointerId) drop(event.type === 'pointercancel')
}

if (body?.dataset.order) {
  addEventListener('keydown', event => {
    if (event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.target.closest?.('input, textarea, select')) {
      if (undo()) event.preventDefault()
    } else pressed(event)
  })
  body.addEventListener('pointerdown', grabbed)
  addEventListener('pointermove', dragged)
  addEventListener('pointerup', released)
  addEventListener('pointercancel', released)
  // Who walks away from a lifted row has put it back, not down.
  body.addEventListener('focusout', event => {
    if (lifted?.byKey && !lifted.moving && event.target.closest('tr') === lifted.row) drop(true)
  })
  addEventListener('beforeunload', event => { if (body.getAttribute('aria-busy') === 'true') event.preventDefault() })
}
