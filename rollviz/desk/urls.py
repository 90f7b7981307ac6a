"""Addresses of the pages."""

from django.urls import path

from rollviz.desk import closeups, views

urlpatterns = [
    path("", views.home),
    path("d/new", views.new),
    path("d/<str:desk>", views.desk),
    path("d/<str:desk>/text", views.text),
    path("d/<str:desk>/do", views.do),
    path("d/<str:desk>/clock", views.set_clock),
    path("d/<str:desk>/copy", views.copy),
    path("d/<str:desk>/pod", closeups.pod),
    path("d/<str:desk>/label", closeups.label),
    path("d/<str:desk>/nodes", closeups.node),
    path("d/<str:desk>/selector", closeups.selector_editor),
    path("d/<str:desk>/selector/plan", closeups.selector_plan),
]
