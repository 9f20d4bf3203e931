// The tray asks how the tasks are doing: often while one runs, seldom else, never while nobody looks at the page.
const OFTEN = 2000
const SELDOM = 15000
const tray = document.querySelector('#vk-tray[hx-get]')
let timer = 0
let wasOpen = false
let focused = ''

function plan() {
  clearTimeout(timer)
  if (document.hidden) return
  timer = setTimeout(ask, tray.querySelector('[data-running]') ? OFTEN : SELDOM)
}

function ask() {
  document.body.dispatchEvent(new CustomEvent('jobs'))
  plan()
}

// The fragment comes fresh: what was open stays open, and the keyboard stays where it was.
function before() {
  const active = document.activeElement
  wasOpen = tray.querySelector('[data-tray]')?.open ?? false
  focused = tray.contains(active) ? String([...tray.querySelectorAll('summary, a, button')].indexOf(active)) : ''
}

function after() {
  const details = tray.querySelector('[data-tray]')
  if (details) details.open = wasOpen
  if (focused) (tray.querySelectorAll('summary, a, button')[Number(focused)] ?? tray.querySelector('summary'))?.focus()
  plan()
}

if (tray) {
  document.addEventListener('htmx:beforeSwap', event => event.detail.target === tray && before())
  document.addEventListener('htmx:afterSwap', event => event.detail.target === tray && after())
  document.addEventListener('visibilitychange', () => document.hidden ? clearTimeout(timer) : ask())
  plan()
}
