"""Ways to deliver a notice, as plug-ins. An app registers more in its `notices.py`."""

from citymap.notices.channels import bell, mail, sms

__all__ = ["bell", "mail", "sms"]
