"""A notice in words, at the moment it is sent.

The words of a kind are files `<folder>/<language>.txt` with the blocks `subject`, `text`, `sms`
and, where the text alone is not enough, `html`. Without `html` the mail's HTML part is made from
`text`, so that the two never differ.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.template import Context, Template, TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template, render_to_string
from django.template.loader_tags import BlockNode
from django.utils import translation
from django.utils.safestring import mark_safe

from citymap.accounts.choices import Language
from citymap.notices.models import Notice
from citymap.notices.registry import NoticeKind
from citymap.notices.rules import one_line, sms_parts
from citymap.shell.context import city_name

log = structlog.get_logger("citymap.notices")

# Where there are no words in the language asked for: the languages of the state, then English.
FALLBACK = (Language.RU.value, Language.KK.value, Language.EN.value)
BLOCKS = ("subject", "text", "sms", "html")
MAX_SUBJECT = 200


class NoWordsError(LookupError):
    """A kind of notice has no template in any language."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """A notice in one language.

    language: the one used; `fallback`: not the one asked for. version: of the template.
    """

    language: str
    fallback: bool
    version: str
    subject: str
    text: str
    html: str
    sms: str

    @property
    def sms_parts(self) -> int:
        return sms_parts(self.sms)


def template_of(kind: NoticeKind, language: str) -> tuple[Template, str]:
    """The template in `language`, or in the first language there is; and which that is."""
    for code in dict.fromkeys([language, *FALLBACK]):
        try:
            return get_template(f"{kind.folder}/{code}.txt").template, code
        except TemplateDoesNotExist:
            continue
    raise NoWordsError(f"no words for {kind.name!r} below {kind.folder}")


def languages_of(kind: NoticeKind) -> list[str]:
    """The languages that a kind has words in; a template that does not compile has none."""
    found = []
    for code in FALLBACK:
        try:
            get_template(f"{kind.folder}/{code}.txt")
        except (TemplateDoesNotExist, TemplateSyntaxError):
            continue
        found.append(code)
    return found


def words_of(kind: NoticeKind, language: str, values: Mapping[str, Any]) -> Words:
    """The words of `kind` in `language`, or in the language that it falls back to."""
    template, used = template_of(kind, language)
    with translation.override(used):
        common = {"city_name": city_name(), "site": settings.CITYMAP_URL}
        parts = _blocks(template, {**common, **values})
        subject = one_line(parts["subject"])[:MAX_SUBJECT]
        text = parts["text"].strip() + "\n"
        # The block's own output is HTML: values in it are escaped.
        inner = mark_safe(parts["html"]) if parts["html"].strip() else ""
        page = {"subject": subject, "text": text, "inner": inner, "language": used}
        html = render_to_string("notices/letter.html", page | {"city_name": city_name()})
    return Words(
        language=used,
        fallback=used != language,
        version=hashlib.sha256(template.source.encode()).hexdigest()[:16],
        subject=subject,
        text=text,
        html=html,
        sms=one_line(parts["sms"]) or subject,
    )


def _blocks(template: Template, values: Mapping[str, Any]) -> dict[str, str]:
    """Each block's output; only `html` is escaped."""
    found = {node.name: node for node in template.nodelist.get_nodes_by_type(BlockNode)}
    parts = {}
    for name in BLOCKS:
        context = Context(dict(values), autoescape=name == "html")
        with context.render_context.push_state(template), context.bind_template(template):
            parts[name] = str(found[name].render(context)) if name in found else ""
    return parts


def values_of(notice: Notice, kind: NoticeKind) -> dict[str, Any]:
    """What the template of a real notice is given."""
    return {
        **notice.context,
        **kind.details(notice),
        "source": notice.source,
        "stage": notice.stage,
        "due_at": notice.due_at,
    }


def shown(notice: Notice, language: str = "") -> Words | None:
    """The words for a page, in the notice's language or another; None when there are none.

    A page that tells why a notice could not be written must not fail over the same words.
    """
    kind = notice.kind_entry
    if kind is None or notice.source is None:
        return None
    return _tried(
        kind, lambda: words_of(kind, language or notice.language, values_of(notice, kind))
    )


def example(kind: NoticeKind, language: str) -> Words | None:
    """The words with example values; None when they cannot be written."""
    return _tried(kind, lambda: words_of(kind, language, kind.example))


def _tried(kind: NoticeKind, write: Callable[[], Words]) -> Words | None:
    try:
        return write()
    except DatabaseError:
        raise
    except Exception as error:
        log.warning("words cannot be shown", kind=kind.name, error=type(error).__name__)
        return None


def written(notice: Notice) -> Words:
    """The words of a notice as of now; raises NoWordsError when nothing can be written."""
    kind = notice.kind_entry
    if kind is None:
        raise NoWordsError(f"there is no kind of notice {notice.kind!r}")
    with translation.override(notice.language):
        values = values_of(notice, kind)
    return words_of(kind, notice.language, values)
