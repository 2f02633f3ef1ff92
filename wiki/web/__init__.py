"""The web edge that all rooms share: access, navigation, theming, forms and errors."""
