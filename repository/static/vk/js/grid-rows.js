// What the table knows of its rows: what the server has, what was typed since, and both where somebody else wrote meanwhile.

import { cellsOf, put, textOf } from './grid-cells.js'

export class Rows {
  constructor(body, words) {
    this.body = body
    this.words = words
    this.known = new Map()
    this.past = []
    this.future = []
  }

  /** Take in rows that stand in the table; those it has already are left alone. Returns the new ones. */
  adopt(elements) {
    const fresh = []
    for (const element of elements) {
      if (this.known.has(element.dataset.id)) continue
      const base = Object.fromEntries(cellsOf(element).map(cell => [cell.dataset.f, cell.textContent]))
      const row = { id: element.dataset.id, element, revision: Number(element.dataset.revision), base, changes: {}, clash: null }
      this.known.set(row.id, row)
      fresh.push(row)
    }
    return fresh
  }

  of(cell) { return this.known.get(cell.closest('tr[data-id]').dataset.id) }

  cell(row, field) { return row.element.querySelector(`td[data-f="${field}"]`) }

  /** Write into a row what was typed; what is the server's again is no change. */
  write(row, field, text) {
    if (text === row.base[field]) delete row.changes[field]
    else row.changes[field] = text
    const cell = this.cell(row, field)
    put(cell, text)
    cell.classList.toggle('is-unsaved', field in row.changes)
  }

  /** Remember changes [{row, field, before, after}] as one step. */
  remember(changes) {
    this.past.push(changes)
    this.future = []
  }

  back() { return this.shift(this.past, this.future) }

  again() { return this.shift(this.future, this.past) }

  /** Take the last step off one pile and lay it, turned round, on the other; returns what to write, as [[row, field, text]]. */
  shift(from, onto) {
    const turned = (from.pop() ?? []).map(one => ({ ...one, before: one.after, after: one.before })).reverse()
    if (turned.length) onto.push(turned)
    return turned.map(one => [one.row, one.field, one.after])
  }

  /** The server's row as it is now; what was typed while it was on its way stays. */
  saved(row, told, sent) {
    row.revision = told.revision
    for (const [field, cell] of Object.entries(told.cells)) {
      row.base[field] = cell.text
      if (field in row.changes && (row.changes[field] === sent?.changes[field] || row.changes[field] === cell.text)) delete row.changes[field]
      this.dress(row, field, cell)
    }
    this.head(row, told)
  }

  dress(row, field, { text, state, note }) {
    const cell = this.cell(row, field)
    for (const name of ['guess', 'bad']) cell.classList.toggle(`is-${name}`, name === state)
    cell.classList.toggle('is-unsaved', field in row.changes)
    cell.title = note ?? ''
    if (!cell.querySelector('.vk-cell')) put(cell, row.changes[field] ?? text)
  }

  head(row, told) {
    row.element.dataset.in = told.group
    const why = row.element.querySelector('[data-why]')
    why.textContent = told.why || told.state
    why.hidden = !why.textContent
    why.classList.toggle('vk-pass', Boolean(told.state))
  }

  /** Somebody else saved: what only she changed is taken, what only I changed stays mine, what both changed is asked. Returns the fields to ask. */
  meet(row, told) {
    const asked = []
    row.revision = told.revision
    for (const [field, cell] of Object.entries(told.cells)) {
      const changed = cell.text !== row.base[field]
      row.base[field] = cell.text
      if (field in row.changes && row.changes[field] === cell.text) delete row.changes[field]
      if (field in row.changes && changed) asked.push(field)
      else this.dress(row, field, cell)
    }
    return asked
  }

  /** Show both values and let the person choose; `chosen` is called when nothing is left to choose. */
  ask(row, fields, labels, chosen) {
    row.clash = new Set(fields)
    const box = document.createElement('span')
    box.className = 'vk-clash'
    box.setAttribute('role', 'alert')
    for (const field of fields) {
      const line = document.createElement('span')
      line.textContent = fill(this.words.conflict, { field: labels[field], theirs: row.base[field] || this.words.empty, mine: row.changes[field] || this.words.empty })
      const settle = keep => {
        if (!keep) this.write(row, field, row.base[field])
        this.cell(row, field).classList.remove('is-conflict')
        line.remove()
        row.clash.delete(field)
        if (row.clash.size) return
        row.clash = null
        box.remove()
        chosen()
      }
      for (const [word, keep] of [['mine', true], ['theirs', false]]) {
        const button = document.createElement('button')
        button.type = 'button'
        button.className = 'vk-btn'
        button.dataset[word] = field
        button.textContent = this.words[word]
        button.addEventListener('click', () => settle(keep))
        line.append(' ', button)
      }
      this.cell(row, field).classList.add('is-conflict')
      box.append(line)
    }
    row.element.querySelector('.vk-clash')?.remove()
    row.element.querySelector('th').append(box)
  }

  wrong(row, errors) {
    for (const [field, message] of Object.entries(errors)) {
      const cell = this.cell(row, field)
      cell.classList.add('is-bad')
      cell.title = message
    }
    const why = row.element.querySelector('[data-why]')
    why.textContent = Object.values(errors).join(' ')
    why.hidden = false
  }

  text(cell) { return textOf(cell) }
}

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
