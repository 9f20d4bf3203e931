"""The sentences of signatures that are not in PDFs; `signing.validation.wording` renders them with its own."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    # What is signed
    "signs_file": _("it signs the file %(name)s, whose SHA-256 is %(sha256)s"),
    "signs_enclosed": _("it signs the file that it encloses, whose SHA-256 is %(sha256)s"),
    "signs_document": _("it signs the whole XML document"),
    "signs_parts": _("it signs these parts: %(parts)s"),
    "signs_elsewhere": _("it signs what lies outside this file: %(parts)s"),
    "signs_package": _("it signs %(count)s parts of the package"),
    "signs_only_parts": _("intact for what it signs, which is not the whole file; not signed: %(parts)s"),
    "properties_not_signed": _("not signed, as usual for this format: %(parts)s"),
    "counter_signature": _("a counter-signature over the signature of %(name)s"),
    "counter_signature_unknown": _("a counter-signature; what it signs cannot be told"),
    "one_of_several": _("one of %(count)s signers in the same signature file"),
    "archive_stamp_not_read": _("it holds an archive time-stamp, which is not verified here"),
    # Broken
    "reference_differs": _("what was signed is not what is there: %(detail)s"),
    "content_type_differs": _("a part has another content type than the one that was signed: %(detail)s"),
    "encloses_other": _("the signature encloses another file than the one it stands beside"),
    "certificate_differs": _("the signature names another certificate than the one it was verified with"),
    "not_linked": _("a signature to which the package leads nowhere"),
    # Not established
    "waits_for_file": _("the file that it signs is not here"),
    "signed_data_missing": _("what it signs is not here: %(detail)s"),
    "xml_not_allowed": _("signed by way of something that is not run here: %(detail)s"),
    "not_xml_signature": _("an element that calls itself a signature, in no namespace of XML signatures"),
    # The file
    "xml_not_well_formed": _("not well-formed XML: %(detail)s"),
    "xml_doctype": _("XML with a document type, which is refused here"),
    "xml_stray": _("%(bytes)s bytes before the XML declaration were passed over"),
    "not_a_cms": _("not a CMS signature: %(detail)s"),
    "cms_other": _("a CMS that is no signature: %(detail)s"),
    "cms_trailing": _("%(bytes)s bytes after the signature's end"),
    "package_damaged": _("the package is damaged: %(detail)s"),
    "package_twice": _("the package holds two parts of the same name: %(detail)s"),
    "package_too_large": _("the package unpacks to more than is read here"),
    "package_encrypted": _("the package is locked with a password"),
}
