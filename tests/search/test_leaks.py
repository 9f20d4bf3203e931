"""What a person may not see changes no answer: an archive with it and an archive without it answer her alike, by the same steps."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository.actions.place_document import place_document
from repository.actors import SYSTEM, actor_of
from repository.clock import today
from repository.codes import Role, Secrecy
from repository.models import Document, Dossier, Extraction, Grant, Membership, User
from search.assembly import assemble
from search.engines.base import FACETS, Sort
from search.engines.tantivy import TantivyEngine
from search.service import find
from search.similar import similar_to
from search.suggest import suggestions

pytestmark = pytest.mark.django_db

TEXTS = (
    "Thu hồi đất để xây dựng trường mầm non, đo đạc kiểm đếm thửa đất",
    "Thông báo thu hồi đất xây dựng trường mầm non, kết quả kiểm đếm thửa đất",
    "Tố cáo cán bộ nhận hối lộ khi đo đạc kiểm đếm thửa đất",
    "Kế hoạch phòng cháy chữa cháy rừng mùa khô",
)
TYPED = (
    "", "thu hoi dat", "thu hồi đất", "đát", "to cao", '"kiểm đếm"', "hôi lộ", "nhan hoi lo", "phong chya", "kiem dem rừng không có",
    "hoso:mật", "hoso:tố*", "-hoso:xã", "coquan:xã", "so:1", "1/", "2/q", "loai:kế", "dat OR rung", "vă", "cong", "thu",
)  # fmt: skip
AGENCIES = ("province", "office", "department", "commune")
_users = count()


class Counting(TantivyEngine):
    """Notes what it is asked, not what it answers."""

    def __init__(self, folder):
        super().__init__(folder)
        self.asked = []

    def search(self, query):
        self.asked.append(("search", query.parsed.match, query.facets, query.limit))
        return super().search(query)

    def counts(self, keys, questions):
        self.asked.append(("counts", len(questions)))
        return super().counts(keys, questions)


@pytest.fixture
def shelf(cast, records):
    """Documents of three agencies and two levels, one in two dossiers; some dossiers are more secret than what is in them."""
    w = cast.world
    dossiers = [
        records.dossier("Văn phòng"),
        records.dossier("Tố cáo, mật"),
        records.dossier("Xã", by=SYSTEM, entry=w.commune_entry),
    ]
    Dossier.objects.filter(pk=dossiers[1].pk).update(secrecy=Secrecy.SECRET)
    documents = []
    for n in range(9):
        document = records.document(
            dossiers[n % 3],
            by=SYSTEM,
            subject=TEXTS[n % 4][:24],
            number=f"{n // 2 + 1}",
            type_name=("Kế hoạch", "Thông báo", "Công điện")[n // 3],
            signer_name=("Trần Ba", "Lê Bảy")[n % 2],
        )
        file = document.versions.get().files.get()
        Extraction.objects.create(file=file, text=TEXTS[n % 4], pages=[0], engine="thử", made_at=timezone.now())
        documents.append(document)
    place_document(documents[2].pk, dossiers[0].pk, actor=SYSTEM)
    Document.objects.filter(pk=documents[3].pk).update(secrecy=Secrecy.SECRET)
    return dossiers, documents


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    posts=st.lists(st.tuples(st.sampled_from(AGENCIES), st.sampled_from(list(Role))), max_size=2),
    grants=st.lists(st.integers(0, 11), max_size=2),
    clearance=st.sampled_from([Secrecy.NORMAL, Secrecy.SECRET]),
    typed=st.lists(st.sampled_from(TYPED), min_size=3, max_size=5, unique=True),
    filters=st.sampled_from([{}, {"type": ("Thông báo",)}, {"agency": ("1",)}, {"dossier": ("first",)}]),
)
def test_an_archive_answers_as_if_what_is_hidden_were_not_there(  # noqa: PLR0913
    cast, shelf, tmp_path_factory, monkeypatch, posts, grants, clearance, typed, filters
):
    dossiers, documents = shelf
    user = User.objects.create(username=f"ai-{next(_users)}", clearance=clearance)
    for agency, role in posts:
        where = getattr(cast.world, agency)
        Membership.objects.get_or_create(user=user, agency=where, role=role, valid_from=today())
    for which in grants:
        thing = [*dossiers, *documents][which]
        kind = "dossier" if isinstance(thing, Dossier) else "document"
        now = timezone.now()
        Grant.objects.create(user=user, reason="thử", given_at=now, expires_at=now + timedelta(days=1), **{kind: thing})
    actor = actor_of(user)
    filters = {name: (str(dossiers[0].pk),) if name == "dossier" else values for name, values in filters.items()}
    visible = set(Document.objects.visible_to(actor).values_list("pk", flat=True))
    changes = assemble(dict.fromkeys((document.pk for document in documents), 1))
    folder = tmp_path_factory.mktemp("archives")

    def answers(name, held):
        engine = Counting(folder / name)
        engine.ensure()
        with engine.writer() as writer:
            writer.write(held)
        for module in ("service", "suggest", "similar", "meaning.stage"):
            monkeypatch.setattr(f"search.{module}.engine", lambda: engine)
        told = {}
        for words in typed:
            for sort in (Sort.RELEVANCE, Sort.NEWEST):
                found = find(words, actor=actor, filters=filters, sort=sort, facets=FACETS, limit=100)
                ids = [hit.document.pk for hit in found.hits]
                # The order of relevance follows how rare words are in the whole archive (docs/search.md); what is found does not.
                order = ids if sort is Sort.NEWEST else frozenset(ids)
                told[words, sort] = found.total, order, found.facets, found.loosened, found.meant
            told[words] = suggestions(words, actor=actor)
        told["all"] = {hit.document.pk for hit in find("", actor=actor, limit=100).hits}
        for document in documents:
            if document.pk in visible:
                told[document.pk] = similar_to(document, actor=actor)
        engine.close()
        return told, engine.asked

    whole, asked = answers("whole", changes)
    seen, asked_of_less = answers("seen", [change for change in changes if change.id in set(map(str, visible))])

    assert whole["all"] == visible
    assert whole == seen
    # Nor do the steps tell of it: whatever the hidden documents say, the same questions are put.
    assert asked == asked_of_less
