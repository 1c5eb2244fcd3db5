"""The relationship map as SVG, drawn by the server: nothing is measured, moved or scaled by script."""
