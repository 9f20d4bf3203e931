// Wagtail's own pages write their theme into <html> from an account setting that we do not use: ours is in the cookie of theme.js.
// Not a module: it must have run before anything is painted.
{
  const chosen = /(?:^|; )theme=(light|dark)/.exec(document.cookie)?.[1]
  if (chosen) {
    document.documentElement.classList.remove('w-theme-system', 'w-theme-light', 'w-theme-dark')
    document.documentElement.classList.add(`w-theme-${chosen}`)
  }
}
