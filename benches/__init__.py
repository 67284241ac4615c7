"""
What the project costs and how fast it is, each against a goal: `python -m benches --help`.
"""
