"""The components of the design as template tags. docs/design-language.md lists them with what each one wants.

In a template of the workbench load this library after `wagtailadmin_tags`: both have a tag named `icon`.
"""

from repository.component_tags import blocks, forms, guide, parts, register, shapes, words

__all__ = ["blocks", "forms", "guide", "parts", "register", "shapes", "words"]
