"""The runnable: settings, wiring, use cases, api, console, workers, command line."""
