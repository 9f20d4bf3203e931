"""Lists: declared columns, filters and sorts over what a person may see; the same declaration serves page, bulk act and export."""
