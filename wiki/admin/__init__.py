"""The site's administration screens; owns no table."""
