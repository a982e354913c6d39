"""Tables of appeals, grouped by what they describe."""

from appeals.models.appeals import Appeal, AppealCounter, AppealObject, Applicant
from appeals.models.calls import CallBack, Contact
from appeals.models.categories import Category, DeadlinePolicy, PolicyTerm
from appeals.models.dispatchers import DispatcherCall
from appeals.models.incidents import Incident, IncidentBuilding
from appeals.models.knowledge import KnowledgeArticle, KnowledgeVersion
from appeals.models.leading import Instruction
from appeals.models.links import WorkLink, WorkLinkUse
from appeals.models.photos import Photo
from appeals.models.portal import Feedback, PublicCard, RateCount
from appeals.models.practice import PracticeCall
from appeals.models.replies import OnSiteCheck, Promise, Report
from appeals.models.restorations import RestorationAppeal
from appeals.models.routing import RoutingRule
from appeals.models.steps import CoExecutor, Extension, Joining, Pause, Remark

__all__ = [
    "Appeal",
    "AppealCounter",
    "AppealObject",
    "Applicant",
    "CallBack",
    "Category",
    "CoExecutor",
    "Contact",
    "DeadlinePolicy",
    "DispatcherCall",
    "Extension",
    "Feedback",
    "Incident",
    "IncidentBuilding",
    "Instruction",
    "Joining",
    "KnowledgeArticle",
    "KnowledgeVersion",
    "OnSiteCheck",
    "Pause",
    "Photo",
    "PolicyTerm",
    "PracticeCall",
    "Promise",
    "PublicCard",
    "RateCount",
    "Remark",
    "Report",
    "RestorationAppeal",
    "RoutingRule",
    "WorkLink",
    "WorkLinkUse",
]
