from django.urls import path

from peyvand_machines.api import DueMachines

urlpatterns = [path("due-machines/", DueMachines.as_view(), name="due-machines")]
