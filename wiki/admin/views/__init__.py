"""The screens of the site's administration, and of the first set-up."""
