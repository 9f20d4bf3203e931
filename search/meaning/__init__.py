"""Meaning, as an option: documents that say the same in other words, found by vectors of a model that the operator gives.

A second stage behind the words: it only adds to the list and reorders it, and whatever fails in it, the words answer. Off unless a model is set.
"""
