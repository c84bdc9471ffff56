"""The HTTP side: the application, security headers and limits, the REST interface, health and metrics."""
