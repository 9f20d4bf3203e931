"""Whatever a fonds, a title or a file is called: paths in the store are ours, and every value comes back as it was."""

import json
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import layout, store
from archive.rows import canonical, decode, encode, row_of, values_of
from repository.models import Document, Verification

names = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=300)
plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.%"


@given(code=names)
def test_an_objects_name_and_path_are_safe_for_any_fonds_code(code):
    key = UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
    object_id = store.object_id_of(SimpleNamespace(pk=key, fonds=SimpleNamespace(code=code)))

    path = store.path_in_root(object_id)

    assert object_id.startswith("urn:")
    assert object_id.endswith(f":uuid-{str(key).upper()}")
    assert object_id.isascii()
    parts = path.split("/")
    assert len(parts) == 4
    assert all(part and part not in (".", "..") and set(part) <= set(plain) and len(part) < 200 for part in parts)
    assert store.folder_of(path).is_relative_to(store.root())


@given(one=names, other=names)
def test_two_fonds_never_share_an_objects_name(one, other):
    key = UUID(int=1)
    made = [store.object_id_of(SimpleNamespace(pk=key, fonds=SimpleNamespace(code=code))) for code in (one, other)]

    assert (made[0] == made[1]) == (one == other)


@given(name=names, version=st.integers(1, 10**6))
def test_a_files_path_is_safe_for_any_name(name, version):
    path = layout.bytes_of(uuid4(), version, uuid4(), name)

    assert set(path) <= set(plain + "/")
    assert ".." not in path
    assert len(path) < 150


@pytest.mark.parametrize("path", ["", "../x", "/etc", "a/../../b"])
def test_a_path_that_leads_out_of_the_store_is_refused(path):
    with pytest.raises(ValueError):
        store.folder_of(path)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=("Cs",))),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(blacklist_categories=("Cs",)), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(value=values)
def test_a_json_value_comes_back_exactly(value):
    field = Verification._meta.get_field("verdict")

    back = decode(field, json.loads(canonical({"v": encode(field, value)}))["v"])

    # As text, 1 and 1.0 and True are told apart.
    assert json.dumps(back, sort_keys=True) == json.dumps(value, sort_keys=True)


@given(subject=names, number=st.none() | st.integers(0, 2**31 - 1))
def test_a_row_comes_back_field_by_field(subject, number):
    document = Document(agency_id=uuid4(), subject=subject, page_amount=number, secrecy=2)

    back = values_of(Document, json.loads(canonical(row_of(document))))

    assert back == {field.attname: getattr(document, field.attname) for field in Document._meta.concrete_fields}


def test_a_row_with_a_field_that_there_is_not_is_refused():
    row = row_of(Document())
    row["fields"]["mới"] = 1

    with pytest.raises(ValueError, match="mới"):
        values_of(Document, row)
