"""How fast and how large, beside a yardstick in the same run: `python -m tests.benchmarks`.

No test: pytest collects none of it, and no test asserts a time.
"""
