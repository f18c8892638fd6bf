"""Microsoft Graph itself: its routes, its gates, batches and limits."""
