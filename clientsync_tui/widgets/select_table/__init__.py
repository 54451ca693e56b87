"""The select table, the one widget in which everything is selected."""
