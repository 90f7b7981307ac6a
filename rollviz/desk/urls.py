"""Addresses of the pages."""

from django.urls import path

from rollviz.desk import views

urlpatterns = [
    path("", views.home),
    path("d/new", views.new),
    path("d/<str:desk>", views.desk),
    path("d/<str:desk>/do", views.do),
    path("d/<str:desk>/clock", views.set_clock),
    path("d/<str:desk>/copy", views.copy),
]
