"""Documents that strangers bring, handled by programs in a fence: Office files become PDF, PDFs are looked at."""
