from django.urls import path

from peyvand_machines import views

urlpatterns = [path("due-machines/", views.due, name="due")]
