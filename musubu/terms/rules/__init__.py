"""The rules, a module per subject. Each is handed the life of one contract and emits what follows."""
