"""Orders with all that happens to them, claims, repairs, and the dated rules behind them."""

from earthworks.models.claims import Claim, ClaimDocument
from earthworks.models.extras import GuaranteeCase, OrderDocument, SavedFilter
from earthworks.models.numbers import Numbering
from earthworks.models.orders import Order
from earthworks.models.photos import Photo
from earthworks.models.policies import ApprovalTerm, ClaimPolicy, OrderTerm, SeasonRule
from earthworks.models.progress import Acceptance, Approval, Deadline, Extension
from earthworks.models.repairs import BudgetLine, Outage, RepairPlan, RepairWork

__all__ = [
    "Acceptance",
    "Approval",
    "ApprovalTerm",
    "BudgetLine",
    "Claim",
    "ClaimDocument",
    "ClaimPolicy",
    "Deadline",
    "Extension",
    "GuaranteeCase",
    "Numbering",
    "Order",
    "OrderDocument",
    "OrderTerm",
    "Outage",
    "Photo",
    "RepairPlan",
    "RepairWork",
    "SavedFilter",
    "SeasonRule",
]
