"""Addresses of links, of what is shared, and of desks in other people's pages."""

from django.urls import path

from rollviz.links import views

urlpatterns = [
    path("l/<str:text>", views.link),
    path("l/<str:text>/card.png", views.card),
    path("l/<str:text>/share", views.share_link),
    path("s", views.shorten),
    path("s/<str:short>", views.link),
    path("s/<str:short>/card.png", views.card),
    path("s/<str:short>/share", views.share_link),
    path("embed/l/<str:text>", views.embed),
    path("embed/s/<str:short>", views.embed),
    path("d/<str:desk>/share", views.share_desk),
]
