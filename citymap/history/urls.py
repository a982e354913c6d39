"""`/history/`: roots and proofs."""

from django.urls import path, register_converter

from citymap.history import views


class HashConverter:
    """A SHA-256 hash in hex."""

    regex = "[0-9a-fA-F]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class NumberConverter:
    """A number that fits a bigint."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(HashConverter, "sha256")
register_converter(NumberConverter, "bigint")

app_name = "history"
urlpatterns = [
    path("roots/", views.roots, name="roots"),
    path("roots/latest.json", views.newest_root, name="newest_root"),
    path("roots/<bigint:number>.json", views.root_by_number, name="root"),
    path("proofs/<bigint:record>/<sha256:leaf>.json", views.proof, name="proof"),
]
