"""`make pictures`: the walk through the wizard as one animated SVG, and the page of keys, made from the product."""
