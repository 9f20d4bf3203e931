// The intake table: edited like a spreadsheet, by keys alone where one likes; rows are saved one by one (grid-saver.js).

import { asTable, block, cellsOf, parseTable, rowOf, rowsOf, step } from './grid-cells.js'
import { Rows, fill } from './grid-rows.js'
import { Saver } from './grid-saver.js'
import { Slip } from './grid-slip.js'

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-12, 0], PageDown: [12, 0] }
const ALL = 1e6
const PAUSE = 3000
const figures = new Intl.NumberFormat(document.documentElement.lang || 'vi')

class Grid {
  constructor(frame) {
    this.frame = frame
    this.body = frame.querySelector('tbody')
    this.words = JSON.parse(frame.querySelector('script[type="application/json"]').textContent)
    this.labels = Object.fromEntries([...frame.querySelectorAll('th[data-field]')].map(th => [th.dataset.field, th.textContent]))
    this.editable = 'editable' in frame.dataset
    this.rows = new Rows(this.body, this.words)
    this.slip = new Slip(frame.querySelector('[popover]'))
    this.saver = new Saver({
      url: frame.dataset.saveUrl,
      key: frame.dataset.key,
      token: frame.querySelector('[name="csrfmiddlewaretoken"]').value,
      told: (answer, sent) => this.told(answer, sent),
      said: (state, count) => this.said(state, count),
    })
    // The next rows come before the last one is reached; without script the link is a button.
    this.watcher = new IntersectionObserver(seen => {
      for (const one of seen) if (one.isIntersecting) this.more(one.target)
    }, { rootMargin: '600px' })
    this.adopt()
    this.listen()
    frame.classList.add('is-live')
  }

  /** Rows that came: what was typed into them before and never saved is put back. */
  adopt() {
    const kept = this.saver.kept()
    let restored = 0
    for (const row of this.rows.adopt(rowsOf(this.body))) {
      const draft = kept[row.id]
      if (!draft || !this.editable) continue
      // The server is asked with the revision she saw: what somebody else wrote meanwhile is told.
      const served = { ...row.base }
      Object.assign(row, { revision: draft.revision, base: { ...served, ...draft.base } })
      for (const [field, text] of Object.entries(draft.changes)) this.rows.write(row, field, text)
      this.saver.add(row)
      restored += 1
    }
    if (!this.at) {
      this.at = this.anchor = this.body.querySelector('td[data-f]')
      if (this.at) this.at.tabIndex = 0
    }
    for (const link of this.body.querySelectorAll('a[data-after]')) this.watcher.observe(link)
    if (restored) this.say(fill(this.words.restored, { count: figures.format(restored) }))
  }

  listen() {
    this.body.addEventListener('keydown', event => this.key(event))
    this.body.addEventListener('mousedown', event => {
      const cell = event.target.closest('td[data-f]')
      if (!cell || cell.querySelector('.vk-cell') || event.button) return
      event.preventDefault()
      this.go(cell, event.shiftKey)
    })
    this.body.addEventListener('focusin', event => {
      if (event.target.matches('td[data-f]') && event.target !== this.at) this.go(event.target)
    })
    this.body.addEventListener('dblclick', event => {
      const cell = event.target.closest('td[data-f]')
      if (cell) this.edit(cell)
    })
    this.body.addEventListener('mouseover', event => {
      const cell = event.target.closest('td[data-f]')
      if (cell && !cell.querySelector('.vk-cell')) this.slip.soon(cell)
      else this.slip.hideSoon()
    })
    this.body.addEventListener('mouseleave', () => this.slip.hideSoon())
    this.body.addEventListener('copy', event => this.copy(event))
    this.body.addEventListener('cut', event => {
      this.copy(event)
      if (!event.target.closest('.vk-cell')) this.change(this.picked().flat().map(cell => [cell, '']))
    })
    this.body.addEventListener('paste', event => this.paste(event))
    this.body.addEventListener('click', event => {
      const more = event.target.closest('a[data-after]')
      if (!more) return
      event.preventDefault()
      this.more(more)
    })
    this.frame.addEventListener('change', event => {
      if (event.target.matches('[data-all]')) for (const box of this.boxes()) box.checked = event.target.checked
      if (event.target.matches('[data-all], [data-choose]')) this.chosen()
    })
    this.frame.querySelector('[data-bulk-set]').addEventListener('click', () => {
      const field = this.frame.querySelector('[data-bulk-field]').value
      const text = this.frame.querySelector('[data-bulk-value]').value.trim()
      this.change(this.boxes().filter(box => box.checked).map(box => [this.rows.cell(this.rows.of(box), field), text]))
    })
    this.frame.querySelector('[data-bulk-confirm]').addEventListener('click', () => {
      for (const box of this.boxes().filter(one => one.checked)) this.confirm(this.rows.of(box))
    })
    document.body.addEventListener('grid:stale', () => this.refreshSoon())
  }

