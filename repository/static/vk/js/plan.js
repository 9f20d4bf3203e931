// The file plan by keyboard, as in a tree: up and down through what is shown, right opens and goes in, left closes and goes out.
const shown = tree => [...tree.querySelectorAll('[data-plan-row]')].filter(row => !row.closest('details:not([open])'))
const branch = row => row.closest('li')?.querySelector(':scope > details')

function goIn(row) {
  const below = branch(row)
  if (!below) return
  if (!below.open) below.open = true
  else below.querySelector('[data-plan-row]')?.focus()
}

function goOut(row) {
  const below = branch(row)
  if (below?.open) below.open = false
  else row.closest('ul')?.closest('li')?.querySelector('[data-plan-row]')?.focus()
}

function step(tree, row, by) {
  const all = shown(tree)
  all[Math.min(all.length - 1, Math.max(0, all.indexOf(row) + by))]?.focus()
}

const KEYS = {
  ArrowDown: (tree, row) => step(tree, row, 1),
  ArrowUp: (tree, row) => step(tree, row, -1),
  ArrowRight: (_, row) => goIn(row),
  ArrowLeft: (_, row) => goOut(row),
  Home: (tree, row) => step(tree, row, -Infinity),
  End: (tree, row) => step(tree, row, Infinity),
}

addEventListener('keydown', event => {
  const row = event.target.closest?.('[data-plan-row]')
  const act = KEYS[event.key]
  if (!row || !act || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  act(row.closest('[data-plan-tree]'), row)
})
