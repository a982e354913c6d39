"""System check: the keys that seal personal data can be used."""

from django.core.checks import Error, Tags, register

from citymap.personal.errors import KeysError
from citymap.personal.vault import key_ring


@register(Tags.security)
def personal_keys_are_usable(app_configs, **kwargs) -> list[Error]:
    """A malformed key is found before anything is served, and never shown."""
    try:
        key_ring()
    except KeysError as error:
        return [
            Error(
                str(error),
                hint="docs/personal-data.md says how to make a key.",
                id="citymap.E007",
            )
        ]
    return []
