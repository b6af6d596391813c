"""The Django project of the review site: settings, addresses, API, feed, middleware."""
