from django.http import HttpResponse
from django.shortcuts import render


def home(request):
    return render(request, "citymap/map.html")


def desk(request):
    return render(request, "citymap/map.html")


def layer_list(request):
    return render(request, "citymap/map.html")


def layer_table(request, name):
    return render(request, "citymap/map.html")


def robots(request):
    return HttpResponse("User-agent: *\n", content_type="text/plain")
