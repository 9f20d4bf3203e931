// Reading a document: what the keys and the tools above the pages do. Pages, letters, found places and sizes are modules of their own.
import { Hits } from './viewer-hits.js'
import { Pages } from './viewer-pages.js'
import { Size } from './viewer-size.js'

const desk = document.querySelector('[data-viewer]')
const TYPED = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]'
// keys.js says by this box whether letters are keys for this person.
const lettersOff = () => document.getElementById('vk-keys-letters')?.checked === false

function start() {
  const pages = desk.dataset.sizes ? new Pages(desk) : null
  const size = pages && new Size(desk, pages)
  const hits = new Hits(desk, pages)

  const acts = {
    'previous-page': () => pages?.go(pages.current - 1),
    'next-page': () => pages?.go(pages.current + 1),
    'previous-hit': () => hits.step(-1),
    'next-hit': () => hits.step(1),
    smaller: () => size?.step(-1),
    larger: () => size?.step(1),
    whole: () => size?.set(1),
    'fit-width': () => size?.fit('width'),
    'fit-page': () => size?.fit('page'),
    rotate: () => size?.turn(),
    print: () => print(),
  }
  const letters = { n: 'next-hit', p: 'previous-hit', '+': 'larger', '=': 'larger', '-': 'smaller', 0: 'whole', r: 'rotate' }

  for (const part of desk.querySelectorAll('[data-live]')) part.hidden = false
  for (const part of desk.querySelectorAll('[data-still]')) part.remove()

  desk.addEventListener('click', event => {
    const act = event.target.closest('[data-do]')?.dataset.do
    if (act) acts[act]()
  })

  desk.querySelector('[data-jump]')?.addEventListener('submit', event => {
    event.preventDefault()
    const field = event.target.elements.page
    const wanted = Number.parseInt(field.value, 10)
    if (wanted) pages.go(wanted)
    field.value = pages.current
  })

  addEventListener('keydown', event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (event.target.closest?.(TYPED) || document.querySelector('dialog:modal')) return
    let act = lettersOff() ? undefined : letters[event.key]
    // Arrows scroll a page that is wider than the desk; else they turn pages.
    const wide = desk.scrollWidth > desk.clientWidth + 1
    if (!wide && !event.shiftKey) act ??= { ArrowLeft: 'previous-page', ArrowRight: 'next-page' }[event.key]
    if (!act || (!pages && act.endsWith('-page'))) return
    event.preventDefault()
    acts[act]()
  })

  pages?.begin()
  hits.begin()
}

if (desk) start()
