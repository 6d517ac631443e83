"""Which view answers which address of the Django peer."""

from django.urls import path

from clinic import views

urlpatterns = [
    path("fact-sheets/<slug:slug>", views.sheet),
    path("rendered/<slug:slug>", views.rendered),
    path("consultations/new", views.request),
    path("thanks", views.thanks),
]
