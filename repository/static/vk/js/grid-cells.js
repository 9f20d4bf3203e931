// Cells of the intake table: which stands where, how a block is picked, copied and pasted. No state of its own but the table's.

export const rowsOf = body => [...body.querySelectorAll(':scope > tr[data-id]')]
export const cellsOf = row => [...row.querySelectorAll(':scope > td[data-f]')]
export const rowOf = cell => cell.closest('tr[data-id]')

/** What the cell says, also while it is being edited. */
export const textOf = cell => cell.querySelector('.vk-cell')?.value ?? cell.textContent

export function put(cell, text) {
  cell.textContent = text
  cell.classList.toggle('is-empty', !text && cell.classList.contains('is-bad'))
}

/** The cell so many rows and columns away, or the nearest there is. */
export function step(cell, down, right) {
  const row = rowOf(cell)
  const rows = rowsOf(row.parentElement)
  const next = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(row) + down))]
  const across = cellsOf(row)
  const at = across.indexOf(cell) + right
  return cellsOf(next)[Math.min(across.length - 1, Math.max(0, at))]
}

/** The cells of the block between two, row by row. */
export function block(from, to) {
  const rows = rowsOf(rowOf(from).parentElement)
  const [top, bottom] = [rows.indexOf(rowOf(from)), rows.indexOf(rowOf(to))].sort((a, b) => a - b)
  const [left, right] = [from, to].map(cell => cellsOf(rowOf(cell)).indexOf(cell)).sort((a, b) => a - b)
  return rows.slice(top, bottom + 1).map(row => cellsOf(row).slice(left, right + 1))
}

export const asTable = cells => cells.map(row => row.map(cell => quoted(textOf(cell))).join('\t')).join('\n')

const quoted = text => /[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

/** What a spreadsheet puts on the clipboard: tabs, line ends, and quotes around what holds them. */
export function parseTable(text) {
  const rows = [['']]
  let inside = false
  const given = text.replace(/\r\n?/g, '\n').replace(/\n$/, '')
  for (let at = 0; at < given.length; at += 1) {
    const letter = given[at]
    const row = rows.at(-1)
    if (inside && letter === '"' && given[at + 1] === '"') {
      row[row.length - 1] += '"'
      at += 1
    } else if (letter === '"' && (inside || row.at(-1) === '')) inside = !inside
    else if (letter === '\t' && !inside) row.push('')
    else if (letter === '\n' && !inside) rows.push([''])
    else row[row.length - 1] += letter
  }
  return rows.map(row => row.map(one => one.replace(/\s+/g, ' ').trim()))
}
