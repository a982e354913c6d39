"""Kazakhstan's holidays by the names that `citymap.worktime.law` gives them (in Kazakh)."""

from django.utils.translation import gettext_lazy as _

_NAMES = {
    "Жаңа жыл": _("New Year"),
    "Православиелік Рождество": _("Orthodox Christmas"),
    "Халықаралық әйелдер күні": _("International Women's Day"),
    "Наурыз мейрамы": _("Nauryz"),
    "Қазақстан халқының бірлігі мерекесі": _("Unity Day of the people of Kazakhstan"),
    "Отан Қорғаушы күні": _("Defender of the Fatherland Day"),
    "Жеңіс күні": _("Victory Day"),
    "Астана күні": _("Capital Day"),
    "Қазақстан Республикасының Конституциясы күні": _("Constitution Day"),
    "Республика күні": _("Republic Day"),
    "Қазақстан Республикасы күні": _("Republic Day"),
    "Қазақстан Республикасының Тұңғыш Президенті күні": _("Day of the First President"),
    "Тәуелсіздік күні": _("Independence Day"),
    "Құрбан айт": _("First day of Kurban Ait"),
}


def holiday_name(name: str) -> str:
    """A holiday's name in the active language; one that is not known stays as it is."""
    return str(_NAMES.get(name, name))
