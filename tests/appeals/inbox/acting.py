"""What tests of bodies' pages do again and again."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from appeals.models import Appeal


def client_of(user) -> Client:
    """A browser in which the user is signed in, English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def act(client: Client, appeal: Appeal, step: str, **values):
    """Send the form of a step; the version is the appeal's own unless it is said."""
    version = values.pop("version", appeal.version)
    data = {f"{step}-{name}": value for name, value in values.items()}
    return client.post(f"/inbox/{appeal.pk}/{step}/", data | {f"{step}-version": version})


def fresh(appeal: Appeal) -> Appeal:
    return Appeal.objects.get(pk=appeal.pk)


def upload(file, name="photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, file.read(), content_type="image/jpeg")
