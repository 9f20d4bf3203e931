"""Revocation data and issuers' certificates that a person brings: the way of an installation without a network."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.actors import Actor
from repository.events import record
from repository.refusals import Refused
from signing.evidence import sha256_of
from signing.models import EvidenceKind, RevocationItem, TrustAnchor
from signing.revocation.fetch import LARGEST_LIST
from signing.revocation.reading import (
    Item,
    Unfit,
    certificate,
    certificate_item,
    crl_item,
    issuers_in,
    name_key,
    ocsp_item,
)
from signing.revocation.shelf import put

WHY = {
    "not-readable": _("This is no certificate, revocation list or OCSP response that can be read."),
    "not-yet": _("It says that it is from a time still to come."),
    "wrong-signature": _("Its signature is not its issuer's."),
    "wrong-issuer": _("It is not from any issuer that is known here."),
    "issuer-unknown": _("Its issuer is not known here. Bring the issuer's certificate first."),
    "no-answer": _("The responder gave no answer in it."),
    "too-large": _("This file is too large."),
}


@transaction.atomic
def import_file(data: bytes, *, actor: Actor) -> tuple[list[Item], int]:
    """Keep what the file holds (PEM or DER); returns it, and how much of it was new. Raises Forbidden or Refused.

    Neither a list nor a certificate brought so is trusted by that: the engine checks signatures and chains up to an anchor.
    """
    require(actor, "manage trust")
    try:
        if len(data) > LARGEST_LIST:
            raise Unfit("too-large")
        items = list(_items(data))
    except Unfit as error:
        why = WHY.get(error.code, WHY["not-readable"])
        raise Refused.because(
            "import revocation", None, "field-file", why, _("Take it anew from its authority, as a file in PEM or DER.")
        ) from None
    new = 0
    for item in items:
        if put(item, by=actor.user):
            new += 1
            record(
                "revocation.imported", actor, None, form=str(item.kind), issuer=item.issuer, sha256=sha256_of(item.der)
            )
    return items, new


def _items(data: bytes) -> Iterable[Item]:
    if b"-----BEGIN X509 CRL-----" in data:
        return [_list(data)]
    if b"-----BEGIN CERTIFICATE-----" in data:
        try:
            return [certificate_item(one) for one in x509.load_pem_x509_certificates(data)]
        except ValueError:
            raise Unfit("not-readable") from None
    for read in (_certificates, lambda der: [_list(der)], lambda der: [_response(der)]):
        try:
            return read(data)
        except Unfit as error:
            if error.code != "not-readable":
                raise
    raise Unfit("not-readable")


def _certificates(der: bytes) -> list[Item]:
    return [certificate_item(one) for one in issuers_in(der, None)]


def _list(der: bytes) -> Item:
    """Checked where its issuer is known here; else it waits for a chain that leads to its issuer."""
    item = crl_item(der, None)
    for issuer in known_issuers(item.name_key):
        try:
            return crl_item(der, issuer)
        except Unfit as error:
            if error.code != "wrong-signature":
                raise
    if known_issuers(item.name_key):
        raise Unfit("wrong-signature")
    return item


def _response(der: bytes) -> Item:
    """A response names its issuer by hashes only: it must be one of those that are known here."""
    wrong = "issuer-unknown"
    for issuer in known_issuers():
        try:
            return ocsp_item(der, None, issuer)
        except Unfit as error:
            if error.code == "wrong-signature":
                wrong = error.code
            elif error.code != "wrong-issuer":
                raise
    raise Unfit(wrong)


def known_issuers(key: str | None = None) -> list[x509.Certificate]:
    """Anchors and certificates of the cache, all of them or those of one name."""
    found = [x509.load_pem_x509_certificate(pem.encode()) for pem in TrustAnchor.objects.values_list("pem", flat=True)]
    rows = RevocationItem.objects.filter(kind=EvidenceKind.CERTIFICATE).select_related("evidence")
    if key is not None:
        found = [one for one in found if name_key(one.subject) == key]
        rows = rows.filter(name_key=key)
    for row in rows.order_by("-pk")[:200]:
        found.append(certificate(bytes(row.evidence.der)))
    return found
