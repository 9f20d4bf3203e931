// What was dropped or chosen, as [path, File]; folders are walked to the bottom.

const SYSTEM_FILES = new Set(['.ds_store', 'thumbs.db', 'desktop.ini'])

export const isSystemFile = file => SYSTEM_FILES.has(file.name.toLowerCase())

export const chosenFiles = input => [...input.files].map(file => [file.webkitRelativePath || file.name, file])

export async function filesOf(transfer) {
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean)
  if (!entries.length) return [...transfer.files].map(file => [file.name, file])
  const found = []
  const walk = async entry => {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject))
      found.push([entry.fullPath.replace(/^\//, ''), file])
      return
    }
    const reader = entry.createReader()
    // readEntries hands out a hundred at a time, and an empty list at the end.
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))
      if (!some.length) return
      for (const one of some) await walk(one)
    }
  }
  for (const entry of entries) await walk(entry)
  return found
}