  boxes() { return [...this.body.querySelectorAll('[data-choose]')] }

  chosen() {
    const boxes = this.boxes()
    const count = boxes.filter(box => box.checked).length
    for (const box of boxes) rowOf(box).setAttribute('aria-selected', String(box.checked))
    this.frame.querySelector('[data-grid-bulk]').hidden = !count || !this.editable
    this.frame.querySelector('[data-grid-chosen]').textContent = fill(this.words.chosen, { count: figures.format(count) })
  }

  /** The one cell that Tab reaches; with `stretch` the block from the anchor to it is picked. */
  go(cell, stretch = false) {
    if (!cell) return
    if (this.at) this.at.tabIndex = -1
    this.at = cell
    cell.tabIndex = 0
    if (!stretch) this.anchor = cell
    for (const one of this.body.querySelectorAll('.is-picked')) one.classList.remove('is-picked')
    if (stretch) for (const one of this.picked().flat()) one.classList.add('is-picked')
    this.slip.hide()
    cell.focus({ preventScroll: true })
    cell.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }

  picked() {
    const anchor = this.anchor?.isConnected ? this.anchor : this.at
    return block(anchor, this.at)
  }

  key(event) {
    const cell = event.target.closest('td[data-f]')
    if (!cell || event.isComposing || event.target.matches('.vk-cell')) return
    const mod = event.ctrlKey || event.metaKey
    const letter = event.key.toLowerCase()
    if (event.key in ARROWS) this.go(step(cell, ...ARROWS[event.key]), event.shiftKey)
    else if (event.key === 'Home') this.go(step(cell, mod ? -ALL : 0, -ALL), event.shiftKey)
    else if (event.key === 'End') this.go(step(cell, mod ? ALL : 0, ALL), event.shiftKey)
    else if (event.key === 'Escape') this.slip.hide()
    else if (event.key === ' ' && !mod) this.slip.open ? this.slip.hide() : this.slip.show(cell)
    else if (mod && event.key === 'Enter') this.confirm(this.rows.of(cell), true)
    else if (event.key === 'Enter' || event.key === 'F2') this.edit(cell)
    else if (event.key === 'Delete' || event.key === 'Backspace') this.change(this.picked().flat().map(one => [one, '']))
    else if (mod && letter === 'd') this.down()
    else if (mod && letter === 'z') this.travel(event.shiftKey ? this.rows.again() : this.rows.back())
    else if (mod && letter === 'y') this.travel(this.rows.again())
    else if (!mod && !event.altKey && event.key.length === 1) this.edit(cell, event.key)
    else return
    event.preventDefault()
  }

