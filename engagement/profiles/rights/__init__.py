"""Data-subject requests: what people may ask of us about their data (LGPD articles 18-19, GDPR articles 15-21)."""
