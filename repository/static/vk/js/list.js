// Choosing rows of a list, over all its pages: some of them, or all that fit the filter but a few. What is chosen is kept
// for this window while the filter is the same. Without script the boxes of one page are a plain form.
let last = null

const list = () => document.getElementById('vk-list')
const boxes = root => [...root.querySelectorAll('input[name="pick"]')]
const keyOf = root => `vk-list:${root.dataset.list}:${root.dataset.filter}`
const figure = count => new Intl.NumberFormat(document.documentElement.lang).format(count)

function read(root) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(root))) ?? {}
    return { all: kept.all === true, ids: new Set(kept.ids), out: new Set(kept.out) }
  } catch {
    return { all: false, ids: new Set(), out: new Set() }
  }
}

function keep(root, chosen) {
  const { all, ids, out } = chosen
  if (!all && !ids.size) sessionStorage.removeItem(keyOf(root))
  else sessionStorage.setItem(keyOf(root), JSON.stringify({ all, ids: [...ids], out: [...out] }))
  show(root)
}

const has = (chosen, id) => chosen.all ? !chosen.out.has(id) : chosen.ids.has(id)

function put(chosen, id, on) {
  if (chosen.all) on ? chosen.out.delete(id) : chosen.out.add(id)
  else on ? chosen.ids.add(id) : chosen.ids.delete(id)
}

function show(root) {
  const form = root.querySelector('#vk-bulk-form')
  if (!form) return
  const chosen = read(root)
  const count = chosen.all ? Number(root.dataset.count) - chosen.out.size : chosen.ids.size
  let here = 0
  for (const box of boxes(root)) {
    box.checked = has(chosen, box.value)
    here += box.checked
    if (box.checked) box.closest('tr').setAttribute('aria-selected', 'true')
    else box.closest('tr').removeAttribute('aria-selected')
  }
  const page = root.querySelector('[data-pick-page]')
  page.hidden = false
  page.checked = here > 0 && here === boxes(root).length
  page.indeterminate = here > 0 && !page.checked
  for (const place of root.querySelectorAll('[data-chosen-count]')) place.textContent = chosen.all && 'more' in root.dataset ? `> ${figure(count - 1)}` : figure(count)
  root.querySelector('[data-chosen-note]').hidden = !count
  root.querySelector('[data-bulk]').hidden = !count
  const all = root.querySelector('[data-pick-all]')
  if (all) all.hidden = count >= Number(root.dataset.count)
  root.querySelector('[data-pick-none]').hidden = false
  form.elements.picked.value = chosen.all ? '' : [...chosen.ids].join(',')
  form.elements.left_out.value = [...chosen.out].join(',')
  form.elements.everything.value = chosen.all ? '1' : ''
}

// The box that was clicked, and with Shift all between it and the one before.
document.addEventListener('click', event => {
  const root = list()
  if (!root?.contains(event.target)) return
  const box = event.target.closest('input[name="pick"]')
  const chosen = read(root)
  if (box) {
    const all = boxes(root)
    const from = event.shiftKey && last ? all.findIndex(one => one.value === last) : -1
    const to = all.indexOf(box)
    const some = from < 0 ? [box] : all.slice(Math.min(from, to), Math.max(from, to) + 1)
    for (const one of some) put(chosen, one.value, box.checked)
    last = box.value
    keep(root, chosen)
  } else if (event.target.closest('[data-pick-page]')) {
    for (const one of boxes(root)) put(chosen, one.value, event.target.checked)
    keep(root, chosen)
  } else if (event.target.closest('[data-pick-all]')) {
    keep(root, { all: true, ids: new Set(), out: new Set() })
    root.querySelector('[data-pick-none]').focus()
  } else if (event.target.closest('[data-pick-none]')) {
    keep(root, { all: false, ids: new Set(), out: new Set() })
    root.querySelector('[data-pick-page]').focus()
  }
})

// Before the boxes of other pages are forgotten: what was sent is no longer chosen once the job has it.
document.addEventListener('submit', event => {
  const form = event.target
  if (form.dataset.forgets) sessionStorage.removeItem(form.dataset.forgets)
})

document.addEventListener('htmx:afterSettle', () => list() && show(list()))
// Back from another page the browser may show the page as it was.
addEventListener('pageshow', () => list() && show(list()))
if (list()) show(list())
