"""Every page photographed, as each role, in both languages, wide and narrow, light and dark: `python -m scripts.screens`."""
