// Theme: the system's, light or dark. A cookie, so that the server writes data-theme and no page flashes.
const root = document.documentElement
const buttons = document.querySelectorAll('[data-theme-set]')

function chosen() {
  return root.dataset.theme ?? 'system'
}

function show() {
  for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.themeSet === chosen()))
}

function choose(theme) {
  if (theme === 'system') delete root.dataset.theme
  else root.dataset.theme = theme
  const year = 365 * 24 * 3600
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  document.cookie = `theme=${theme}; Path=/; Max-Age=${theme === 'system' ? 0 : year}; SameSite=Lax${secure}`
  keep('theme', theme)
  show()
}

// Who is signed in finds her choice again on every screen: the menu says where it is kept.
export function keep(name, value) {
  const address = document.querySelector('[data-keep]')?.dataset.keep
  const token = document.querySelector('[name=csrfmiddlewaretoken]')?.value
  if (address && token) fetch(address, { method: 'POST', headers: { 'X-CSRFToken': token }, body: new URLSearchParams({ [name]: value }) })
}

for (const button of buttons) button.addEventListener('click', () => choose(button.dataset.themeSet))
for (const hidden of document.querySelectorAll('[data-needs-script]')) hidden.hidden = false
show()
