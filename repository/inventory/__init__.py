"""The inventory of a dossier (mục lục văn bản) as a table: read from Excel, matched with the documents, applied to them, and written."""
