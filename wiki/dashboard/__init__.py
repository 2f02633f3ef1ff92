"""The first page of the site: what is new, and the ways in. Owns no table."""
