"""What each document time-stamp of a file proves to have existed: ETSI EN 319 102-1, 5.6.3, for the PDF's revisions."""

from collections.abc import Iterator, Sequence

from asn1crypto import cms, ocsp
from pyhanko_certvalidator.ltv.poe import digest_for_poe

from signing.validation.document import SignedPdf
from signing.validation.examination import Examined
from signing.validation.facts import aware
from signing.validation.material import revocation_attributes, store_pieces, tokens_of
from signing.validation.past import Stamp
from signing.validation.verdicts import Covered, SignatureKind

COVERS = (Covered.WHOLE_FILE, Covered.REVISION)


def stamps_of(found: Sequence[Examined], pdf: SignedPdf) -> list[Stamp]:
    """The intact document time-stamps. Each proves the security store of its revision, and the signatures before it
    with what they enclose. `found` in the order of revisions."""
    stamps: list[Stamp] = []
    seen: set[bytes] = set()  # proven by every later time-stamp
    for each in found:
        if each.embedded is None or each.intact is not True or each.coverage not in COVERS:
            continue
        if each.kind is SignatureKind.DOCUMENT_TIMESTAMP:
            seen |= _stored(pdf, each.revision)
            time = each.tokens[0].time if each.tokens else None
            if time is not None:
                token, imprint = each.embedded.signed_data, each.embedded.compute_digest
                stamps.append(Stamp(each.revision, aware(time), token, imprint, frozenset(seen)))
        seen.update(_enclosed(each.embedded.signed_data))
    return stamps


def _stored(pdf: SignedPdf, revision: int) -> set[bytes]:
    """Digests of what the security store of a revision holds, and of the certificates inside its OCSP responses."""
    digests = set()
    for kind, data in store_pieces(pdf.get_historical_resolver(revision)):
        digests.add(digest_for_poe(data))
        if kind == "responses":
            digests.update(_responders(data))
    return digests


def _responders(data: bytes) -> set[bytes]:
    try:
        basic = ocsp.OCSPResponse.load(data).basic_ocsp_response
        return {digest_for_poe(certificate.dump()) for certificate in basic["certs"] or ()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return set()


def _enclosed(signed_data: cms.SignedData) -> Iterator[bytes]:
    """Digests of the signature's value, its certificates, its revocation data, and the same of its time-stamps."""
    for container in (signed_data, *tokens_of(signed_data)):
        try:
            for signer in container["signer_infos"]:
                yield digest_for_poe(signer["signature"].native)
            for choice in container["certificates"]:
                if choice.name == "certificate":
                    yield digest_for_poe(choice.chosen.untag().dump())
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
        for _, piece in revocation_attributes(container):
            yield digest_for_poe(piece.untag().dump())
