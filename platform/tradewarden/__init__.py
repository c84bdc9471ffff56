"""The runnable: settings, wiring, use cases, api, console, workers, command line."""

__version__ = "0.1.0"
