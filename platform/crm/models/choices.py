"""Lists that the customer base chooses from."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccountKind(models.TextChoices):
    COMPANY = "company", _("Company")
    HOUSEHOLD = "household", _("Household")
    PUBLIC = "public", _("Public body")
    NONPROFIT = "nonprofit", _("Non-profit")
    SCHOOL = "school", _("School or university")
    OTHER = "other", pgettext_lazy("kind of account", "Other")


class Industry(models.TextChoices):
    AGRICULTURE = "agriculture", _("Agriculture")
    MINING = "mining", _("Mining and metals")
    OIL_GAS = "oil_gas", _("Oil, gas and petrochemicals")
    ENERGY = "energy", _("Power and energy")
    WATER = "water", _("Water and waste")
    MANUFACTURING = "manufacturing", _("Manufacturing")
    FOOD = "food", _("Food and drink")
    TEXTILES = "textiles", _("Textiles and clothing")
    AUTOMOTIVE = "automotive", _("Vehicles and parts")
    CONSTRUCTION = "construction", _("Construction and property")
    RETAIL = "retail", _("Retail and wholesale")
    TRANSPORT = "transport", _("Transport and logistics")
    TRAVEL = "travel", _("Travel and hospitality")
    IT = "it", _("Software and IT")
    TELECOM = "telecom", _("Telecommunications")
    MEDIA = "media", _("Media and advertising")
    FINANCE = "finance", _("Banking and finance")
    INSURANCE = "insurance", _("Insurance")
    HEALTH = "health", _("Health and pharmaceuticals")
    EDUCATION = "education", _("Education and research")
    SERVICES = "services", _("Professional services")
    GOVERNMENT = "government", _("Government")
    OTHER = "other", pgettext_lazy("industry", "Other")


class Size(models.TextChoices):
    MICRO = "1", _("Up to 9 people")
    SMALL = "2", _("10 to 49 people")
    MEDIUM = "3", _("50 to 249 people")
    LARGE = "4", _("250 to 999 people")
    HUGE = "5", _("1,000 people and more")


class Tier(models.TextChoices):
    """Rank of a customer's worth; the digit is the number of bars in its glyph."""

    DIAMOND = "4", _("Diamond")
    GOLD = "3", _("Gold")
    SILVER = "2", _("Silver")
    BRONZE = "1", _("Bronze")


class Gender(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", pgettext_lazy("gender", "Other")


class Marital(models.TextChoices):
    SINGLE = "single", _("Single")
    MARRIED = "married", _("Married")
    OTHER = "other", pgettext_lazy("marital status", "Other")


class Education(models.TextChoices):
    SCHOOL = "school", _("School")
    DIPLOMA = "diploma", _("Diploma")
    ASSOCIATE = "associate", _("Associate degree")
    BACHELOR = "bachelor", _("Bachelor’s degree")
    MASTER = "master", _("Master’s degree")
    DOCTOR = "doctor", _("Doctorate")


class PointKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    MOBILE = "mobile", pgettext_lazy("telephone", "Mobile")
    FAX = "fax", _("Fax")
    WEBSITE = "website", _("Website")
    MESSENGER = "messenger", _("Messenger")


class Place(models.TextChoices):
    """What a way to reach somebody, or an address, is for."""

    WORK = "work", _("Work")
    HOME = "home", _("Home")
    BILLING = "billing", _("Billing")
    DELIVERY = "delivery", pgettext_lazy("label of an address", "Delivery")
    HEAD_OFFICE = "head_office", _("Head office")
    BRANCH = "branch", pgettext_lazy("label of an address", "Branch")
    PLANT = "plant", _("Plant")
    ASSISTANT = "assistant", _("Assistant")
    OTHER = "other", pgettext_lazy("label", "Other")


class Colour(models.TextChoices):
    GREY = "grey", _("Grey")
    BLUE = "blue", _("Blue")
    AMBER = "amber", _("Amber")
    TEAL = "teal", _("Teal")
    PLUM = "plum", _("Plum")
    GREEN = "green", _("Green")


class RoleGroup(models.TextChoices):
    """What kind of tie a role is; the map draws each in its own colour."""

    INFLUENCE = "influence", _("Say in decisions")
    WORK = "work", _("Work")
    BUSINESS = "business", _("Business")
    FAMILY = "family", _("Family")
    OTHER = "other", pgettext_lazy("relationship", "Other")


class Ends(models.TextChoices):
    ANY = "any", _("Anyone")
    ACCOUNT = "account", _("An account")
    CONTACT = "contact", _("A contact")


class HoldingState(models.TextChoices):
    ACTIVE = "active", _("In use")
    TRIAL = "trial", _("On trial")
    ENDED = "ended", _("Ended")
    RETURNED = "returned", _("Returned")
