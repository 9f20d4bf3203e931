"""No mutation of a signed CMS, XML or office file is called intact, and none crashes the engines."""

import io
import json
import zipfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from signing.formats.door import Door
from signing.formats.kinds import Kind
from signing.validation.verdicts import FileVerdict, Outcome
from tests.signing.signed_files import CONTENT, docx_parts, docx_signed, p7s, verdict_on, xml_signed, zipped
from tests.signing.test_verify_command import verify

slowly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def cms() -> bytes:
    return p7s(stamped=True)


@cache
def xml() -> bytes:
    return xml_signed(xades=True)


@cache
def package() -> bytes:
    return docx_signed()


def flipped(data: bytes, draw: st.DataObject, start: int = 0, end: int | None = None) -> bytes:
    place = draw.draw(st.integers(start, (len(data) if end is None else end) - 1))
    return data[:place] + bytes([data[place] ^ draw.draw(st.integers(1, 255))]) + data[place + 1 :]


@slowly
@given(st.data())
def test_no_byte_of_a_file_can_change_unseen_by_the_signature_beside_it(data: st.DataObject) -> None:
    verdict = verdict_on(Kind.CMS, cms(), flipped(CONTENT, data), trusted=False)
    assert verdict.outcome is Outcome.TAMPERED
    assert not any(signature.intact for signature in verdict.signatures)


@slowly
@given(st.data())
def test_no_letter_of_a_signed_xml_can_change_unseen(data: st.DataObject) -> None:
    """Up to the signature; a change that leaves the canonical form as it was is none."""
    end = xml().index(b"<ds:Signature")
    changed = flipped(xml(), data, 1, end)
    verdict = verdict_on(Kind.XML, changed, trusted=False)
    if any(signature.intact for signature in verdict.signatures):
        assert _canonical(changed) == _canonical(xml())
    else:
        assert verdict.outcome is not Outcome.VALID


def _canonical(data: bytes) -> bytes:
    return etree.tostring(etree.fromstring(data), method="c14n")


@slowly
@given(st.data())
def test_no_byte_of_a_signed_part_can_change_unseen(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["word/document.xml", "word/styles.xml"]))
    changed = flipped(docx_parts()[name], data)
    verdict = verdict_on(Kind.PACKAGE, docx_signed(**{name.replace("/", "__"): changed}), trusted=False)
    assert verdict.outcome is Outcome.TAMPERED
    assert not any(signature.intact for signature in verdict.signatures)


@slowly
@given(st.data())
def test_no_mutation_crashes_an_engine_or_turns_a_changed_file_into_an_intact_one(data: st.DataObject) -> None:
    kind, whole = data.draw(
        st.sampled_from([(Kind.CMS, cms()), (Kind.XML, xml()), (Kind.PACKAGE, package())]), label="kind"
    )
    mutated = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(mutated)))
        end = min(len(mutated), start + data.draw(st.integers(0, 300)))
        mutated[start:end] = data.draw(
            st.one_of(
                st.binary(max_size=60),
                st.sampled_from([b"<Object><a/></Object>", b"\x30\x80", b"PK\x05\x06", b'Id="nd"', b"]]>"]),
            )
        )
    beside = CONTENT + b"changed" if kind is Kind.CMS else None
    verdict = verdict_on(kind, bytes(mutated), beside, trusted=False)
    assert FileVerdict.from_dict(verdict.to_dict()) == verdict
    if kind is Kind.CMS:
        assert not any(signature.intact for signature in verdict.signatures)
    json.dumps(verdict.to_dict())


@slowly
@given(kind=st.sampled_from([Kind.CMS, Kind.XML, Kind.PACKAGE]), data=st.binary(max_size=400))
def test_random_bytes_end_in_a_verdict(kind: Kind, data: bytes) -> None:
    assert verdict_on(kind, data).outcome in (Outcome.UNPROCESSABLE, Outcome.NO_SIGNATURE)


# ── through the worker process, with its limits ──


def deep() -> bytes:
    return b"<a>" * 200_000 + b"</a>" * 200_000


def wide() -> bytes:
    return b"<a>" + b"<b/>" * 12_000_000 + b"</a>"


def bomb() -> bytes:
    parts = [*docx_parts().items(), ("_xmlsignatures/sig1.xml", bytes(600 << 20))]
    return zipped(parts)


def overlapping() -> bytes:
    """Many members that say they are small, all over the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for number in range(25_000):
            package.writestr(f"word/{number}.xml", b"")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.xml", deep),
        ("a.xml", wide),
        ("a.docx", bomb),
        ("a.docx", overlapping),
        ("a.p7s", lambda: b"\x30\x80" * 500_000),
    ],
    ids=["deep", "wide", "bomb", "many parts", "nested BER"],
)
def test_what_would_take_too_much_ends_as_unprocessable_with_a_reason(tmp_path: Path, name: str, make) -> None:
    path = tmp_path / name
    path.write_bytes(make())
    door = Door()
    try:
        verdict = door.validate(path)
        assert verdict.outcome is Outcome.UNPROCESSABLE
        assert verdict.message.code in (
            "too_large",
            "too_deep",
            "too_late",
            "package_too_large",
            "not_a_cms",
            "xml_not_well_formed",
        )
        # The next file is none the worse for it.
        path.write_bytes(CONTENT)
        other = tmp_path / "b.xml"
        other.write_bytes(xml())
        assert [signature.intact for signature in door.validate(other).signatures] == [True]
    finally:
        door.close()


# ── the command ──


def test_the_command_takes_every_kind_and_finds_the_file_that_a_signature_signs(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_bytes(CONTENT)
    (tmp_path / "c.txt.p7s").write_bytes(p7s())
    (tmp_path / "d.xml").write_bytes(xml())
    (tmp_path / "e.docx").write_bytes(package())
    run = verify(tmp_path, "--json")
    outcomes = {Path(answer["file"]).name: answer["outcome"] for answer in run.answers}
    assert outcomes == {"c.txt.p7s": "VALID", "d.xml": "VALID", "e.docx": "VALID"}


def test_the_command_is_told_which_file_a_signature_stands_beside(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.txt").write_bytes(CONTENT)
    (tmp_path / "other.txt").write_bytes(CONTENT + b"x")
    (tmp_path / "c.p7s").write_bytes(p7s())
    right = verify(tmp_path / "c.p7s", "--beside", tmp_path / "elsewhere.txt", "--json")
    wrong = verify(tmp_path / "c.p7s", "--beside", tmp_path / "other.txt", "--json")
    alone = verify(tmp_path / "c.p7s", "--json")
    assert [run.answers[0]["outcome"] for run in (right, wrong, alone)] == ["VALID", "TAMPERED", "INDETERMINATE"]
    said = verify(tmp_path / "c.p7s", "--beside", tmp_path / "elsewhere.txt")
    assert "it signs the file elsewhere.txt" in said.stdout
