"""Addresses for a class: what is projected, what its phones follow, and the code that leads there."""

from django.urls import path

from rollviz.classroom import asking, inviting, views

urlpatterns = [
    path("f", views.join),
    path("f/<str:code>", views.join),
    path("d/<str:desk>/project", views.project),
    path("d/<str:desk>/follow", views.follow),
    path("d/<str:desk>/ask", asking.ask),
    path("d/<str:desk>/ask/open", asking.open_answers),
    path("d/<str:desk>/ask/away", asking.put_away),
    path("d/<str:desk>/invite", inviting.invite),
    path("d/<str:desk>/present/<str:word>", inviting.present),
]
