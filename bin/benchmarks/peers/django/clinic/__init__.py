"""The Django peer: one form and one fact sheet."""
