"""Which attributes people have: declared before they are filled, changed with care, forgotten in time."""
