"""How quick the kiosk's screen is and what it costs; the pictures in docs/ are taken here, too."""
