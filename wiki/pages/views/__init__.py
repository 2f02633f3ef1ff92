"""The screens of pages."""
