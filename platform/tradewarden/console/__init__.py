"""The officers' console: pages in Jinja2 and htmx over the databases room. Chinese first, English beside it."""
