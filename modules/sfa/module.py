"""Sales force automation: products, pipelines and deals."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.entities.shared import TAGS
from kernel.registry import Board, Entity, F, Listed, Module, NavItem, Section

_SETUP_LEVELS = {
    "manager": dict.fromkeys(("view", "add", "change", "delete", "import", "export"), "all"),
    "member": {"view": "all"},
    "reader": {"view": "all"},
}

pipeline = Entity(
    name="pipeline",
    plural="pipelines",
    model="sfa.Pipeline",
    label=_("Pipeline"),
    label_plural=_("Pipelines"),
    icon="workflow",
    fields=("name", "is_default", "position", F("created_at", readonly=True), F("updated_at", readonly=True)),
    columns=("name", "is_default", "position"),
    owner="",
    sort="position",
    levels=_SETUP_LEVELS,
    empty_hint=_("A pipeline is the order of stages that a deal passes through."),
)

stage = Entity(
    name="stage",
    plural="stages",
    model="sfa.Stage",
    label=_("Stage"),
    label_plural=_("Stages"),
    icon="columns-3",
    fields=(
        "name", F("pipeline", target="pipeline", default="modules.sfa.selectors.default_pipeline"), "kind",
        F("probability", kind="percent"), "position", "key",
        F("created_at", readonly=True), F("updated_at", readonly=True),
    ),
    columns=("name", "pipeline", "kind", "probability", "position"),
    owner="",
    match=("name", "key"),
    sort="position",
    listed_by=(Listed("pipeline", ("name", "kind", "probability")),),
    prepare="modules.sfa.services.stages.prepare_stage",
    levels=_SETUP_LEVELS,
    empty_hint=_("A stage is one step of a pipeline, with how likely a deal is to be won from there."),
)  # fmt: skip

product = Entity(
    name="product",
    plural="products",
    model="sfa.Product",
    label=_("Product"),
    label_plural=_("Products"),
    icon="package",
    fields=(
        "name", "code", "series", F("unit_price", kind="money", currency="currency"),
        F("currency", default="modules.sfa.selectors.default_currency"), "is_active", "description",
        F("created_at", readonly=True), F("updated_at", readonly=True),
    ),
    columns=("name", "code", "series", "unit_price", "is_active"),
    owner="",
    match=("name", "code"),
    sort="name",
    glance=("code", "series", "unit_price"),
    layout=(Section(_("Product"), ("name", "code", "series", "unit_price", "currency", "is_active", "description")),),
    levels=_SETUP_LEVELS,
    empty_hint=_("A product is something you sell, with its list price."),
)  # fmt: skip

deal = Entity(
    name="deal",
    plural="deals",
    model="sfa.Deal",
    label=_("Deal"),
    label_plural=_("Deals"),
    icon="handshake",
    fields=(
        F("name", required=False), "reference", "owner", F("account", target="account"),
        F("contact", target="contact"), F("product", target="product"),
        F(
            "pipeline", target="pipeline", required=False, default="modules.sfa.selectors.default_pipeline",
            default_by=("stage",),
        ),
        F(
            "stage", target="stage", required=False, default="modules.sfa.selectors.first_stage",
            default_by=("pipeline",),
        ),
        F("kind", readonly=True), F("amount", kind="money", currency="currency"),
        F("currency", default="modules.sfa.selectors.default_currency"), F("probability", kind="percent"),
        "opened_on", "close_date", F("closed_at", readonly=True), "next_step", "lost_reason", "description",
        F("created_at", readonly=True), F("updated_at", readonly=True),
    ),
    columns=("name", "account", "stage", "amount", "close_date", "owner", "next_step"),
    match=("reference", "name"),
    filters=(
        "name", "reference", "owner", "account", "product", "pipeline", "stage", "kind", "amount", "currency",
        "probability", "opened_on", "close_date", "next_step", "created_at", "updated_at",
    ),
    asides=(TAGS,),
    glance=("account", "stage", "amount", "close_date", "owner"),
    layout=(
        Section(_("Deal"), ("name", "account", "contact", "product", "owner", "reference")),
        Section(_("Where it stands"), ("pipeline", "stage", "amount", "currency", "probability", "next_step")),
        Section(_("When"), ("opened_on", "close_date", "lost_reason")),
        Section(_("Notes"), ("description",)),
    ),
    board=Board(
        lane="stage", sum="amount", card=("account", "amount", "close_date", "owner", "next_step"),
        group="pipeline", order="position",
    ),
    levels={
        "manager": dict.fromkeys(("view", "add", "change", "delete", "import", "export"), "all"),
        "member": {"view": "own", "add": "all", "change": "own", "delete": "own", "export": "own"},
        "reader": {"view": "all"},
    },
    listed_by=(
        Listed("account", ("name", "stage", "amount", "close_date")),
        Listed("contact", ("name", "stage", "amount", "close_date")),
        Listed("product", ("name", "account", "stage", "amount")),
    ),
    prepare="modules.sfa.services.deals.prepare_deal",
    events="modules.sfa.services.deals.deal_events",
    search_fields=("name", "reference", "account", "contact"),
    empty_hint=_("A deal says what you sell, to whom, and what comes next."),
)  # fmt: skip

manifest = Module(
    name="sfa",
    app="modules.sfa",
    label=_("Sales"),
    tagline=_("Deals on boards, products, pipelines"),
    features=(_("Boards with stages and sums"), _("Products with prices"), _("What comes next on every deal")),
    icon="handshake",
    entities=(pipeline, stage, product, deal),
    nav=(
        NavItem(pgettext_lazy("navigation", "Deals"), "sfa:deal_list", "handshake", "sfa.deal.view", key="d"),
        NavItem(product.label_plural, "sfa:product_list", "package", "sfa.product.view", key="r"),
        NavItem(pipeline.label_plural, "sfa:pipeline_list", "workflow", "sfa.pipeline.change"),
    ),
    publishes=("sfa.deal_won", "sfa.deal_lost"),
    price_key="sfa",
    on_enable="modules.sfa.services.setup.make_defaults",
)
