"""What the dossier's page says of the store."""

import pytest

from repository.jobs.run import run_to_end
from repository.models import Job

pytestmark = pytest.mark.django_db


def test_a_sealed_dossiers_page_says_where_it_is_and_how_it_was_found(cast, records, client_of):
    dossier, job = records.sealing()
    run_to_end(job.pk)
    page = client_of(cast.reader).get(dossier.get_absolute_url()).content.decode()
    assert dossier.sealed_object.object_id in page
    assert dossier.sealed_object.inventory_sha512 in page


def test_a_failed_sealing_says_why_and_offers_both_ways_on_to_who_may_take_them(cast, records, client_of):
    dossier, job = records.sealing()
    Job.objects.filter(pk=job.pk).update(state="failed", message="Đĩa đầy")
    archivist, reader = client_of(cast.archivist), client_of(cast.reader)
    page = archivist.get(dossier.get_absolute_url()).content.decode()
    assert "Đĩa đầy" in page and f"/dossiers/{dossier.pk}/seal/retry/" in page
    assert "seal/retry" not in reader.get(dossier.get_absolute_url()).content.decode()

    assert archivist.post(f"/dossiers/{dossier.pk}/seal/give-up/", {"reason": "Đĩa đầy"}).status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == "submitted"


def test_sealing_again_ends_where_it_should(cast, records, client_of):
    dossier, job = records.sealing()
    Job.objects.filter(pk=job.pk).update(state="failed", message="Đĩa đầy")
    assert client_of(cast.outsider).post(f"/dossiers/{dossier.pk}/seal/retry/").status_code == 404
    assert client_of(cast.archivist).post(f"/dossiers/{dossier.pk}/seal/retry/").status_code == 302
    run_to_end(Job.objects.filter(kind="seal").latest("pk").pk)
    dossier.refresh_from_db()
    assert dossier.state == "archived"
