from django.urls import path

from crm.search_api.views import SearchView

urlpatterns = [path("search/", SearchView.as_view(), name="api-search")]
