"""Fields and entities that organizations make themselves: their definitions, and what the registry makes of them."""
