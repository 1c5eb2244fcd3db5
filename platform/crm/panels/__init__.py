"""Panels of the record page: each in a module of its own, put into an order by whoever lays the page out.

from crm.panels import panels_for
for panel in panels_for(entity): panel.context(frame)
"""

from crm.panels.book import Drawn, Frame, Panel, draw_panel, draw_panels, panel_named, panels_for

__all__ = ["Drawn", "Frame", "Panel", "draw_panel", "draw_panels", "panel_named", "panels_for"]
