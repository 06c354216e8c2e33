"""Order groups in the API."""
