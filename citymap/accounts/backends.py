"""What a signed-in administrator may do in Django's administration."""

from django.contrib.auth.backends import ModelBackend

from citymap.accounts.access import may


class RoleBackend(ModelBackend):
    """Passwords as Django does; rights in the administration by role, not by its tick boxes."""

    def has_perm(self, user_obj, perm: str, obj=None) -> bool:
        return user_obj.is_active and may(user_obj, "accounts.manage")

    def has_module_perms(self, user_obj, app_label: str) -> bool:
        return user_obj.is_active and may(user_obj, "accounts.manage")
