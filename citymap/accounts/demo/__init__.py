"""Demo organisations and demo logins: only where CITYMAP_DEMO=1."""

from citymap.accounts.demo.logins import LOGINS
from citymap.accounts.demo.part import DEMO_SOURCE, load_accounts
from citymap.demo import DemoPart, register_demo

__all__ = ["DEMO_SOURCE", "LOGINS", "load_accounts"]

register_demo(DemoPart(name="accounts", load=load_accounts, order=0))
