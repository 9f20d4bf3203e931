"""Pages of the repository. Acts are POST only; who may not see a record finds no page."""

from django.urls import path

from repository.pages import documents, dossier, dossier_acts, dossiers, events, home, intake, plan, runs, versions

urlpatterns = [
    path("", home.home, name="home"),
    path("plan/", plan.plan, name="plan"),
    path("plan/<uuid:entry_id>/open/", dossier_acts.new, name="open_dossier"),
    path("dossiers/", dossiers.dossiers, name="dossiers"),
    path("dossiers/<uuid:dossier_id>/", dossier.dossier, name="dossier"),
    path("dossiers/<uuid:dossier_id>/edit/", dossier_acts.edit, name="dossier_edit"),
    path("dossiers/<uuid:dossier_id>/files/", intake.files, name="dossier_files"),
    path("dossiers/<uuid:dossier_id>/intake/", intake.progress, name="dossier_intake"),
    path("dossiers/<uuid:dossier_id>/close/", dossier_acts.close, name="close"),
    path("dossiers/<uuid:dossier_id>/reopen/", dossier_acts.reopen, name="reopen"),
    path("dossiers/<uuid:dossier_id>/submit/", dossier_acts.submit, name="submit"),
    path("dossiers/<uuid:dossier_id>/return/", dossier_acts.give_back, name="return"),
    path("dossiers/<uuid:dossier_id>/accept/", dossier_acts.accept, name="accept"),
    path("dossiers/<uuid:dossier_id>/order/", dossier_acts.order, name="order"),
    path("dossiers/<uuid:dossier_id>/hold/", dossier_acts.hold, name="hold"),
    path("dossiers/<uuid:dossier_id>/holds/<uuid:hold_id>/lift/", dossier_acts.lift, name="lift"),
    path("dossiers/<uuid:dossier_id>/documents/<uuid:document_id>/withdraw/", dossier_acts.withdraw, name="withdraw"),
    path("items/<uuid:item_id>/retry/", intake.retry, name="retry_item"),
    path("items/<uuid:item_id>/discard/", intake.discard, name="discard_item"),
    path("documents/<uuid:document_id>/", documents.document, name="document"),
    path("documents/<uuid:document_id>/confirm/", documents.confirm, name="confirm"),
    path("documents/<uuid:document_id>/versions/", versions.add, name="new_version"),
    path("documents/<uuid:document_id>/file/", documents.latest, name="latest"),
    path("files/<uuid:file_id>/", documents.download, name="file"),
    path("jobs/", runs.jobs, name="jobs"),
    path("jobs/tray/", runs.tray, name="tray"),
    path("jobs/<uuid:job_id>/cancel/", intake.cancel, name="cancel_intake"),
    path("watch/", runs.runs, name="runs"),
    path("watch/findings/<uuid:finding_id>/close/", runs.close_finding, name="close_finding"),
    path("events/", events.events, name="events"),
]
