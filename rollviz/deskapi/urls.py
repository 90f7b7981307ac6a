"""Addresses of the JSON API."""

from django.urls import path, re_path

from rollviz.errors import not_found

from . import views

urlpatterns = [
    path("desks", views.desks),
    path("desks/<str:desk>/state", views.state),
    path("desks/<str:desk>/commands", views.act),
    path("desks/<str:desk>/clock", views.clock),
    re_path("", not_found),
]
