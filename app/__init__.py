"""The front door: settings, the one page where everything is put together, the command line."""
