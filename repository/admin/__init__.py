"""The workbench: Wagtail's admin over the reference data (agencies, people, roles, fonds, classes, plans). Records are not here."""
