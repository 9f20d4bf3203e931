// The frame of a page: menus close, toasts close, dialogues open, htmx says that it is busy.
import './tray.js'

if (document.querySelector('form.vk-search')) import('./suggest.js')

function closeMenus(except) {
  for (const menu of document.querySelectorAll('details.vk-pop[open]')) if (menu !== except) menu.open = false
}

addEventListener('click', event => {
  closeMenus(event.target.closest('details.vk-pop'))

  const opener = event.target.closest('[data-dialog]')
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog)
    if (dialog && !dialog.open) {
      event.preventDefault()
      dialog.showModal()
    }
  }
  if (event.target.closest('[data-close]')) {
    const dialog = event.target.closest('dialog')
    if (dialog) {
      event.preventDefault()
      dialog.close()
    } else event.target.closest('.vk-toast, .vk-notice')?.remove()
  }
})

addEventListener('keydown', event => {
  if (event.key !== 'Escape') return
  const open = document.querySelector('details.vk-pop[open]')
  if (!open) return
  open.open = false
  open.querySelector('summary').focus()
})

// What went well says so and goes; what went wrong stays until it is closed.
for (const toast of document.querySelectorAll('.vk-toast[data-passing]')) setTimeout(() => toast.remove(), 8000)

// A confirmation typed by hand opens its button only when it says the word.
addEventListener('input', event => {
  const field = event.target
  if (!field.dataset?.mustBe) return
  const button = field.closest('form')?.querySelector('[data-armed]')
  if (button) button.disabled = field.value.trim() !== field.dataset.mustBe
})

// A form sends once: a second press of an impatient finger does nothing.
addEventListener('submit', event => {
  const form = event.target
  if (event.defaultPrevented || form.method !== 'post') return
  if (form.dataset.sent) {
    event.preventDefault()
    return
  }
  form.dataset.sent = 'yes'
  setTimeout(() => delete form.dataset.sent, 4000)
})

for (const [name, busy] of [['htmx:beforeRequest', 'true'], ['htmx:afterRequest', 'false']]) {
  document.addEventListener(name, event => event.detail.target?.setAttribute('aria-busy', busy))
}
