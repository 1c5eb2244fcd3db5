"""The whole of what Peyvand needs to know about this engine."""

from kernel.registry import Entity, F, Module, NavItem, Permission

machine = Entity(
    name="machine",
    plural="machines",
    model="peyvand_machines.Machine",
    label="Machine",
    label_plural="Machines",
    icon="wrench",
    fields=(
        "name", "serial", "owner", F("account", target="account"), "next_service_on",
        F("created_at", readonly=True), F("updated_at", readonly=True),
    ),
    columns=("name", "serial", "account", "next_service_on", "owner"),
    match=("serial", "name"),
    sort="name",
    levels={"manager": {"view": "all", "add": "all", "change": "all"}, "reader": {"view": "all"}},
)  # fmt: skip

manifest = Module(
    name="machines",
    app="peyvand_machines",
    label="Machine service",
    tagline="Machine register, periodic service, spare parts",
    vendor="Aria Systems",
    icon="wrench",
    entities=(machine,),
    permissions=(Permission("machines.service.plan", "Plan service", {"manager": "all"}),),
    nav=(NavItem("Machines", "machines:machine_list", "wrench", "machines.machine.view"),
         NavItem("Due for service", "machines:due", "calendar", "machines.service.plan")),
    urls="peyvand_machines.urls",
    api_urls="peyvand_machines.api_urls",
    publishes=("machines.service_planned",),
    hears={"machines.service_planned": "peyvand_machines.jobs.note_plan"},
    jobs={"machines.plan_service": "peyvand_machines.jobs.plan_service"},
)  # fmt: skip