  /** A field in place of the cell's text. Enter goes down, Tab goes right, Escape leaves it as it was. */
  edit(cell, typed = null) {
    if (!this.editable || cell.querySelector('.vk-cell')) return
    this.slip.hide()
    const before = cell.textContent
    const field = document.createElement(cell.dataset.f === 'subject' ? 'textarea' : 'input')
    field.className = 'vk-cell'
    field.value = typed ?? before
    field.setAttribute('aria-label', this.labels[cell.dataset.f])
    if (cell.dataset.f === 'type_name') field.setAttribute('list', 'grid-types')
    cell.replaceChildren(field)
    cell.classList.add('is-edited')
    cell.classList.remove('is-empty')
    field.focus()
    if (typed === null) field.select()
    let left = false
    const leave = keep => {
      if (left) return
      left = true
      const text = field.value.replace(/\s+/g, ' ').trim()
      cell.classList.remove('is-edited')
      cell.textContent = before
      this.change([[cell, keep ? text : before]])
    }
    field.addEventListener('blur', () => leave(true))
    field.addEventListener('keydown', event => {
      if (event.isComposing) return
      const way = { Enter: [event.shiftKey ? -1 : 1, 0], Tab: [0, event.shiftKey ? -1 : 1] }[event.key]
      if (!way && event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      leave(event.key !== 'Escape')
      this.go(way ? step(cell, ...way) : cell)
    })
  }

  /** Write into cells, as one step that can be taken back. */
  change(pairs) {
    if (!this.editable) return
    const steps = []
    for (const [cell, text] of pairs) {
      const row = this.rows.of(cell)
      const before = cell.textContent
      if (before !== text) steps.push({ row, field: cell.dataset.f, before, after: text })
      this.rows.write(row, cell.dataset.f, text)
      if (before !== text) this.touched(row)
    }
    if (steps.length) this.rows.remember(steps)
  }

  travel(steps) {
    for (const [row, field, text] of steps) {
      this.rows.write(row, field, text)
      this.touched(row)
    }
    if (steps.length) this.go(this.rows.cell(steps.at(-1)[0], steps.at(-1)[1]))
  }

  touched(row) {
    this.saver.keep(row)
    this.slip.forget(row.id)
    this.saver.add(row)
  }

  down() {
    const cells = this.picked()
    const above = cells.length > 1 ? cells[0] : cells[0].map(cell => step(cell, -1, 0))
    const into = cells.length > 1 ? cells.slice(1) : cells
    this.change(into.flatMap(row => row.map((cell, column) => [cell, this.rows.text(above[column])])))
  }

  confirm(row, onward = false) {
    if (!this.editable) return
    row.confirm = true
    this.saver.add(row)
    if (onward) this.go(step(this.at, 1, 0))
  }

  copy(event) {
    if (event.target.closest?.('.vk-cell')) return
    event.clipboardData.setData('text/plain', asTable(this.picked()))
    event.preventDefault()
  }

  paste(event) {
    if (event.target.closest?.('.vk-cell') || !this.editable) return
    event.preventDefault()
    const table = parseTable(event.clipboardData.getData('text/plain'))
    const picked = this.picked()
    const start = picked[0][0]
    // One value goes into every picked cell, a block from the first one on, as far as there are cells.
    if (table.length === 1 && table[0].length === 1) return this.change(picked.flat().map(cell => [cell, table[0][0]]))
    const rows = rowsOf(this.body)
    const top = rows.indexOf(rowOf(start))
    const left = cellsOf(rowOf(start)).indexOf(start)
    this.change(table.flatMap((line, down) => {
      const into = rows[top + down] ? cellsOf(rows[top + down]) : []
      return line.map((text, right) => [into[left + right], text]).filter(([cell]) => cell)
    }))
  }

  /** What the server said of one row. */
  told(answer, sent) {
    const row = this.rows.known.get(answer.id)
    if (answer.saved) {
      row.confirm = row.confirm && !sent.confirm
      this.rows.saved(row, answer.row, sent)
      this.refreshSoon()
      if (Object.keys(row.changes).length) this.saver.add(row)
    } else if (answer.conflict) {
      const asked = this.rows.meet(row, answer.row)
      if (asked.length) this.rows.ask(row, asked, this.labels, () => this.settled(row))
      else this.settled(row)
    } else if (answer.errors) this.rows.wrong(row, answer.errors)
    else this.rows.wrong(row, { [cellsOf(row.element)[0].dataset.f]: answer.message })
    this.saver.keep(row)
    this.slip.forget(row.id)
  }

  settled(row) {
    this.saver.keep(row)
    if (Object.keys(row.changes).length || row.confirm) this.saver.add(row)
  }

  said(state, count) {
    if (!state) return
    const time = new Intl.DateTimeFormat(document.documentElement.lang || 'vi', { timeStyle: 'medium' }).format(new Date())
    this.say(fill(this.words[state], { time, count: figures.format(count) }))
  }

  say(text) { this.frame.querySelector('[data-grid-said]').textContent = text }

  async fetchRows(after) {
    const response = await fetch(`${this.frame.dataset.rowsUrl}?after=${encodeURIComponent(after)}`, { redirect: 'error' })
    if (!response.ok) return []
    const model = document.createElement('template')
    model.innerHTML = await response.text()
    return [...model.content.querySelectorAll('tr')]
  }

  async more(link) {
    this.watcher.unobserve(link)
    const rows = await this.fetchRows(link.dataset.after)
    if (rows.length) link.closest('tr').replaceWith(...rows.filter(row => !row.dataset.id || !this.rows.known.has(row.dataset.id)))
    this.adopt()
  }

  /** Documents that were read since: they join their groups, and nothing that stands here moves. */
  refreshSoon() {
    this.refreshing ??= setTimeout(async () => {
      await this.refresh().catch(() => {})
      this.refreshing = null
    }, PAUSE)
  }

  async refresh() {
    const rows = await this.fetchRows('')
    const fresh = rows.filter(row => row.dataset.id && !this.rows.known.has(row.dataset.id))
    for (const row of fresh) {
      const last = [...this.body.querySelectorAll(`tr[data-in="${row.dataset.in}"]`)].at(-1)
      const title = rows.find(one => one.dataset.group === row.dataset.in)
      if (last) last.after(row)
      else if (title) this.body.prepend(title, row)
    }
    for (const title of rows.filter(row => row.dataset.group)) {
      const shown = this.body.querySelector(`tr[data-group="${title.dataset.group}"] th`)
      if (shown) shown.textContent = title.textContent
    }
    this.count(rows.find(row => 'counts' in row.dataset))
    if (!fresh.length) return
    this.frame.hidden = false
    document.querySelector('[data-grid-empty]')?.remove()
    this.adopt()
    this.say(fill(this.words.fresh, { count: figures.format(fresh.length) }))
  }

  count(row) {
    if (!row) return
    document.querySelector('[data-grid-counts]')?.replaceChildren(...row.querySelector('[data-line]').childNodes)
    const form = document.querySelector('[data-grid-sure]')
    if (form) {
      form.hidden = !Number(row.dataset.certain)
      form.querySelector('button').textContent = row.querySelector('[data-button]').textContent
    }
  }
}

for (const frame of document.querySelectorAll('[data-grid]')) new Grid(frame)
