def private_headers(mimetype):
    """Headers of a file about people: nobody keeps it, and no other site learns its address."""
    return [
        ("Content-Type", mimetype),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
    ]
