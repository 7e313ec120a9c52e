"""How quickly meetings open, how many they carry, how soon they are back."""

BENCHES: dict = {}
