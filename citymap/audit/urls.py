from django.urls import path

from citymap.audit.views import chain, changes, looks, protocols

app_name = "audit"

urlpatterns = [
    path("", chain.home, name="home"),
    path("changes/", changes.changes, name="changes"),
    path("changes.csv", changes.changes_csv, name="changes-csv"),
    path("changes/<str:model>/<int:event>/", changes.change, name="change"),
    path("looks/", looks.looks, name="looks"),
    path("looks.csv", looks.looks_csv, name="looks-csv"),
    path("protocols/", protocols.protocols, name="protocols"),
    path("protocols.csv", protocols.protocols_csv, name="protocols-csv"),
    path("protocols/<int:year>-<int:number>/", protocols.protocol, name="protocol"),
    path(
        "protocols/<int:year>-<int:number>/acknowledge/",
        protocols.acknowledge,
        name="acknowledge",
    ),
    path("chain/", chain.chain, name="chain"),
    path("chain/verify/", chain.verify, name="verify"),
    path("chain/progress.json", chain.progress, name="progress"),
]
