"""All viewsets of the workbench. Dossiers, documents, files, events, jobs, holds, grants and verdicts have none."""

from repository.admin.agencies import AgencyViewSet, FondsViewSet
from repository.admin.people import PersonViewSet, RoleViewSet
from repository.admin.plans import ClassViewSet, HeadingViewSet, PlanViewSet

VIEWSETS = [
    PersonViewSet(),
    RoleViewSet(),
    AgencyViewSet(),
    FondsViewSet(),
    PlanViewSet(),
    HeadingViewSet(),
    ClassViewSet(),
]
