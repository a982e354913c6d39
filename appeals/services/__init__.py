"""Everything that is written about appeals: keyword-only, one transaction each."""

from appeals.services.bodies import (
    accept,
    add_co_executor,
    ask,
    assign,
    extend,
    pause,
    report,
    resume,
    return_,
    start,
)
from appeals.services.contacts import (
    consult,
    drop,
    follow_up,
    name_caller,
    register_contact,
    ring,
    take_call,
    transfer,
)
from appeals.services.dispatchers import dispatched
from appeals.services.incidents import end_incident, open_incident
from appeals.services.joining import from_mediation, join, split, to_mediation
from appeals.services.knowledge import publish
from appeals.services.leading import finish_instruction, instruct
from appeals.services.links import add_link_photos, open_link, revoke_link, send_link
from appeals.services.pictures import add_photos, cleaned
from appeals.services.portal import (
    Reporter,
    dispute,
    hide_card,
    report_problem,
    say_thanks,
    show_card,
)
from appeals.services.registration import add_applicant, register, route
from appeals.services.verification import (
    call_back,
    check,
    claim_kept,
    close,
    decide_promise,
    reject,
    reopen,
    verify,
    withdraw,
)

__all__ = [
    "Reporter",
    "accept",
    "add_applicant",
    "add_co_executor",
    "add_link_photos",
    "add_photos",
    "ask",
    "assign",
    "call_back",
    "check",
    "claim_kept",
    "cleaned",
    "close",
    "consult",
    "decide_promise",
    "dispute",
    "dispatched",
    "drop",
    "end_incident",
    "extend",
    "finish_instruction",
    "follow_up",
    "from_mediation",
    "hide_card",
    "instruct",
    "join",
    "name_caller",
    "open_incident",
    "pause",
    "open_link",
    "publish",
    "register",
    "register_contact",
    "reject",
    "reopen",
    "report",
    "report_problem",
    "resume",
    "return_",
    "revoke_link",
    "ring",
    "route",
    "send_link",
    "say_thanks",
    "show_card",
    "split",
    "start",
    "take_call",
    "to_mediation",
    "transfer",
    "verify",
    "withdraw",
]
