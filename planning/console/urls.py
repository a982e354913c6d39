"""Pages of planning for staff."""

from django.urls import path

from planning.console import chronicle, heat, money, programmes, queue, yards

app_name = "plan"

urlpatterns = [
    path("", heat.index, name="index"),
    path("heatmap.png", heat.png, name="heatmap-png"),
    path("heatmap-sheet.png", heat.sheet, name="heatmap-sheet"),
    path("heatmap.tif", heat.tiff, name="heatmap-tif"),
    path("events/", heat.events, name="events"),
    path("chronicle/", chronicle.chronicle, name="chronicle"),
    path("search/", heat.search, name="search"),
    path("queue/", queue.policy, name="policy"),
    path("queue/policy/", queue.set_new_policy, name="set-policy"),
    path("queue/scenarios/", queue.add_scenario, name="add-scenario"),
    path("queue/compare/", queue.compare_scenarios, name="compare"),
    path("queue/scenarios/<int:scenario>/", queue.scenario, name="scenario"),
    path("surveys/", yards.surveys, name="surveys"),
    path("surveys/import/", yards.import_file, name="import-surveys"),
    path("photos/", yards.photos, name="photos"),
    path("prices/", yards.prices, name="prices"),
    path("stages/", yards.stages, name="stages"),
    path("holds/", queue.holds, name="holds"),
    path("holds/release/<int:yard>/", queue.release, name="release"),
    path("proposal/", money.budget, name="proposal"),
    path("repairs/", money.repairs, name="repairs"),
    path("programmes/", programmes.index, name="programmes"),
    path("programmes/<int:version>/", programmes.version, name="version"),
    path("programmes/<int:version>/choices/", programmes.choices, name="choices"),
    path("programmes/<int:version>/outlook/", programmes.ahead, name="outlook"),
    path("programmes/<int:version>/choose/", programmes.choose, name="choose"),
    path("programmes/<int:version>/put/", programmes.put, name="put"),
    path("programmes/<int:version>/take-out/", programmes.take_out, name="take-out"),
    path("programmes/<int:version>/publish/", programmes.publish, name="publish"),
    path("programmes/<int:version>/revise/", programmes.revise, name="revise"),
    path("programmes/<int:version>.pdf", programmes.as_pdf, name="version-pdf"),
    path("programmes/<int:version>.geojson", programmes.as_geojson, name="version-geojson"),
    path("programmes/<int:version>.csv", programmes.as_csv, name="version-csv"),
]
