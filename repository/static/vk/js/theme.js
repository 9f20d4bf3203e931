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
  show()
}

for (const button of buttons) button.addEventListener('click', () => choose(button.dataset.themeSet))
for (const hidden of document.querySelectorAll('[data-needs-script]')) hidden.hidden = false
show()
