"""Stands where Uvicorn would be if it were installed."""

raise ModuleNotFoundError("No module named 'uvicorn'")
