"""Measure speed and memory beside a baseline in the same run: `python -m tests.benchmarks`.

This is not a test: pytest collects none of it, and no test asserts a time.
"""
