"""A fictional province and its papers: for the demonstration archive, the tests and the benchmarks.

Tỉnh Lam Giang does not exist; its agencies, people and papers are made up from a seed.
"""
