"""What invented callers say, and what the right answer is. Pure.

Calls about a problem borrow words, place and category of an appeal that is there; the others
stand here.
"""

from dataclasses import dataclass

from appeals.choices import ContactKind, EmergencyService

PROBLEM = "problem"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """An invented call. `service`: to whom it is passed on, when it is."""

    code: str
    kind: ContactKind
    ru: str
    kk: str
    service: EmergencyService | None = None


SCENARIOS: dict[str, Scenario] = {
    one.code: one
    for one in (
        Scenario(
            code=PROBLEM, kind=ContactKind.APPEAL, ru="", kk="",
        ),
        Scenario(
            code="kindergarten", kind=ContactKind.CONSULTATION,
            ru="Подскажите, как поставить ребёнка в очередь в детский сад и какие документы нужны?",
            kk="Баланы балабақша кезегіне қалай қоюға болады, қандай құжаттар керек?",
        ),
        Scenario(
            code="bill", kind=ContactKind.CONSULTATION,
            ru="Куда обратиться, если в квитанции за тепло сумма вдвое больше, чем в прошлом году?",
            kk="Жылу түбіртегіндегі сома былтырғыдан екі есе көп болса, қайда барамын?",
        ),
        Scenario(
            code="bus", kind=ContactKind.CONSULTATION,
            ru="До скольких ходит автобус в выходные и где посмотреть расписание?",
            kk="Демалыс күндері автобус нешеге дейін жүреді, кестені қайдан көруге болады?",
        ),
        Scenario(
            code="gas", kind=ContactKind.TRANSFER, service=EmergencyService.GAS,
            ru="В подъезде сильно пахнет газом, что делать?",
            kk="Кіреберісте газ иісі қатты шығып тұр, не істейміз?",
        ),
        Scenario(
            code="fire", kind=ContactKind.TRANSFER, service=EmergencyService.FIRE,
            ru="Из окна на третьем этаже валит дым, видно огонь!",
            kk="Үшінші қабаттың терезесінен түтін шығып жатыр, от көрінеді!",
        ),
        Scenario(
            code="heart", kind=ContactKind.TRANSFER, service=EmergencyService.AMBULANCE,
            ru="Соседу плохо с сердцем, он без сознания!",
            kk="Көршімнің жүрегі ауырып, есінен танып қалды!",
        ),
        Scenario(
            code="fight", kind=ContactKind.TRANSFER, service=EmergencyService.POLICE,
            ru="Под окнами дерутся, у одного нож!",
            kk="Терезе астында төбелесіп жатыр, біреуінде пышақ бар!",
        ),
        Scenario(
            code="ice", kind=ContactKind.TRANSFER, service=EmergencyService.RESCUE,
            ru="Рыбак провалился под лёд на реке, держится за край!",
            kk="Өзенде балықшы мұз астына түсіп кетті, шетінен ұстап тұр!",
        ),
        Scenario(
            code="silence", kind=ContactKind.DROP,
            ru="(тишина, потом короткие гудки)", kk="(үнсіздік, содан кейін қысқа гудоктар)",
        ),
    )
}  # fmt: skip
