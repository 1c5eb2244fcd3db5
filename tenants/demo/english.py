"""Words of the English demo: Northwind does not live here. Telephone numbers are of the ranges kept for fiction."""

from tenants.demo.people import Person, Words

ENGLISH = Words(
    organization="Alborz Pumps",
    subdomain="demo",
    language="en",
    currency="EUR",
    unit=100,
    country="United Kingdom",
    staff=(
        Person("Mina Rostami", "mina@alborz-pumps.example", "admin", "Sales", "Managing director"),
        Person("Daniel Weber", "daniel@alborz-pumps.example", "manager", "North", "Head of sales, North"),
        Person("Grace Osei", "grace@alborz-pumps.example", "manager", "South", "Head of sales, South"),
        Person("Leila Haddad", "leila@alborz-pumps.example", "member", "North", "Account manager"),
        Person("Tom Fletcher", "tom@alborz-pumps.example", "member", "North", "Account manager"),
        Person("Ines Carvalho", "ines@alborz-pumps.example", "member", "South", "Account manager"),
        Person("Viktor Lindqvist", "viktor@alborz-pumps.example", "reader", "Sales", "Controller"),
    ),
    teams=(
        ("Sales", "", "mina@alborz-pumps.example"),
        ("North", "Scotland and the North", "daniel@alborz-pumps.example"),
        ("South", "London and the South", "grace@alborz-pumps.example"),
    ),
    sectors=(
        ("Water utility", "{} Water"), ("Food", "{} Foods"), ("Chemicals", "{} Chemicals"),
        ("Building services", "{} Building Services"), ("Agriculture", "{} Farms"), ("Energy", "{} Energy"),
    ),
    names=(
        "Ashford", "Birchwood", "Calder", "Dunmore", "Eastgate", "Fairholm", "Glenmore", "Harrow Hill", "Inver",
        "Kelso",
    ),
    latin=(
        "ashford", "birchwood", "calder", "dunmore", "eastgate", "fairholm", "glenmore", "harrowhill", "inver", "kelso",
    ),
    cities=("Leeds", "Glasgow", "Manchester", "Newcastle", "London", "Bristol", "Southampton", "Brighton"),
    streets=("Mill Lane", "Station Road", "Canal Street", "Foundry Way", "Harbour Road", "Kiln Close"),
    first_names=(
        "Alice", "Ben", "Chloe", "David", "Ella", "Farid", "Hannah", "Ian", "Julia", "Karim", "Laura", "Marcus",
        "Nadia", "Oliver", "Priya", "Ruth", "Samuel", "Teresa", "Usman", "Wendy",
    ),
    last_names=(
        "Archer", "Bennett", "Clarke", "Doyle", "Evans", "Fraser", "Gallagher", "Hughes", "Iqbal", "Jennings", "Kaur",
        "Lawson", "Mercer", "Novak", "Owens", "Patel", "Quigley", "Reid", "Shaw", "Turner",
    ),
    titles=(
        "Head of purchasing", "Maintenance manager", "Plant manager", "Project engineer", "Managing director",
        "Finance manager", "Site engineer", "Buyer",
    ),
    products=(
        ("Centrifugal pump 32", "CP-032", "Centrifugal", 38), ("Centrifugal pump 50", "CP-050", "Centrifugal", 54),
        ("Centrifugal pump 80", "CP-080", "Centrifugal", 89), ("Centrifugal pump 125", "CP-125", "Centrifugal", 146),
        ("Borehole pump 4\"", "BP-004", "Borehole", 41), ("Borehole pump 6\"", "BP-006", "Borehole", 72),
        ("Borehole pump 8\"", "BP-008", "Borehole", 118), ("Sewage pump S2", "SP-002", "Sewage", 63),
        ("Sewage pump S5", "SP-005", "Sewage", 97), ("Sewage pump S9", "SP-009", "Sewage", 164),
        ("Dosing pump D1", "DP-001", "Dosing", 19), ("Dosing pump D3", "DP-003", "Dosing", 27),
        ("Booster set 2", "BS-002", "Booster", 112), ("Booster set 3", "BS-003", "Booster", 158),
        ("Fire pump set", "FP-001", "Fire", 420), ("Frequency drive 7.5 kW", "FD-007", "Drives", 31),
        ("Frequency drive 22 kW", "FD-022", "Drives", 58), ("Mechanical seal kit", "MS-001", "Spares", 4),
        ("Bearing kit", "BK-001", "Spares", 3), ("Service contract, one year", "SC-012", "Service", 36),
    ),
    next_steps=(
        "Send the revised quote", "Call the plant manager", "Visit the site", "Wait for the purchase order",
        "Arrange a trial run", "Clarify the delivery date", "Present to the board",
        "Check the pump curve with engineering",
    ),
    lost_reasons=("Price", "Delivery time", "Project was stopped", "Chose another supplier", "No budget this year"),
    notes=(
        "Replaces two units from 2009.", "Wants stainless steel, 316L.", "Asked for a four-week delivery.",
        "Duty point 45 m³/h at 60 m.", "Framework agreement in preparation.", "",
    ),
    phone="+44207946{:04d}",
    mobile="+447700900{:03d}",
)  # fmt: skip
