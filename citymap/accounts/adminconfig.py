from django.contrib.admin.apps import AdminConfig


class CitymapAdminConfig(AdminConfig):
    """Puts our site in the place of Django's."""

    default_site = "citymap.accounts.adminsite.CitymapAdminSite"
