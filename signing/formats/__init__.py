"""Signatures that are not in PDFs: CMS beside a file or around it, XML signatures, signed office packages."""
