// Keys: "/" search, "g" then a letter goes, "?" tells them all; j, k, Enter, 1…9, x in lists.
// Single letters can be switched off (WCAG 2.1.4); the choice is kept in this browser, and with the account.
import { keep } from './theme.js'

const OFF = 'vk-keys-off'
const PAUSE = 1200
let waitingForPlace = 0

const TYPED = 'input:not([type="checkbox"], [type="radio"], [type="file"], [type="submit"]), textarea, select, [contenteditable], [role="grid"]'
const writing = target => target.closest?.(TYPED)
const toggle = document.getElementById('vk-keys-letters')
const lettersOff = () => (toggle?.dataset.kept || localStorage.getItem(OFF)) === 'yes'

function focusSearch() {
  const fields = [...document.querySelectorAll('[role="search"] input[type="search"]')]
  const field = fields.find(one => one.offsetParent) ?? fields[0]
  field?.focus()
  field?.select()
  return Boolean(field)
}

// The overlay tells what works on this page: a group stands there while what it needs does, and a page brings keys of its own
// in <dl data-keys="What they are for" hidden>.
function showKeys() {
  const dialog = document.getElementById('vk-keys')
  if (!dialog) return false
  for (const group of dialog.querySelectorAll('[data-needs]')) group.hidden = !document.querySelector(group.dataset.needs)
  for (const own of document.querySelectorAll('dl[data-keys]')) {
    const group = document.createElement('section')
    const title = document.createElement('h3')
    title.className = 'vk-h3'
    title.textContent = own.dataset.keys
    own.hidden = false
    own.classList.add('vk-keylist')
    own.removeAttribute('data-keys')
    group.append(title, own)
    dialog.querySelector('.vk-keygroups').prepend(group)
  }
  if (!dialog.open) dialog.showModal()
  return true
}

function goTo(letter) {
  const place = document.querySelector(`[data-go="${CSS.escape(letter)}"]`)
  place?.click()
  return Boolean(place)
}

const rows = () => [...document.querySelectorAll('[data-row]')]
const here = () => document.querySelector('[data-row].is-here')

function step(by) {
  const all = rows()
  if (!all.length) return false
  const at = all.indexOf(here())
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))]
  here()?.classList.remove('is-here')
  next.classList.add('is-here')
  const link = next.querySelector('[data-row-link]') ?? next.querySelector('a')
  link?.focus({ preventScroll: true })
  next.scrollIntoView({ block: 'nearest' })
  return true
}

function openPage(number) {
  const pages = here()?.querySelectorAll('[data-page-hit]')
  pages?.[number - 1]?.click()
  return Boolean(pages?.[number - 1])
}

function choose() {
  const box = here()?.querySelector('input[type="checkbox"]')
  box?.click()
  return Boolean(box)
}

function press(key) {
  if (waitingForPlace && !lettersOff()) {
    waitingForPlace = clearTimeout(waitingForPlace) ?? 0
    return goTo(key)
  }
  if (key === '/') return focusSearch()
  if (key === '?') return showKeys()
  if (lettersOff()) return false
  if (key === 'g') {
    waitingForPlace = setTimeout(() => { waitingForPlace = 0 }, PAUSE)
    return true
  }
  if (key === 'j') return step(1)
  if (key === 'k') return step(-1)
  if (key === 'x') return choose()
  if (/^[1-9]$/.test(key)) return openPage(Number(key))
  return false
}

addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writing(event.target)) return
  if (document.querySelector('dialog:modal')) return
  if (press(event.key)) event.preventDefault()
})

for (const opener of document.querySelectorAll('[data-dialog="vk-keys"]')) opener.addEventListener('click', showKeys)

if (toggle) {
  toggle.checked = !lettersOff()
  toggle.addEventListener('change', () => {
    const off = toggle.checked ? 'no' : 'yes'
    if (toggle.dataset.kept) toggle.dataset.kept = off
    localStorage.setItem(OFF, off)
    keep('letters', toggle.checked ? 'on' : 'off')
  })
}
